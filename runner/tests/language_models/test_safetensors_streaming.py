"""Checkpoints that are written tensor by tensor are what the safetensors library itself reads."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from definemed_runner.language_models.safetensors_reading import CheckpointTensors, open_checkpoint
from definemed_runner.language_models.safetensors_writing import plan_shards, write_checkpoint
from definemed_runner.language_models.tensor_types import TensorFacts
from definemed_runner.run import UserMistake

TENSORS = {
    "embedding": torch.randn(10, 4).to(torch.bfloat16),
    "norm": torch.randn(3),
    "scale": torch.tensor(1.5, dtype=torch.float64),
    "mask": torch.tensor([True, False, True]),
    "table": torch.arange(5),
    "empty": torch.empty(0, 4),
}
WORDS = {
    torch.bfloat16: "BF16", torch.float32: "F32", torch.float64: "F64", torch.bool: "BOOL", torch.int64: "I64",
}  # fmt: skip
FACTS = {name: TensorFacts(WORDS[tensor.dtype], tuple(tensor.shape)) for name, tensor in TENSORS.items()}


def pieces(name: str) -> list[bytes]:
    """A tensor's bytes in pieces that end anywhere."""
    tensor = TENSORS[name]
    whole = tensor.reshape(-1).view(torch.uint8).numpy().tobytes() if tensor.numel() else b""
    return [whole[start : start + 7] for start in range(0, len(whole), 7)]


def read(checkpoint: CheckpointTensors, name: str) -> torch.Tensor:
    """In two pieces, the second first."""
    facts, dtype = checkpoint.facts[name], TENSORS[name].dtype
    content = bytearray(facts.bytes)
    middle = facts.bytes // 2
    checkpoint.read_into(memoryview(content)[middle:], name, middle)
    checkpoint.read_into(memoryview(content)[:middle], name, 0)
    return torch.frombuffer(content, dtype=dtype).view(facts.shape) if content else TENSORS[name]


def assert_same(found: dict[str, torch.Tensor]) -> None:
    assert found.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)


def test_one_file_is_read_back_by_the_library(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, FACTS, pieces)
    assert [path.name for path in tmp_path.iterdir()] == ["model.safetensors"]
    assert_same(load_file(tmp_path / "model.safetensors"))


def test_shards_and_their_index_hold_every_tensor_once(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, FACTS, pieces, shard_bytes=80)
    index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
    found = {}
    for file in sorted(tmp_path.glob("*.safetensors")):
        part = load_file(file)
        assert {name for name, place in index["weight_map"].items() if place == file.name} == part.keys()
        found.update(part)
    assert_same(found)
    assert index["metadata"]["total_size"] == sum(tensor.nbytes for tensor in TENSORS.values())
    with open_checkpoint(tmp_path) as checkpoint:
        assert checkpoint.facts == FACTS
        assert_same({name: read(checkpoint, name) for name in checkpoint.facts})


def test_a_shard_stays_below_the_limit_unless_one_tensor_exceeds_it() -> None:
    facts = {name: TensorFacts("F32", (size,)) for name, size in {"a": 10, "b": 10, "c": 30, "d": 5}.items()}
    assert plan_shards(facts, 80) == [["a", "b"], ["c"], ["d"]]


def test_files_of_the_library_are_read(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "model.safetensors")
    with open_checkpoint(tmp_path) as checkpoint:
        assert checkpoint.facts == FACTS


def test_a_folder_without_weights_and_a_torn_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserMistake) as missing, open_checkpoint(tmp_path):
        pass
    assert missing.value.code == "weights_missing"
    (tmp_path / "model.safetensors").write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00{")
    with pytest.raises(UserMistake) as torn, open_checkpoint(tmp_path):
        pass
    assert torn.value.code == "weights_unreadable"


def header(entries: dict[str, object], data: int = 8) -> bytes:
    encoded = json.dumps(entries).encode()
    return len(encoded).to_bytes(8, "little") + encoded + bytes(data)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 64,
        header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 16]}}),
        header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}}),
        header({"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}),
        header({"a": {"dtype": "F32", "shape": [-1, -2], "data_offsets": [0, 8]}}),
        header({"a": {"dtype": "F32", "shape": "2", "data_offsets": None}}),
        header({"a": 3}),
        (2).to_bytes(8, "little") + b"[]",
    ],
)
def test_a_header_that_lies_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(UserMistake) as lie, open_checkpoint(tmp_path):
        pass
    assert lie.value.code == "weights_unreadable"


@pytest.mark.parametrize("index", ["{}", "[]", "{", '{"weight_map": {"a": "../model.safetensors"}}'])
def test_an_index_that_is_none_or_climbs_out_of_the_folder_is_refused(tmp_path: Path, index: str) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(index)
    with pytest.raises(UserMistake) as lie, open_checkpoint(tmp_path):
        pass
    assert lie.value.code == "weights_unreadable"
