"""Reading a GGUF file (version 3): its metadata and the three tensor types that SmolLM2's Q4_1 file uses.

The format is described in ggml's `docs/gguf.md`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .failure import PreparationFailure

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
F32, Q4_1, Q8_0 = 0, 3, 8
BLOCK = 32


@dataclass(frozen=True)
class TensorEntry:
    """Where a tensor lies. `shape` is in PyTorch's order (GGUF counts from the innermost dimension)."""

    shape: tuple[int, ...]
    type: int
    offset: int


class GgufFile:
    """Metadata and tensors of one file, which is mapped into memory rather than read."""

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, dtype=np.uint8, mode="r")
        self._position = 0
        magic, version, tensor_count, metadata_count = self._unpack("4sIQQ")
        if magic != b"GGUF" or version != 3:
            raise PreparationFailure("unreadable_weights", f"{path.name} is not a GGUF file of version 3.")
        self.metadata: dict[str, Any] = {}
        for _ in range(metadata_count):
            key = self._string()
            self.metadata[key] = self._value(self._unpack("I")[0])
        self.tensors: dict[str, TensorEntry] = {}
        for _ in range(tensor_count):
            name = self._string()
            (dimensions,) = self._unpack("I")
            shape = self._unpack(f"{dimensions}Q")
            kind, offset = self._unpack("IQ")
            self.tensors[name] = TensorEntry(tuple(reversed(shape)), kind, offset)
        alignment = int(self.metadata.get("general.alignment", 32))
        self._data_start = -(-self._position // alignment) * alignment

    def tensor(self, name: str) -> npt.NDArray[np.float32]:
        """The tensor in fp32; quantised ones are multiplied out."""
        entry = self.tensors[name]
        elements = int(np.prod(entry.shape))
        if entry.type == F32:
            return self._raw(entry, 4 * elements).view("<f4").reshape(entry.shape).copy()
        if entry.type == Q4_1:
            blocks = self._raw(entry, elements // BLOCK * 20).reshape(-1, 20)
            scale, minimum = (blocks[:, at : at + 2].copy().view("<f2").astype(np.float32) for at in (0, 2))
            # The low halves of a block's bytes are its first 16 values, the high halves the other 16.
            codes = np.concatenate([blocks[:, 4:] & 15, blocks[:, 4:] >> 4], axis=1).astype(np.float32)
            return (codes * scale + minimum).reshape(entry.shape)
        if entry.type == Q8_0:
            blocks = self._raw(entry, elements // BLOCK * 34).reshape(-1, 34)
            scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
            return (blocks[:, 2:].view(np.int8).astype(np.float32) * scale).reshape(entry.shape)
        raise PreparationFailure("unreadable_weights", f"Tensor {name} has the unexpected GGUF type {entry.type}.")

    def _raw(self, entry: TensorEntry, size: int) -> npt.NDArray[np.uint8]:
        start = self._data_start + entry.offset
        return np.asarray(self._bytes[start : start + size])

    def _unpack(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._bytes, self._position)
        self._position += struct.calcsize("<" + layout)
        return values

    def _string(self) -> str:
        (length,) = self._unpack("Q")
        self._position += length
        return self._bytes[self._position - length : self._position].tobytes().decode("utf-8")

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._string()
        if kind == ARRAY:
            element, count = self._unpack("IQ")
            if element in SCALARS:
                return list(self._unpack(f"{count}{SCALARS[element]}"))
            return [self._value(element) for _ in range(count)]
        return self._unpack(SCALARS[kind])[0]
