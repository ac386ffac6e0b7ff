"""Pre-training learns, saves a model that loads, and explains what it can't do."""

import json
from math import cos, pi
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import AutoModelForCausalLM, AutoTokenizer

from definemed_runner.language_models import pretrain
from definemed_runner.language_models.loading import load_causal_model
from definemed_runner.language_models.pretraining.corpus import is_held_out, tokenise_corpus
from definemed_runner.language_models.pretraining.model import load_model, logits_of
from definemed_runner.language_models.pretraining.packing import PackedEpoch
from definemed_runner.language_models.pretraining.settings import PretrainSettings
from definemed_runner.language_models.pretraining.utilisation import Utilisation, flops_per_token, peak_flops
from definemed_runner.ranks.group import Ranks
from definemed_runner.run import Cancelled, RunResult, UserMistake
from definemed_runner.run.stop import StopWatch
from language_models.tiny_models import RecordedEvents, make_context, make_model, make_spec
from language_models.training_runs import parameters, write_corpus


def trained(folder: Path, base: Path, events: RecordedEvents | None = None, **changes: Any) -> RunResult:
    corpus = folder / "corpus"
    if not corpus.exists():
        write_corpus(corpus)
    spec = make_spec("pretrain", {"corpus": corpus, "base": base}, parameters(**changes))
    return pretrain.run(make_context(folder / "store", spec, events))


def refused(folder: Path, base: Path, **changes: Any) -> UserMistake:
    with pytest.raises(UserMistake) as mistake:
        trained(folder, base, **changes)
    return mistake.value


@pytest.mark.parametrize(
    ("tied", "dtype", "changes"),
    [
        (False, torch.float32, {}),
        (True, torch.bfloat16, {"bf16": True, "activationCheckpointing": True}),
    ],
)
def test_it_learns_and_saves_a_model_that_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tied: bool, dtype: torch.dtype, changes: dict[str, Any]
) -> None:
    # Every processor can, only not every one as fast.
    monkeypatch.setattr(pretrain, "_has_bf16", lambda _device: True)
    base = make_model(tmp_path / "base", 1, tied=tied, dtype=dtype, chat=True)
    events = RecordedEvents()
    result = trained(tmp_path, base, events, **changes)
    summary = result.summary
    assert summary["steps"] == 10
    assert summary["heldOutLossAfter"] < summary["heldOutLossBefore"] - 1
    curve = events.metrics("held_out_loss")
    assert list(curve) == [0, 5, 10]
    assert (curve[0], curve[10]) == (summary["heldOutLossBefore"], summary["heldOutLossAfter"])
    for name in ("loss", "learning_rate", "gradient_norm", "tokens_per_second", "memory_bytes"):
        assert list(events.metrics(name)) == list(range(1, 11))

    folder = result.outputs["model"]
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert model.dtype == dtype
    assert (model.lm_head.weight.data_ptr() == model.model.embed_tokens.weight.data_ptr()) == tied
    assert load_file(folder / "model.safetensors").keys() == load_file(base / "model.safetensors").keys()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.decode(tokenizer("Fieber, 39,5 °C")["input_ids"]) == "Fieber, 39,5 °C"
    assert json.loads((folder / "config.json").read_text())["architectures"] == ["LlamaForCausalLM"]


def test_without_instructions_for_bf16_it_computes_in_fp32_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = make_model(tmp_path / "base", 1)
    monkeypatch.setattr(pretrain, "_has_bf16", lambda _device: True)
    wished, able, unable = RecordedEvents(), RecordedEvents(), RecordedEvents()
    trained(tmp_path, base, wished, bf16=False)
    trained(tmp_path, base, able, bf16=True)
    monkeypatch.setattr(pretrain, "_has_bf16", lambda _device: False)
    trained(tmp_path, base, unable, bf16=True)
    assert unable.metrics("loss") == wished.metrics("loss") != able.metrics("loss")
    assert (wished.warnings(), able.warnings(), unable.warnings()) == ([], [], ["bf16_unsupported"])


