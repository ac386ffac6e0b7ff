"""A merge makes a model that loads and answers, and refuses parents that don't belong together."""

import json
import math
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from definemed_runner.language_models import merge
from definemed_runner.language_models.merge_plan import layer_of
from definemed_runner.run import Cancelled, RunContext, RunResult, UserMistake
from definemed_runner.run.spec import Resources
from definemed_runner.run.stop import StopWatch
from definemed_runner.run.store import Store
from language_models.tiny_models import RecordedEvents, make_context, make_model, make_spec
from support import start_runner, write_attempt


def context_for(
    folder: Path,
    first: Path,
    second: Path,
    default: float = 0.5,
    layers: Any = None,
    rules: Any = (),
    method: str = "slerp",
    threads: int = 2,
    layer_count: int | None = None,
) -> RunContext:
    t = {"default": default, "layers": layers, "rules": rules}
    parameters = {"method": method, "t": t, "layerCount": layer_count}
    inputs = {"first": first, "second": second}
    spec = make_spec("merge", inputs, parameters, resources=Resources(processes=1, threads=threads))
    return make_context(folder / "store", spec)


def merged(folder: Path, first: Path, second: Path, **plan: Any) -> RunResult:
    return merge.run(context_for(folder, first, second, **plan))


def refused(folder: Path, first: Path, second: Path, **plan: Any) -> UserMistake:
    with pytest.raises(UserMistake) as mistake:
        merged(folder, first, second, **plan)
    return mistake.value


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def slerp(first: torch.Tensor, second: torch.Tensor, t: float) -> torch.Tensor:
    """The textbook formula on whole tensors, rounded to the first one's type at the end."""
    a, b = first.double(), second.double()
    cosine = float((a * b).sum() / a.norm() / b.norm())
    if abs(cosine) > 0.9995:
        return ((1 - t) * a + t * b).to(first.dtype)
    angle = math.acos(cosine)
    return ((math.sin((1 - t) * angle) * a + math.sin(t * angle) * b) / math.sin(angle)).to(first.dtype)


@pytest.mark.parametrize("tied", [False, True])
def test_every_tensor_is_interpolated_and_the_model_loads(tmp_path: Path, tied: bool) -> None:
    first = make_model(tmp_path / "first", 1, tied=tied, chat=True, dtype=torch.bfloat16)
    second = make_model(tmp_path / "second", 2, tied=tied, dtype=torch.bfloat16)
    result = merged(tmp_path, first, second)
    one, two, out = weights(first), weights(second), weights(result.outputs["model"])
    assert out.keys() == one.keys()
    for name, tensor in out.items():
        assert tensor.dtype == torch.bfloat16
        assert torch.equal(tensor, slerp(one[name], two[name], 0.5))
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


