"""The number types of safetensors files, as raw bytes, as numpy has no bfloat16; needs no torch."""

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from definemed_runner.run import UserMistake

Doubles = npt.NDArray[np.float64]

ITEM_BYTES = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip
FLOATING = frozenset({"F64", "F32", "F16", "BF16"})
_NUMPY = {"F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "F16": np.dtype("<f2")}


@dataclass(frozen=True)
class TensorFacts:
    """What a safetensors header says about a tensor; `dtype` is the format's own word, such as BF16."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        return prod(self.shape)

    @property
    def item_bytes(self) -> int:
        """Bytes of one element; UserMistake `dtype_unsupported` for types that are no plain numbers."""
        if self.dtype not in ITEM_BYTES:
            raise UserMistake(
                "dtype_unsupported", f"Tensors of type {self.dtype} are not supported; use an unquantised model."
            )
        return ITEM_BYTES[self.dtype]

    @property
    def bytes(self) -> int:
        return self.elements * self.item_bytes

    @property
    def floating(self) -> bool:
        return self.dtype in FLOATING


class Widener:
    """Turns raw numbers into doubles and back, in arrays of its own of `elements` each, for one thread."""

    def __init__(self, elements: int) -> None:
        self._bits = np.empty(elements, np.uint32)
        self._more = np.empty(elements, np.uint32)
        self._short = np.empty(elements, np.uint16)

    def widen(self, raw: memoryview, dtype: str, into: Doubles) -> None:
        """Exact: every number of these types is a double."""
        if dtype == "BF16":
            # A bfloat16 is the upper half of a float32.
            bits = self._bits[: into.size]
            bits[:] = np.frombuffer(raw, "<u2")
            np.left_shift(bits, 16, out=bits)
            into[:] = bits.view(np.float32)
        else:
            into[:] = np.frombuffer(raw, _NUMPY[dtype])

    def narrow(self, values: Doubles, dtype: str) -> bytes:
        """To the nearest number of the type, halves to the even one; what is too large becomes infinite.

        To bfloat16 over float32, as torch does it. NaN must not occur.
        """
        with np.errstate(over="ignore"):
            if dtype != "BF16":
                return values.astype(_NUMPY[dtype]).tobytes()
            bits, odd, short = (array[: values.size] for array in (self._bits, self._more, self._short))
            bits.view(np.float32)[:] = values
        np.right_shift(bits, 16, out=odd)
        odd &= 1
        odd += 0x7FFF
        bits += odd
        np.right_shift(bits, 16, out=short, casting="unsafe")
        return short.tobytes()