def test_activation_checkpointing_does_not_change_the_numbers(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", 1)
    kept = RecordedEvents()
    trained(tmp_path, base, kept)
    for how in ("selective", "full", True):
        recomputed = RecordedEvents()
        trained(tmp_path, base, recomputed, activationCheckpointing=how)
        assert recomputed.metrics("loss") == kept.metrics("loss")


class ProductCount(TorchDispatchMode):
    """Counts the matrix products that are really computed."""

    computed = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.computed += str(func) == "aten.mm.default"
        return func(*args, **(kwargs or {}))


def test_activation_checkpointing_computes_again_what_is_not_kept(tmp_path: Path) -> None:
    base, products = make_model(tmp_path / "base", 1), {}
    tokens, positions = torch.arange(100)[None], torch.arange(100)[None]
    for how in ("none", "selective", "full"):
        model = load_model(base, Ranks(), bf16=False, activation_checkpointing=how).model
        loss = logits_of(model, tokens, positions).sum()
        with ProductCount() as backward:
            loss.backward()
        products[how] = backward.computed
    assert products["none"] == products["selective"] < products["full"]


def test_the_use_of_a_gpu_is_told_where_its_peak_is_known(tmp_path: Path) -> None:
    model = load_causal_model(make_model(tmp_path / "base", 1), torch.float32)
    # 2 layers of width 32 over 64 tokens; the head has 32 numbers a word, the embeddings are only looked up.
    config = model.config
    parameters = sum(each.numel() for each in model.parameters())
    expected = 6 * (parameters - config.vocab_size * 32) + 6 * 2 * 32 * 64
    assert flops_per_token(model, parameters, 64) == expected
    assert peak_flops("NVIDIA H200") == peak_flops("NVIDIA H100 80GB HBM3") == 989.4e12
    assert peak_flops("NVIDIA H100 PCIe") == 756e12
    assert peak_flops("Some other card") is None
    assert Utilisation(model, parameters, 64, torch.device("cpu")).of(100, 1.0, 1) is None


def test_the_learning_rate_falls_along_half_a_wave_where_that_is_wished() -> None:
    settings = PretrainSettings.from_parameters(parameters(schedule="cosine", warmupSteps=2))
    rates = [settings.learning_rate_at(step, 10) / 0.01 for step in range(10)]
    # For what is left, 1 to 0: half of 1 − cos(π · left).
    assert rates[:3] == pytest.approx([1 / 3, 2 / 3, 1])
    assert rates[6] == pytest.approx(0.5)
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert rates[9] == pytest.approx((1 - cos(pi / 8)) / 2)


def test_the_saved_model_has_the_held_out_loss_that_the_run_reports(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", 1)
    result = trained(tmp_path, base)
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(result.outputs["model"]).eval()
    loss, count = 0.0, 0
    for row in pq.read_table(tmp_path / "corpus").to_pylist():
        if is_held_out(row["id"], 0.2):
            tokens = [*tokenizer(row["text"])["input_ids"], tokenizer.eos_token_id]
            with torch.no_grad():
                logits = model(torch.tensor([tokens])).logits[0, :-1]
            loss += torch.nn.functional.cross_entropy(logits, torch.tensor(tokens[1:]), reduction="sum").item()
            count += len(tokens) - 1
    # Cut documents lose their beginning as context, so the run's figure is near this one, not equal to it.
    assert result.summary["heldOutLossAfter"] == pytest.approx(loss / count, rel=0.05)


def test_the_learning_rate_rises_then_falls_in_a_line() -> None:
    settings = PretrainSettings.from_parameters(parameters(learningRate=1.0, warmupSteps=3))
    rates = [settings.learning_rate_at(step, 13) for step in range(13)]
    assert rates[:4] == [0.25, 0.5, 0.75, 1.0]
    assert rates[4:] == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])


