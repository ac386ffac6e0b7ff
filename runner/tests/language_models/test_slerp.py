"""SLERP against an independent reference in 50-digit decimals, and at its edges."""

import decimal
import math

import pytest
import torch

from definemed_runner.language_models.slerp import NotFinite, interpolate, plan_interpolation

decimal.getcontext().prec = 50
D = decimal.Decimal


def arc_cosine(x: decimal.Decimal) -> decimal.Decimal:
    """By Newton's method on cos, whose series is summed in decimals."""
    angle = D(math.acos(float(x)))
    for _ in range(4):
        angle += (cosine(angle) - x) / sine(angle)
    return angle


def sine(x: decimal.Decimal) -> decimal.Decimal:
    total, term, n = x, x, 1
    while abs(term) > D(10) ** -48:
        term *= -x * x / ((2 * n) * (2 * n + 1))
        total += term
        n += 1
    return total


def cosine(x: decimal.Decimal) -> decimal.Decimal:
    total, term, n = D(1), D(1), 1
    while abs(term) > D(10) ** -48:
        term *= -x * x / ((2 * n - 1) * (2 * n))
        total += term
        n += 1
    return total


def reference(first: list[float], second: list[float], t: float) -> list[float]:
    """The textbook formula on unscaled vectors: sin((1−t)Ω)/sinΩ · a + sin(tΩ)/sinΩ · b."""
    a, b = [D(x) for x in first], [D(x) for x in second]
    norm_a, norm_b = sum((x * x for x in a), D()).sqrt(), sum((x * x for x in b), D()).sqrt()
    angle = arc_cosine(sum((x * y for x, y in zip(a, b, strict=True)), D()) / norm_a / norm_b)
    weight_a, weight_b = sine((1 - D(t)) * angle) / sine(angle), sine(D(t) * angle) / sine(angle)
    return [float(weight_a * x + weight_b * y) for x, y in zip(a, b, strict=True)]


def slerp(first: torch.Tensor, second: torch.Tensor, t: float) -> torch.Tensor:
    return interpolate(first, second, plan_interpolation(first, second, t))


@pytest.mark.parametrize("t", [0.1, 0.5, 0.75])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_equals_the_decimal_reference_to_the_last_bit_of_the_type(t: float, dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(3)
    first = torch.randn(7, 11, generator=generator).to(dtype)
    second = (0.6 * first.float() + torch.randn(7, 11, generator=generator)).to(dtype)
    result = slerp(first, second, t)
    assert result.dtype == dtype
    assert result.shape == first.shape
    tolerance = 1e-14 if dtype == torch.float64 else 0
    wanted = torch.tensor(
        reference(first.double().flatten().tolist(), second.double().flatten().tolist(), t), dtype=torch.float64
    )
    assert torch.allclose(result.flatten().double(), wanted.to(dtype).double(), rtol=tolerance, atol=0)


def test_keeps_the_norm_between_vectors_of_equal_length() -> None:
    first, second = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    assert torch.allclose(slerp(first, second, 0.5), torch.full((2,), math.sqrt(0.5)))


def test_t_of_zero_is_the_first_and_t_of_one_the_second_to_the_bit() -> None:
    first, second = torch.randn(1000), torch.randn(1000)
    assert torch.equal(slerp(first, second, 0.0), first)
    assert torch.equal(slerp(first, second, 1.0), second)


def test_nearly_parallel_tensors_take_the_straight_line() -> None:
    first = torch.randn(500, dtype=torch.float64)
    second = 2 * first
    plan = plan_interpolation(first, second, 0.25)
    assert plan.branch == "lerp"
    assert plan.norm_ratio == pytest.approx(2)
    assert torch.allclose(interpolate(first, second, plan), 1.25 * first)
    assert plan_interpolation(first, -first, 0.25).branch == "lerp"


def test_a_zero_tensor_counts_as_orthogonal() -> None:
    zero, other = torch.zeros(8), torch.ones(8)
    plan = plan_interpolation(zero, other, 0.5)
    assert (plan.cosine, plan.norm_ratio, plan.branch) == (0.0, None, "slerp")
    assert torch.allclose(interpolate(zero, other, plan), math.sqrt(0.5) * other)
    assert plan_interpolation(other, zero, 0.5).norm_ratio == 0
    assert torch.equal(slerp(zero, zero, 0.5), zero)


def test_scalars_and_empty_tensors_pass() -> None:
    assert slerp(torch.tensor(2.0), torch.tensor(4.0), 0.5).item() == pytest.approx(3.0)
    assert slerp(torch.empty(0), torch.empty(0), 0.5).numel() == 0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_damaged_tensor_is_refused(bad: float) -> None:
    with pytest.raises(NotFinite):
        plan_interpolation(torch.tensor([1.0, bad]), torch.ones(2), 0.5)


def test_the_result_does_not_depend_on_the_number_of_threads() -> None:
    generator = torch.Generator().manual_seed(5)
    first, second = torch.randn(3_000_001, generator=generator), torch.randn(3_000_001, generator=generator)
    before = torch.get_num_threads()
    results = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        results.append(plan_interpolation(first, second, 0.3))
    torch.set_num_threads(before)
    assert results[0] == results[1]
