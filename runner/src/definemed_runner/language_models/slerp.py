"""Where between two tensors a merged one lies: spherical or straight, from sums in double precision."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from definemed_runner.language_models.tensor_types import Doubles

# Nearly parallel tensors: sin(angle) is then too small to divide by, and the straight line is the same to 1e-4.
LERP_ABOVE_COSINE = 0.9995
# Products are summed row by row. A change here moves the last bits of a cosine, and so perhaps a model's digest.
_ROW_ELEMENTS = 1 << 12


@dataclass(frozen=True)
class Interpolation:
    """How one tensor is merged: `result = first_weight · first + second_weight · second`."""

    cosine: float
    norm_ratio: float | None
    first_weight: float
    second_weight: float
    branch: str


class NotFinite(ValueError):
    """A tensor holds infinities or NaN, or its squares overflow."""


@dataclass(frozen=True)
class Products:
    """Sums over a tensor or a part of it: first · second, |first|², |second|². Parts are cut at whole rows."""

    both: tuple[float, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]

    @staticmethod
    def of(first: Doubles, second: Doubles) -> "Products":
        return Products(_row_sums(first, second), _row_sums(first, first), _row_sums(second, second))

    @staticmethod
    def sum(parts: Iterable["Products"]) -> "Products":
        """fsum rounds once, whatever the order: the result does not depend on the number of threads."""
        listed = list(parts)
        return Products(*((math.fsum(value for part in listed for value in getattr(part, name)),) for name in _SUMMED))


_SUMMED = ("both", "first", "second")


def plan_interpolation(products: Products, t: float, method: str = "slerp") -> Interpolation:
    """The weights of both tensors at `t` (0 = first, 1 = second), from the sums over them.

    `method` is `slerp` (Shoemake 1985, on whole tensors) or `linear`. A zero tensor has no direction: its cosine counts
    as 0, as in mergekit. `norm_ratio` is |second| / |first|, None where first is zero. Raises NotFinite.
    """
    try:
        whole = Products.sum([products])
    except (ValueError, OverflowError) as fault:
        raise NotFinite("not finite") from fault
    product, first_norm, second_norm = whole.both[0], math.sqrt(whole.first[0]), math.sqrt(whole.second[0])
    if not (math.isfinite(product) and math.isfinite(first_norm) and math.isfinite(second_norm)):
        raise NotFinite("not finite")
    directed = first_norm > 0 and second_norm > 0
    cosine = max(-1.0, min(1.0, product / first_norm / second_norm)) if directed else 0.0
    ratio = second_norm / first_norm if first_norm > 0 else None
    if t in (0.0, 1.0):
        return Interpolation(cosine, ratio, 1.0 - t, t, "copy")
    if method == "linear" or abs(cosine) > LERP_ABOVE_COSINE:
        return Interpolation(cosine, ratio, 1.0 - t, t, "lerp")
    angle = math.acos(cosine)
    weights = (math.sin((1.0 - t) * angle) / math.sin(angle), math.sin(t * angle) / math.sin(angle))
    return Interpolation(cosine, ratio, *weights, "slerp")


def interpolate(first: Doubles, second: Doubles, plan: Interpolation) -> Doubles:
    """The merged numbers, not yet rounded to the stored type; takes the place of `first`, and `second` is lost."""
    first *= plan.first_weight
    second *= plan.second_weight
    first += second
    return first


def _row_sums(one: Doubles, other: Doubles) -> tuple[float, ...]:
    # BLAS sums so short a row within one thread, so that a row's sum is the same for any number of threads.
    whole = one.size - one.size % _ROW_ELEMENTS
    with np.errstate(over="ignore", invalid="ignore"):
        rows = (array[:whole].reshape(-1, _ROW_ELEMENTS) for array in (one, other))
        sums: list[float] = np.vecdot(*rows).tolist()
        return (*sums, float(np.vecdot(one[whole:], other[whole:])))