def test_epochs_decide_the_number_of_steps(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", 1)
    events = RecordedEvents()
    summary = trained(tmp_path, base, events, epochs=1.5, maxSteps=None).summary
    total = next(event["total"] for event in events.events if event.get("phase") == "training")
    told = next(event["message"] for event in events.events if event["type"] == "log")
    tokens = int(told.split(" tokens")[0].split()[-1])
    sequences = round(1.5 * -(-tokens // 64))
    assert summary["steps"] == total == -(-sequences // 4)


def test_documents_end_with_the_end_token_and_control_words_stay_text(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", 1)
    tokenizer = AutoTokenizer.from_pretrained(base)
    texts = ["Fieber.", "Er schrieb <|end|> und <|user|>.", "", None, "Husten."]
    rows = [{"id": str(number), "text": text} for number, text in enumerate(texts)]
    (tmp_path / "corpus").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "corpus" / "a.parquet")
    context = make_context(tmp_path / "store", make_spec("pretrain", {}, {}))
    training, held_out = tokenise_corpus(context, tmp_path / "corpus", tokenizer, 0.0)
    documents = training.open()
    assert (documents.count, held_out.open().count, PackedEpoch(held_out.open(), 8).count) == (3, 0, 0)
    end = tokenizer.eos_token_id
    for number, text in enumerate(text for text in texts if text):
        tokens = documents.tokens[documents.starts[number] : documents.starts[number + 1]].tolist()
        assert tokens.count(end) == 1
        assert tokens[-1] == end
        assert tokenizer.decode(tokens[:-1]) == text


def test_the_held_out_share_is_kept_and_depends_on_the_id_alone() -> None:
    kept = [is_held_out(f"doc-{number}", 0.1) for number in range(20_000)]
    assert sum(kept) == pytest.approx(2000, abs=150)
    assert all(is_held_out(f"doc-{number}", 0.2) for number in range(20_000) if kept[number])
    assert not any(is_held_out(str(number), 0.0) for number in range(1000))


def test_without_held_out_documents_it_says_so_and_trains(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", 1)
    events = RecordedEvents()
    summary = trained(tmp_path, base, events, heldOutShare=1e-6, maxSteps=2, warmupSteps=1).summary
    assert (summary["heldOutLossBefore"], summary["heldOutLossAfter"]) == (None, None)
    assert events.warnings() == ["nothing_held_out"]


@pytest.mark.parametrize("threshold", [2, 10])
def test_a_request_to_stop_ends_it_after_a_checkpoint(tmp_path: Path, threshold: int) -> None:
    base, corpus = make_model(tmp_path / "base", 1), write_corpus(tmp_path / "corpus")
    stop = StopWatch(tmp_path)

    class StoppingEvents(RecordedEvents):
        def emit(self, event: dict[str, Any]) -> None:
            super().emit(event)
            if event.get("name") == "memory_bytes" and event["step"] == threshold:
                stop.request()

    spec = make_spec("pretrain", {"corpus": corpus, "base": base}, parameters())
    context = make_context(tmp_path / "store", spec, StoppingEvents(), stop)
    with pytest.raises(Cancelled):
        pretrain.run(context)
    assert (context.attempt_folder / "checkpoints" / f"step-{threshold:08d}" / "complete.json").is_file()
    assert not context.output_path("model").exists()


def test_a_loss_that_is_no_number_ends_the_run_with_a_reason(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", 1)
    weights = load_file(base / "model.safetensors")
    weights["model.norm.weight"][0] = torch.nan
    save_file(weights, base / "model.safetensors", {"format": "pt"})
    mistake = refused(tmp_path, base, heldOutShare=0)
    assert (mistake.code, "step 1 is nan" in mistake.message) == ("loss_not_finite", True)
    assert refused(tmp_path, base).code == "loss_not_finite"


def test_what_cannot_work_is_refused_before_training(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", 1)
    assert refused(tmp_path, base, sequenceLength=512).code == "sequence_too_long"
    small = make_model(tmp_path / "small", 1, vocab_size=300)
    assert refused(tmp_path, small).code == "tokenizer_beyond_vocabulary"
    weights = load_file(base / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, base / "model.safetensors", {"format": "pt"})
    assert refused(tmp_path, base).code == "model_incomplete"
    (base / "tokenizer.json").unlink()
    assert refused(tmp_path, base).code == "tokenizer_invalid"


def test_a_warmup_as_long_as_the_epochs_is_refused_before_training(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", 1)
    corpus = write_corpus(tmp_path / "corpus")
    events = RecordedEvents()
    spec = make_spec(
        "pretrain", {"corpus": corpus, "base": base}, parameters(epochs=1.0, maxSteps=None, warmupSteps=100_000)
    )
    with pytest.raises(UserMistake) as caught:
        pretrain.run(make_context(tmp_path / "store", spec, events))
    assert (caught.value.code, "100000 steps" in caught.value.message) == ("warmup_too_long", True)
    assert not [event for event in events.events if event["type"] == "metric"]


def test_a_corpus_without_text_or_columns_is_refused(tmp_path: Path) -> None:
    base = make_model(tmp_path / "base", 1)
    (tmp_path / "corpus").mkdir()
    assert refused(tmp_path, base).code == "corpus_empty"
    pq.write_table(pa.table({"id": ["1"]}), tmp_path / "corpus" / "a.parquet")
    assert refused(tmp_path, base).code == "corpus_columns_missing"
    (tmp_path / "corpus" / "a.parquet").write_bytes(b"PAR1 torn")
    assert refused(tmp_path, base).code == "corpus_unreadable"
