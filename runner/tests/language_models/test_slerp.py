"""SLERP against an independent reference in 50-digit decimals, and at its edges."""

import decimal
import math

import numpy as np
import pytest
import torch

from definemed_runner.language_models.slerp import Interpolation, NotFinite, Products, interpolate, plan_interpolation
from definemed_runner.language_models.tensor_types import Widener

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


WORDS = {torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}


def raw(tensor: torch.Tensor) -> memoryview:
    return memoryview(tensor.flatten().view(torch.uint8).numpy().tobytes())


def doubles(tensor: torch.Tensor) -> np.ndarray:
    values = np.empty(tensor.numel())
    Widener(tensor.numel()).widen(raw(tensor), WORDS[tensor.dtype], values)
    return values


def planned(first: torch.Tensor, second: torch.Tensor, t: float) -> Interpolation:
    return plan_interpolation(Products.of(doubles(first), doubles(second)), t)


def slerp(first: torch.Tensor, second: torch.Tensor, t: float) -> torch.Tensor:
    merged = interpolate(doubles(first), doubles(second), planned(first, second, t))
    narrowed = bytearray(Widener(first.numel()).narrow(merged, WORDS[first.dtype]))
    return torch.frombuffer(narrowed, dtype=first.dtype).view(first.shape) if narrowed else first


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
    plan = planned(first, second, 0.25)
    assert plan.branch == "lerp"
    assert plan.norm_ratio == pytest.approx(2)
    assert torch.allclose(slerp(first, second, 0.25), 1.25 * first)
    assert planned(first, -first, 0.25).branch == "lerp"


def test_a_zero_tensor_counts_as_orthogonal() -> None:
    zero, other = torch.zeros(8), torch.ones(8)
    plan = planned(zero, other, 0.5)
    assert (plan.cosine, plan.norm_ratio, plan.branch) == (0.0, None, "slerp")
    assert torch.allclose(slerp(zero, other, 0.5), math.sqrt(0.5) * other)
    assert planned(other, zero, 0.5).norm_ratio == 0
    assert torch.equal(slerp(zero, zero, 0.5), zero)


def test_scalars_and_empty_tensors_pass() -> None:
    assert slerp(torch.tensor(2.0), torch.tensor(4.0), 0.5).item() == pytest.approx(3.0)
    assert slerp(torch.empty(0), torch.empty(0), 0.5).numel() == 0


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_damaged_tensor_is_refused(bad: float) -> None:
    with pytest.raises(NotFinite):
        planned(torch.tensor([1.0, bad]), torch.ones(2), 0.5)


def test_squares_beyond_double_precision_are_refused_like_damage() -> None:
    with pytest.raises(NotFinite):
        planned(torch.full((3,), 1e200, dtype=torch.float64), torch.ones(3, dtype=torch.float64), 0.5)


def test_sums_of_parts_equal_the_sum_of_the_whole_whatever_their_order() -> None:
    generator = torch.Generator().manual_seed(5)
    first, second = torch.randn(3_000_001, generator=generator), torch.randn(3_000_001, generator=generator)
    a, b = doubles(first), doubles(second)
    cut = 1 << 20
    parts = [Products.of(a[start : start + cut], b[start : start + cut]) for start in range(0, a.size, cut)]
    forward, backward = Products.sum(parts), Products.sum(reversed(parts))
    assert forward == backward
    assert plan_interpolation(forward, 0.3) == plan_interpolation(Products.of(a, b), 0.3)


def test_every_bfloat16_comes_back_and_what_lies_between_is_rounded_as_torch_does() -> None:
    bits = torch.arange(1 << 16, dtype=torch.int32).to(torch.uint16).view(torch.bfloat16)
    numbers = bits[~bits.isnan()]
    widener = Widener(4 * numbers.numel())
    wide = doubles(numbers)
    assert widener.narrow(wide, "BF16") == bytes(raw(numbers))
    finite = torch.from_numpy(wide)[numbers.isfinite()].sort().values
    between = torch.cat([finite[:-1] + share * finite.diff() for share in (0.25, 0.5, 0.75)])
    assert widener.narrow(between.numpy(), "BF16") == bytes(raw(between.to(torch.bfloat16)))
