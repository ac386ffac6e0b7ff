"""Writing a checkpoint tensor by tensor, so that memory holds one tensor and never a whole shard.

The safetensors library writes a file only from all of its tensors at once. The format itself is simple: eight bytes
with the header's length, a JSON header with every tensor's place, and the tensors' bytes one after the other.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import torch

from definemed_runner.language_models.safetensors_reading import INDEX_FILE, SINGLE_FILE, TensorFacts
from definemed_runner.run import UserMistake

DTYPES: dict[str, torch.dtype] = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8, "U8": torch.uint8,
    "BOOL": torch.bool,
}  # fmt: skip

SHARD_BYTES = 5_000_000_000
_WRITE_ELEMENTS = 1 << 22


def write_checkpoint(
    folder: Path,
    tensors: Mapping[str, TensorFacts],
    produce: Callable[[str], torch.Tensor],
    shard_bytes: int = SHARD_BYTES,
) -> None:
    """Write `tensors` below `folder`; `produce` is asked for each once and must give the announced dtype and shape."""
    shards = plan_shards(tensors, shard_bytes)
    if len(shards) == 1:
        _write_file(folder / SINGLE_FILE, {name: tensors[name] for name in shards[0]}, produce)
        return
    weight_map: dict[str, str] = {}
    for number, names in enumerate(shards, start=1):
        file = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        _write_file(folder / file, {name: tensors[name] for name in names}, produce)
        weight_map.update(dict.fromkeys(names, file))
    total = sum(_bytes_of(facts) for facts in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / INDEX_FILE).write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")


def plan_shards(tensors: Mapping[str, TensorFacts], shard_bytes: int) -> list[list[str]]:
    """Names per file in the given order; a tensor above the limit has a file of its own."""
    shards: list[list[str]] = [[]]
    filled = 0
    for name, facts in tensors.items():
        size = _bytes_of(facts)
        if shards[-1] and filled + size > shard_bytes:
            shards.append([])
            filled = 0
        shards[-1].append(name)
        filled += size
    return shards


def _write_file(path: Path, tensors: Mapping[str, TensorFacts], produce: Callable[[str], torch.Tensor]) -> None:
    # Wide types first, as the library does, so that every tensor starts at a multiple of its element's size.
    order = sorted(tensors, key=lambda name: (-_dtype_of(tensors[name]).itemsize, name))
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    start = 0
    for name in order:
        end = start + _bytes_of(tensors[name])
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
            tensor = produce(name)
            if tensor.dtype != _dtype_of(tensors[name]) or tuple(tensor.shape) != tensors[name].shape:
                raise ValueError(
                    f"{name} was announced as {tensors[name]}, came as {tensor.dtype} {tuple(tensor.shape)}"
                )
            for chunk in tensor.contiguous().view(-1).split(_WRITE_ELEMENTS):
                target.write(chunk.view(torch.uint8).numpy().tobytes() if chunk.numel() else b"")


def _dtype_of(facts: TensorFacts) -> torch.dtype:
    if facts.dtype not in DTYPES:
        raise UserMistake(
            "dtype_unsupported", f"Tensors of type {facts.dtype} are not supported; use an unquantised model."
        )
    return DTYPES[facts.dtype]


def _bytes_of(facts: TensorFacts) -> int:
    return facts.elements * _dtype_of(facts).itemsize
