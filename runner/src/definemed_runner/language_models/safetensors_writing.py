"""Writing a checkpoint piece by piece, so that memory holds a piece and never a whole tensor.

The safetensors library writes a file only from all of its tensors at once; the format stands in safetensors_reading.py.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from definemed_runner.language_models.safetensors_reading import INDEX_FILE, SINGLE_FILE
from definemed_runner.language_models.tensor_types import TensorFacts

SHARD_BYTES = 5_000_000_000

Produce = Callable[[str], Iterable[bytes | memoryview]]


def write_checkpoint(
    folder: Path,
    tensors: Mapping[str, TensorFacts],
    produce: Produce,
    shard_bytes: int = SHARD_BYTES,
) -> None:
    """Write `tensors` below `folder`; `produce` is asked for each once and gives its bytes, row-major, in pieces."""
    shards = plan_shards(tensors, shard_bytes)
    if len(shards) == 1:
        _write_file(folder / SINGLE_FILE, {name: tensors[name] for name in shards[0]}, produce)
        return
    weight_map: dict[str, str] = {}
    for number, names in enumerate(shards, start=1):
        file = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        _write_file(folder / file, {name: tensors[name] for name in names}, produce)
        weight_map.update(dict.fromkeys(names, file))
    total = sum(facts.bytes for facts in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / INDEX_FILE).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def writing_order(tensors: Mapping[str, TensorFacts], shard_bytes: int = SHARD_BYTES) -> list[str]:
    """In which order `write_checkpoint` asks for the tensors."""
    return [name for names in plan_shards(tensors, shard_bytes) for name in _order_in_file(tensors, names)]


def plan_shards(tensors: Mapping[str, TensorFacts], shard_bytes: int) -> list[list[str]]:
    """Names per file in the given order; a tensor above the limit has a file of its own."""
    shards: list[list[str]] = [[]]
    filled = 0
    for name, facts in tensors.items():
        size = facts.bytes
        if shards[-1] and filled + size > shard_bytes:
            shards.append([])
            filled = 0
        shards[-1].append(name)
        filled += size
    return shards


def _order_in_file(tensors: Mapping[str, TensorFacts], names: Iterable[str]) -> list[str]:
    """Wide types first, as the library does, so that every tensor starts at a multiple of its element's size."""
    return sorted(names, key=lambda name: (-tensors[name].item_bytes, name))


def _write_file(path: Path, tensors: Mapping[str, TensorFacts], produce: Produce) -> None:
    order = _order_in_file(tensors, tensors)
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    start = 0
    for name in order:
        end = start + tensors[name].bytes
        header[name] = {
            "dtype": tensors[name].dtype, "shape": list(tensors[name].shape), "data_offsets": [start, end],
        }  # fmt: skip
        start = end
    encoded = json.dumps(header, separators=(",", ":")).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as target:
        target.write(len(encoded).to_bytes(8, "little"))
        target.write(encoded)
        for name in order:
            written = sum(target.write(piece) for piece in produce(name))
            if written != tensors[name].bytes:
                raise ValueError(f"{name} was announced with {tensors[name].bytes} bytes, came with {written}")