def test_a_plan_for_some_of_the_layers_is_refused_and_one_for_all_is_not(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    layers = json.loads((first / "config.json").read_text())["num_hidden_layers"]
    for planned in (layers - 1, layers + 1):
        mistake = refused(tmp_path, first, second, layer_count=planned)
        assert mistake.code == "layers_mismatch"
        assert f"[0, {layers}]" in str(mistake)
    merged(tmp_path, first, second, layer_count=layers)


def test_a_damaged_tensor_is_named(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    stored = weights(second)
    stored["model.norm.weight"][3] = torch.nan
    save_file(stored, second / "model.safetensors")
    mistake = refused(tmp_path, first, second)
    assert (mistake.code, "model.norm.weight" in mistake.message) == ("tensor_not_finite", True)


def test_a_request_to_stop_ends_it_between_two_tensors(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    stop = StopWatch(tmp_path)
    spec = context_for(tmp_path, first, second).spec
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
    assert layer_of(name) == layer


def test_the_straight_line_takes_the_same_share_of_every_tensor(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    result = merged(tmp_path, first, second, default=0.25, method="linear")
    one, two, out = weights(first), weights(second), weights(result.outputs["model"])
    for name, tensor in out.items():
        assert torch.equal(tensor, (0.75 * one[name].double() + 0.25 * two[name].double()).float())
    rows = pq.read_table(result.outputs["report"]).to_pylist()
    assert {row["branch"] for row in rows} == {"lerp"}
    assert all(row["cosine"] is not None for row in rows)
    assert "linear" in (result.outputs["model"] / "README.md").read_text()


def test_the_first_rule_that_fits_a_name_decides_along_its_gradient(tmp_path: Path) -> None:
    first = make_model(tmp_path / "first", 1, num_hidden_layers=5)
    second = make_model(tmp_path / "second", 2, num_hidden_layers=5)
    rules = [
        {"filter": "self_attn", "gradient": [0.2, 0.6, 0.4]},
        {"filter": "mlp.up", "gradient": [0.9]},
        {"filter": "", "gradient": [0.1, 0.3]},
    ]
    result = merged(tmp_path, first, second, rules=rules)
    t = {row["tensor"]: row["t"] for row in pq.read_table(result.outputs["report"]).to_pylist()}
    attention = [t[f"model.layers.{layer}.self_attn.q_proj.weight"] for layer in range(5)]
    assert attention == pytest.approx([0.2, 0.4, 0.6, 0.5, 0.4])
    assert t["model.layers.3.mlp.up_proj.weight"] == 0.9
    assert [t[f"model.layers.{layer}.mlp.down_proj.weight"] for layer in (0, 4)] == pytest.approx([0.1, 0.3])
    # Outside the layers a gradient counts with its beginning, as in mergekit.
    assert (t["model.embed_tokens.weight"], t["lm_head.weight"]) == (0.1, 0.1)
    card = (result.outputs["model"] / "README.md").read_text()
    assert "`self_attn`" in card
    assert "0.2, 0.6, 0.4" in card


def test_parents_of_two_types_give_the_first_ones(tmp_path: Path) -> None:
    first = make_model(tmp_path / "first", 1, dtype=torch.float16)
    second = make_model(tmp_path / "second", 2, dtype=torch.bfloat16)
    one, two = weights(first), weights(second)
    out = weights(merged(tmp_path, first, second).outputs["model"])
    for name, tensor in out.items():
        assert tensor.dtype == torch.float16
        assert torch.allclose(tensor, slerp(one[name], two[name], 0.5), rtol=2**-10, atol=2**-24)
    end = weights(merged(tmp_path / "end", first, second, default=1.0).outputs["model"])
    assert all(torch.equal(tensor, two[name].to(torch.float16)) for name, tensor in end.items())


def test_the_model_is_the_same_for_any_number_of_threads(tmp_path: Path) -> None:
    # Large enough for several pieces a tensor.
    first = make_model(tmp_path / "first", 1, intermediate_size=40_000)
    second = make_model(tmp_path / "second", 2, intermediate_size=40_000)
    made = [merged(tmp_path / str(threads), first, second, threads=threads).outputs["model"] for threads in (1, 3)]
    assert (made[0] / "model.safetensors").read_bytes() == (made[1] / "model.safetensors").read_bytes()


def test_a_merge_needs_neither_torch_nor_transformers(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    store = Store(tmp_path / "store")
    parameters = {"method": "slerp", "t": {"default": 0.5, "layers": None, "rules": []}}
    write_attempt(store, "merge", {"first": first, "second": second}, parameters)
    forbidden = "import sys; sys.modules['torch'] = sys.modules['transformers'] = None; "
    program = ["-c", f"{forbidden}from definemed_runner.__main__ import main; sys.exit(main())"]
    process = start_runner(store, program=program)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors


def test_a_configuration_that_leaves_defaults_out_is_completed(tmp_path: Path) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    config = json.loads((second / "config.json").read_text())
    del config["hidden_act"], config["head_dim"], config["tie_word_embeddings"]
    (second / "config.json").write_text(json.dumps(config))
    assert merged(tmp_path, first, second).summary["tensors"] > 0


@pytest.mark.parametrize("content", ["[]", "{", '{"text_config": 3}', "null"])
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    first, second = make_model(tmp_path / "first", 1), make_model(tmp_path / "second", 2)
    (second / "config.json").write_text(content)
    assert refused(tmp_path, first, second).code == "model_invalid"
