"""Each rank reads and holds its own share of the weights, and the model is the one that loading it whole gives."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoModelForCausalLM,
    LlamaConfig,
    MistralConfig,
    MixtralConfig,
    PreTrainedConfig,
    Qwen2Config,
)

from definemed_runner.language_models.pretraining.model import load_model
from definemed_runner.language_models.pretraining.slices import rows_of_rank
from definemed_runner.ranks.group import Ranks
from definemed_runner.run import UserMistake
from language_models.loading_ranks import on_ranks, own_tensors

SMALL: dict[str, Any] = {
    "vocab_size": 100, "hidden_size": 16, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 64, "initializer_range": 0.3,
}  # fmt: skip
# With three ranks some have no row at all of the keys' and values' weights.
NARROW = {**SMALL, "hidden_size": 8, "num_key_value_heads": 1, "vocab_size": 101}
ROTARY = {
    "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}  # fmt: skip
SCALED = {**SMALL, "tie_word_embeddings": True, "rope_parameters": ROTARY}


def write_model(folder: Path, config: PreTrainedConfig, dtype: torch.dtype, shard_size: str = "5GB") -> Path:
    """A model with random numbers everywhere, also where models begin with zeros and ones."""
    torch.manual_seed(3)
    model = AutoModelForCausalLM.from_config(config)
    for parameter in model.parameters():
        parameter.data = torch.randn_like(parameter).mul(0.3).to(dtype)
    model.config.dtype = dtype
    model.save_pretrained(folder, max_shard_size=shard_size)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("models")
    return [
        write_model(root / "llama", LlamaConfig(**NARROW, tie_word_embeddings=False), torch.bfloat16, "4KB"),
        write_model(root / "llama-tied", LlamaConfig(**SCALED),
                    torch.float32),
        write_model(root / "qwen", Qwen2Config(**SMALL, tie_word_embeddings=False), torch.float16),
        write_model(root / "qwen-tied", Qwen2Config(**SMALL, tie_word_embeddings=True), torch.bfloat16, "4KB"),
        write_model(root / "mistral", MistralConfig(**SMALL, sliding_window=8), torch.bfloat16),
        write_model(root / "mistral-tied", MistralConfig(**NARROW, tie_word_embeddings=True), torch.float32),
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_model_and_its_losses_are_those_of_loading_it_whole(folders: list[Path], count: int) -> None:
    assert len(list(folders[0].glob("*.safetensors"))) > 1
    for found in on_ranks(count, "compare", folders):
        for folder, each in zip(folders, found, strict=True):
            assert each["bySlices"], folder.name
            assert each["differing"] == [], folder.name
            sliced, whole = each["ties"]
            assert sliced == whole, folder.name
            by_slices, loaded_whole = each["curves"]
            assert by_slices == loaded_whole, folder.name
            assert by_slices[-1] < by_slices[0], folder.name


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_written_by_slices_is_what_the_whole_model_gives(folders: list[Path], count: int) -> None:
    on_ranks(count, "export", folders)
    for folder in folders:
        sliced, whole, shards = (folder / f"saved-by-{count}" / name for name in ("sliced", "whole", "shards"))
        found, wanted = load_file(sliced / "model.safetensors"), load_file(whole / "model.safetensors")
        assert found.keys() == wanted.keys()
        # Trained, so that it can't be the base that was written.
        assert not torch.equal(found["model.norm.weight"], load_weights(folder)["model.norm.weight"])
        for name, tensor in wanted.items():
            assert found[name].dtype == tensor.dtype
            assert torch.equal(found[name], tensor), (folder.name, name)
        for file in ("config.json", "generation_config.json"):
            assert (sliced / file).read_text() == (whole / file).read_text()
        loaded: Any = AutoModelForCausalLM.from_pretrained(sliced, output_loading_info=True)
        assert not any(loaded[1].values())

        assert len(list(shards.glob("model-*.safetensors"))) > 3
        in_shards = load_weights(shards)
        assert in_shards.keys() == wanted.keys()
        assert all(torch.equal(in_shards[name], tensor) for name, tensor in wanted.items())


def load_weights(folder: Path) -> dict[str, torch.Tensor]:
    return {name: tensor for file in folder.glob("*.safetensors") for name, tensor in load_file(file).items()}


def test_each_rank_reads_and_holds_its_share_alone(tmp_path: Path, folders: list[Path]) -> None:
    config = LlamaConfig(**{**SMALL, "vocab_size": 60_000, "hidden_size": 512, "tie_word_embeddings": False})
    large = write_model(tmp_path / "large", config, torch.bfloat16)
    weights = sum(file.stat().st_size for file in large.glob("*.safetensors"))
    found = on_ranks(3, "measure", [folders[0], large])
    for rank in found:
        assert rank["read"] < weights / 3 + (4 << 20)
        # In fp32 each rank holds two thirds of the file's size; one whole copy would be twice that size.
        assert rank["loading"] < 2 * weights / 3 + (40 << 20)
        # Written are pieces: the weights in the stored type would be the file's size.
        assert rank["saving"] < weights / 3 + (40 << 20)
    assert sum(rank["read"] for rank in found) > weights


def test_rows_are_shared_out_as_torch_does_it() -> None:
    for rows in range(12):
        for count in range(1, 6):
            chunks = torch.arange(rows).chunk(count)
            wanted = [chunk.tolist() for chunk in chunks if len(chunk)]
            found = [list(rows_of_rank(rows, count, rank)) for rank in range(count)]
            assert [each for each in found if each] == wanted
            assert len(found) == count


def load(folder: Path) -> Any:
    return load_model(folder, Ranks(), bf16=False, activation_checkpointing="none")


def whole(folder: Path) -> dict[str, torch.Tensor]:
    return own_tensors(AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32))


def same(found: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> bool:
    return found.keys() == wanted.keys() and all(torch.equal(found[name], wanted[name]) for name in wanted)


def test_a_tied_weight_may_stand_under_either_name_or_under_both(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tied", LlamaConfig(**SMALL, tie_word_embeddings=True), torch.float32)
    file = folder / "model.safetensors"
    weights = load_file(file)
    head, embeddings = "lm_head.weight", "model.embed_tokens.weight"
    save_file({**weights, head: weights[embeddings].clone()}, file, {"format": "pt"})
    both = load(folder)
    assert both.by_slices
    assert both.model.lm_head.weight is both.model.model.embed_tokens.weight
    assert same(own_tensors(both.model), whole(folder))

    renamed = {(head if name == embeddings else name): tensor for name, tensor in weights.items()}
    save_file(renamed, file, {"format": "pt"})
    assert load(folder).by_slices
    assert same(own_tensors(load(folder).model), whole(folder))

    # What is called tied and is not stays apart, as transformers keeps it.
    save_file({**weights, head: weights[embeddings] + 1}, file, {"format": "pt"})
    apart = load(folder)
    assert not apart.by_slices
    assert same(own_tensors(apart.model), whole(folder))


def test_files_that_are_not_as_the_model_is_are_loaded_by_transformers(tmp_path: Path) -> None:
    experts = MixtralConfig(**SMALL, num_local_experts=2, num_experts_per_tok=1, tie_word_embeddings=False)
    mixture = write_model(tmp_path / "mixture", experts, torch.float32)
    assert not load(mixture).by_slices
    assert same(own_tensors(load(mixture).model), whole(mixture))

    bare = write_model(tmp_path / "bare", LlamaConfig(**SMALL, tie_word_embeddings=True), torch.float32)
    weights = load_file(bare / "model.safetensors")
    save_file({name.removeprefix("model."): each for name, each in weights.items()}, bare / "model.safetensors")
    assert not load(bare).by_slices
    assert same(own_tensors(load(bare).model), whole(bare))


def test_what_is_wrong_with_a_folder_is_told(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model", LlamaConfig(**SMALL), torch.float32)
    file = folder / "model.safetensors"
    content = file.read_bytes()
    weights = load_file(file)
    cases: dict[str, Any] = {
        "model_incomplete": lambda: save_file(
            {name: each for name, each in weights.items() if "norm" not in name}, file, {"format": "pt"}
        ),
        "model_invalid": lambda: file.write_bytes(content[:-100]),
    }
    for code, damage in cases.items():
        damage()
        with pytest.raises(UserMistake) as mistake:
            load(folder)
        assert mistake.value.code == code
    file.unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    with pytest.raises(UserMistake) as mistake:
        load(folder)
    assert mistake.value.code == "model_invalid"
    (folder / "config.json").write_text(json.dumps({"model_type": "unheard-of"}))
    file.write_bytes(content)
    with pytest.raises(UserMistake) as mistake:
        load(folder)
    assert mistake.value.code == "model_invalid"


def test_a_continued_training_reads_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_model(tmp_path / "model", LlamaConfig(**SMALL), torch.float32)
    read: list[str] = []
    monkeypatch.setattr(
        "definemed_runner.language_models.safetensors_reading.CheckpointTensors.read_into",
        lambda _tensors, _buffer, name, _start: read.append(name),
    )
    load_model(folder, Ranks(), bf16=False, activation_checkpointing="none", continued=True)
    assert read == []
    load(folder)
    assert len(read) > 10
