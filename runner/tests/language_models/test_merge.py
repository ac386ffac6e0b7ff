"""A merge makes a model that loads and answers, and refuses parents that don't belong together."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from definemed_runner.language_models import merge
from definemed_runner.language_models.slerp import interpolate, plan_interpolation
from definemed_runner.run import Cancelled, RunContext, RunResult, UserMistake
from definemed_runner.run.stop import StopWatch
from language_models.tiny_models import RecordedEvents, make_context, make_model, make_spec


def context_for(folder: Path, first: Path, second: Path, default: float = 0.5, layers: Any = None) -> RunContext:
    parameters = {"method": "slerp", "t": {"default": default, "layers": layers}}
    return make_context(folder / "store", make_spec("merge", {"first": first, "second": second}, parameters))


def merged(folder: Path, first: Path, second: Path, **plan: Any) -> RunResult:
    return merge.run(context_for(folder, first, second, **plan))


def refused(folder: Path, first: Path, second: Path, **plan: Any) -> UserMistake:
    with pytest.raises(UserMistake) as mistake:
        merged(folder, first, second, **plan)
    return mistake.value


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


@pytest.mark.parametrize("tied", [False, True])
def test_every_tensor_is_interpolated_and_the_model_loads(tmp_path: Path, tied: bool) -> None:
    first = make_model(tmp_path / "first", 1, tied=tied, chat=True, dtype=torch.bfloat16)
    second = make_model(tmp_path / "second", 2, tied=tied, dtype=torch.bfloat16)
    result = merged(tmp_path, first, second)
    one, two, out = weights(first), weights(second), weights(result.outputs["model"])
    assert out.keys() == one.keys()
    for name, tensor in out.items():
        assert torch.equal(tensor, interpolate(one[name], two[name], plan_interpolation(one[name], two[name], 0.5)))
    model = AutoModelForCausalLM.from_pretrained(result.outputs["model"])
    assert model.dtype == torch.bfloat16
    shares = model.lm_head.weight.data_ptr() == model.model.embed_tokens.weight.data_ptr()
    assert shares == tied
    tokenizer = AutoTokenizer.from_pretrained(result.outputs["model"])
    assert tokenizer.decode(tokenizer("Der Befund ist unauffällig.")["input_ids"]) == "Der Befund ist unauffällig."
    assert tokenizer.chat_template == AutoTokenizer.from_pretrained(first).chat_template


def test_the_report_tells_each_tensor_and_the_summary_its_cosines(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    result = merged(tmp_path, first, second, default=0.3, layers=[0.0, 1.0])
    rows = {row["tensor"]: row for row in pq.read_table(result.outputs["report"]).to_pylist()}
    one, two, out = weights(first), weights(second), weights(result.outputs["model"])
    assert rows.keys() == one.keys()
    for name, row in rows.items():
        cosine = torch.nn.functional.cosine_similarity(
            one[name].double().flatten(), two[name].double().flatten(), dim=0
        )
        assert row["cosine"] == pytest.approx(cosine.item(), abs=1e-12)
        assert row["normRatio"] == pytest.approx((two[name].double().norm() / one[name].double().norm()).item())
        assert row["elements"] == one[name].numel()
    assert rows["model.layers.0.mlp.up_proj.weight"]["t"] == 0
    assert torch.equal(out["model.layers.0.mlp.up_proj.weight"], one["model.layers.0.mlp.up_proj.weight"])
    assert torch.equal(out["model.layers.1.mlp.up_proj.weight"], two["model.layers.1.mlp.up_proj.weight"])
    assert (rows["lm_head.weight"]["layer"], rows["lm_head.weight"]["t"]) == (None, 0.3)
    # Fresh norms are all ones in both models, so they are parallel.
    assert rows["model.norm.weight"]["branch"] == "lerp"
    cosines = [row["cosine"] for row in rows.values()]
    assert result.summary == {
        "tensors": len(rows), "meanCosine": pytest.approx(sum(cosines) / len(cosines)), "minCosine": min(cosines),
    }  # fmt: skip


def test_at_the_ends_the_parents_come_back_to_the_bit(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    for t, parent in ((0.0, first), (1.0, second)):
        out = weights(merged(tmp_path / str(t), first, second, default=t).outputs["model"])
        assert all(torch.equal(out[name], tensor) for name, tensor in weights(parent).items())


def test_a_second_copy_of_tied_weights_is_left_out(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1, tied=True), make_model(tmp_path / "second", 2, tied=True)
    stored = weights(second)
    save_file({**stored, "lm_head.weight": stored["model.embed_tokens.weight"].clone()}, second / "model.safetensors")
    out = weights(merged(tmp_path, first, second).outputs["model"])
    assert "lm_head.weight" not in out


def test_the_card_names_both_parents_with_their_digests(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    card = (merged(tmp_path, first, second).outputs["model"] / "README.md").read_text()
    assert first.as_uri() in card
    assert second.as_uri() in card
    assert card.count("sha256:") == 2


def test_parents_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    first = make_model(tmp_path / "first", 1)
    wider = make_model(tmp_path / "wider", 2, intermediate_size=96)
    mistake = refused(tmp_path, first, wider)
    assert (mistake.code, "intermediate_size (64 and 96)" in mistake.message) == ("architectures_differ", True)
    tied = make_model(tmp_path / "tied", 2, tied=True)
    assert "tie_word_embeddings" in refused(tmp_path, first, tied).message


def test_a_missing_or_misshapen_tensor_is_named(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    stored = weights(second)
    norm = stored.pop("model.norm.weight")
    save_file(stored, second / "model.safetensors")
    mistake = refused(tmp_path, first, second)
    assert (mistake.code, "model.norm.weight" in mistake.message) == ("tensors_differ", True)
    save_file({**stored, "model.norm.weight": norm[:-1].clone()}, second / "model.safetensors")
    assert "[32] and [31]" in refused(tmp_path, first, second).message


def test_tokenizers_that_number_their_tokens_differently_are_refused(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    path = second / "tokenizer.json"
    content = json.loads(path.read_text())
    vocabulary = content["model"]["vocab"]
    vocabulary["A"], vocabulary["B"] = vocabulary["B"], vocabulary["A"]
    path.write_text(json.dumps(content))
    assert refused(tmp_path, first, second).code == "vocabularies_differ"


def test_a_plan_for_another_number_of_layers_is_refused(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    assert refused(tmp_path, first, second, layers=[0.5, 0.5, 0.5]).code == "layers_mismatch"


def test_a_damaged_tensor_is_named(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    stored = weights(second)
    stored["model.norm.weight"][3] = torch.nan
    save_file(stored, second / "model.safetensors")
    mistake = refused(tmp_path, first, second)
    assert (mistake.code, "model.norm.weight" in mistake.message) == ("tensor_not_finite", True)


def test_a_request_to_stop_ends_it_between_two_tensors(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    spec = make_spec("merge", {"first": first, "second": second}, {"t": {"default": 0.5, "layers": None}})
    stop = StopWatch(tmp_path)
    context = make_context(tmp_path / "store", spec, RecordedEvents(), stop)
    stop.request()
    with pytest.raises(Cancelled):
        merge.run(context)


@pytest.mark.parametrize(
    ("name", "layer"),
    [("model.layers.11.mlp.up_proj.weight", 11), ("transformer.h.3.attn.weight", 3), ("model.norm.weight", None),
     ("model.embed_tokens.weight", None), ("lm_head.weight", None)],
)  # fmt: skip
def test_the_layer_is_read_from_the_name(name: str, layer: int | None) -> None:
    assert merge.layer_of(name) == layer
