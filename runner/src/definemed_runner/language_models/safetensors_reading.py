"""A checkpoint's tensors from one safetensors file or from shards with an index: any part of any tensor, by itself.

The safetensors library maps whole files or reads whole tensors. Here memory holds only what is asked for. The format
is simple: eight bytes with the header's length, a JSON header with every tensor's place, and the tensors' bytes.
"""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from definemed_runner.language_models.tensor_types import ITEM_BYTES, TensorFacts
from definemed_runner.run import UserMistake

SINGLE_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"
# The library's own limit.
_LONGEST_HEADER = 100_000_000


@dataclass(frozen=True)
class _Place:
    descriptor: int
    start: int


class CheckpointTensors:
    """Opened by `open_checkpoint`. Reading is safe from several threads at once."""

    def __init__(self, facts: dict[str, TensorFacts], places: dict[str, _Place]) -> None:
        self.facts = facts
        self._places = places

    def read_into(self, buffer: memoryview, name: str, start: int) -> None:
        """Fill `buffer` with the tensor's bytes from `start` on, row-major, little-endian."""
        place = self._places[name]
        filled = 0
        while filled < len(buffer):
            read = os.preadv(place.descriptor, [buffer[filled:]], place.start + start + filled)
            if read == 0:
                raise UserMistake("weights_unreadable", f"The file ended within {name}; someone has cut it.")
            filled += read


@contextmanager
def open_checkpoint(folder: Path) -> Iterator[CheckpointTensors]:
    """The tensors of a model's folder; UserMistake `weights_missing` or `weights_unreadable` where there are none."""
    with ExitStack() as opened:
        facts: dict[str, TensorFacts] = {}
        places: dict[str, _Place] = {}
        for path in _weight_files(folder):
            descriptor = os.open(path, os.O_RDONLY)
            opened.callback(os.close, descriptor)
            try:
                for name, (fact, start) in _read_header(descriptor).items():
                    facts[name], places[name] = fact, _Place(descriptor, start)
            except (ValueError, KeyError, TypeError, AttributeError, OSError) as fault:
                raise UserMistake(
                    "weights_unreadable", f"{path.name} is no whole safetensors file: {fault}."
                ) from fault
        yield CheckpointTensors(facts, places)


def _read_header(descriptor: int) -> dict[str, tuple[TensorFacts, int]]:
    size = os.fstat(descriptor).st_size
    length = int.from_bytes(os.pread(descriptor, 8, 0), "little")
    if size < 8 or length > min(_LONGEST_HEADER, size - 8):
        raise ValueError("the header exceeds the file")
    header: dict[str, Any] = json.loads(os.pread(descriptor, length, 8))
    header.pop("__metadata__", None)
    return {name: _tensor(name, entry, 8 + length, size) for name, entry in header.items()}


def _tensor(name: str, entry: dict[str, Any], data: int, size: int) -> tuple[TensorFacts, int]:
    facts = TensorFacts(str(entry["dtype"]), tuple(int(extent) for extent in entry["shape"]))
    start, end = (int(offset) for offset in entry["data_offsets"])
    if not 0 <= start <= end <= size - data or min(facts.shape, default=0) < 0:
        raise ValueError(f"{name} lies outside of it")
    # Types that are no plain numbers are refused by whoever wants to compute with them.
    if facts.dtype in ITEM_BYTES and end - start != facts.bytes:
        raise ValueError(f"{name} takes {end - start} bytes, its shape {facts.bytes}")
    return facts, data + start


def _weight_files(folder: Path) -> list[Path]:
    index = folder / INDEX_FILE
    if not index.is_file():
        if not (folder / SINGLE_FILE).is_file():
            raise UserMistake(
                "weights_missing",
                f"{folder.name} holds neither {SINGLE_FILE} nor {INDEX_FILE}; save it as safetensors.",
            )
        return [folder / SINGLE_FILE]
    try:
        names = sorted({str(name) for name in json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()})
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise UserMistake("weights_unreadable", f"{INDEX_FILE} of {folder.name} is no index: {fault}.") from fault
    outside = [name for name in names if Path(name).name != name]
    if outside:
        raise UserMistake(
            "weights_unreadable", f"{INDEX_FILE} of {folder.name} names {outside[0]!r}, which is no file beside it."
        )
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise UserMistake("weights_missing", f"{folder.name} lacks {', '.join(missing)}, which its index names.")
    return [folder / name for name in names]
