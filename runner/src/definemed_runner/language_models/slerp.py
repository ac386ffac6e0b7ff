"""Spherical linear interpolation of two tensors, in double precision and in memory of one chunk."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch

# Nearly parallel tensors: sin(angle) is then too small to divide by, and the straight line is the same to 1e-4.
LERP_ABOVE_COSINE = 0.9995
# In double precision a chunk of both tensors fits a processor's cache, which makes it more than twice as fast.
_CHUNK_ELEMENTS = 1 << 16
# Sums are taken row by row. A change here moves the last bits of a cosine, and so perhaps a model's digest.
_ROW_ELEMENTS = 1 << 12


@dataclass(frozen=True)
class Interpolation:
    """How one tensor was merged: `result = first_weight · first + second_weight · second`."""

    cosine: float
    norm_ratio: float | None
    first_weight: float
    second_weight: float
    branch: str


class NotFinite(ValueError):
    """A tensor holds infinities or NaN, or its squares overflow."""


def plan_interpolation(first: torch.Tensor, second: torch.Tensor, t: float) -> Interpolation:
    """The weights of both tensors at `t` (0 = first, 1 = second), from their angle.

    A zero tensor has no direction: its cosine counts as 0, as in mergekit. `norm_ratio` is |second| / |first|, None
    where first is zero. Raises NotFinite.
    """
    products: list[float] = []
    first_squares: list[float] = []
    second_squares: list[float] = []
    for a, b in _chunks(first, second):
        products += _row_sums(a * b)
        first_squares += _row_sums(a * a)
        second_squares += _row_sums(b * b)
    # fsum rounds once, whatever the order: the result does not depend on the number of threads.
    product = math.fsum(products)
    first_norm = math.sqrt(math.fsum(first_squares))
    second_norm = math.sqrt(math.fsum(second_squares))
    if not (math.isfinite(product) and math.isfinite(first_norm) and math.isfinite(second_norm)):
        raise NotFinite("not finite")
    directed = first_norm > 0 and second_norm > 0
    cosine = max(-1.0, min(1.0, product / first_norm / second_norm)) if directed else 0.0
    ratio = second_norm / first_norm if first_norm > 0 else None
    if t in (0.0, 1.0):
        return Interpolation(cosine, ratio, 1.0 - t, t, "copy")
    if abs(cosine) > LERP_ABOVE_COSINE:
        return Interpolation(cosine, ratio, 1.0 - t, t, "lerp")
    angle = math.acos(cosine)
    weights = (math.sin((1.0 - t) * angle) / math.sin(angle), math.sin(t * angle) / math.sin(angle))
    return Interpolation(cosine, ratio, *weights, "slerp")


def interpolate(first: torch.Tensor, second: torch.Tensor, plan: Interpolation) -> torch.Tensor:
    """The merged tensor in the dtype of `first`; rounded once, from double precision."""
    if plan.branch == "copy":
        return (first if plan.first_weight == 1.0 else second).to(first.dtype)
    result = torch.empty_like(first)
    flat = result.view(-1)
    start = 0
    for a, b in _chunks(first, second):
        flat[start : start + a.numel()] = (a * plan.first_weight + b * plan.second_weight).to(first.dtype)
        start += a.numel()
    return result


def _chunks(first: torch.Tensor, second: torch.Tensor) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    pairs = zip(first.reshape(-1).split(_CHUNK_ELEMENTS), second.reshape(-1).split(_CHUNK_ELEMENTS), strict=True)
    for a, b in pairs:
        yield a.to(torch.float64), b.to(torch.float64)


def _row_sums(values: torch.Tensor) -> list[float]:
    # torch sums each row within one thread, so a row's sum is the same for any number of threads.
    whole = values.numel() - values.numel() % _ROW_ELEMENTS
    sums = values[:whole].view(-1, _ROW_ELEMENTS).sum(dim=1).tolist()
    return sums + ([float(values[whole:].sum())] if whole < values.numel() else [])
