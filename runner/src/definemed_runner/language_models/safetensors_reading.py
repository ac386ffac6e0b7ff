"""A checkpoint's tensors, read one at a time from one safetensors file or from shards with an index."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from definemed_runner.run import UserMistake

SINGLE_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"


@dataclass(frozen=True)
class TensorFacts:
    """What a safetensors header says about a tensor; `dtype` is the format's own word, such as BF16."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def elements(self) -> int:
        return prod(self.shape)


class CheckpointTensors:
    """Opened by `open_checkpoint`; the files are mapped, so only what `read` returns takes memory."""

    def __init__(self, facts: dict[str, TensorFacts], files: dict[str, Any]) -> None:
        self.facts = facts
        self._files = files

    def read(self, name: str) -> torch.Tensor:
        """The tensor of that name, on the CPU."""
        return self._files[name].get_tensor(name)


@contextmanager
def open_checkpoint(folder: Path) -> Iterator[CheckpointTensors]:
    """The tensors of a model's folder; UserMistake `weights_missing` or `weights_unreadable` where there are none."""
    with ExitStack() as opened:
        facts: dict[str, TensorFacts] = {}
        files: dict[str, Any] = {}
        for path in _weight_files(folder):
            try:
                file = opened.enter_context(safe_open(path, framework="pt", device="cpu"))
            except (SafetensorError, OSError) as fault:
                raise UserMistake(
                    "weights_unreadable", f"{path.name} is no whole safetensors file: {fault}."
                ) from fault
            for name in file.keys():  # noqa: SIM118 - a safetensors file is no dictionary
                part = file.get_slice(name)
                facts[name] = TensorFacts(part.get_dtype(), tuple(part.get_shape()))
                files[name] = file
        yield CheckpointTensors(facts, files)


def _weight_files(folder: Path) -> list[Path]:
    index = folder / INDEX_FILE
    if not index.is_file():
        if not (folder / SINGLE_FILE).is_file():
            raise UserMistake(
                "weights_missing",
                f"{folder.name} holds neither {SINGLE_FILE} nor {INDEX_FILE}; save it as safetensors.",
            )
        return [folder / SINGLE_FILE]
    names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise UserMistake("weights_missing", f"{folder.name} lacks {', '.join(missing)}, which its index names.")
    return [folder / name for name in names]
