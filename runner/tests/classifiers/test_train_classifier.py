"""The kind `train-classifier`, from documents to scores."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from classifiers.conftest import COUNTS, PARAMETERS, Trained
from classifiers.small_encoders import write_documents, write_encoder
from definemed_runner.classifiers.calibration import fit_temperature, log_loss
from definemed_runner.classifiers.documents import read_labelled_documents
from definemed_runner.classifiers.fine_tuning import fine_tune
from definemed_runner.classifiers.model import build_classifier, load_classifier
from definemed_runner.classifiers.tokenising import DocumentTokenizer, load_tokenizer
from definemed_runner.classifiers.train_classifier import run
from definemed_runner.ranks.group import Ranks
from definemed_runner.run.digests import digest_of
from definemed_runner.run.errors import Cancelled, UserMistake
from definemed_runner.run.execute import open_run, read_attempt_spec
from definemed_runner.run.stop import StopWatch
from definemed_runner.run.store import Store
from forking_runner import start_fork
from support import read_events, read_manifest, wait_for, write_attempt


def test_it_learns_and_tells_what_it_did(trained: Trained) -> None:
    manifest = read_manifest(trained.attempt_folder)
    assert [output["name"] for output in manifest["outputs"]] == ["model", "onnx", "scores", "parity"]
    summary = manifest["summary"]
    assert {key: summary[f"{key}Documents"] for key in COUNTS} == COUNTS
    scores = pq.read_table(trained.attempt_folder / "outputs" / "scores.parquet").to_pydict()
    assert scores["id"] == [f"{split}-{number}" for split in ("tune", "test") for number in range(COUNTS[split])]
    assert scores["split"] == ["tune"] * COUNTS["tune"] + ["test"] * COUNTS["test"]
    assert ranking_quality(np.array(scores["score"]), np.array(scores["label"])) > 0.9


def ranking_quality(scores: np.ndarray, labels: np.ndarray) -> float:
    """The area under the ROC curve."""
    return float((scores[labels == 1][:, None] > scores[labels == 0][None]).mean())


def test_its_curves_are_complete(trained: Trained) -> None:
    events = read_events(trained.attempt_folder)
    steps = 19 * PARAMETERS["epochs"]
    for name in ("loss", "learning_rate", "gradient_norm", "documents_per_second"):
        found = [event["step"] for event in events if event["type"] == "metric" and event["name"] == name]
        assert found == list(range(1, steps + 1)), name
    tune_losses = [event for event in events if event["type"] == "metric" and event["name"] == "held_out_loss"]
    assert [event["step"] for event in tune_losses] == list(range(19, steps + 1, 19))
    assert tune_losses[-1]["value"] < tune_losses[0]["value"]
    rates = [event["value"] for event in events if event["type"] == "metric" and event["name"] == "learning_rate"]
    assert max(rates) == rates[2] == PARAMETERS["learningRate"]
    assert rates[-1] == pytest.approx(PARAMETERS["learningRate"] / (steps - 3 + 1))


def test_the_export_gives_the_same_probabilities(trained: Trained) -> None:
    parity = json.loads((trained.attempt_folder / "outputs" / "parity.json").read_text())
    assert parity["documents"] == 64
    assert parity["int8Documents"] == COUNTS["tune"] + COUNTS["test"]
    assert parity["fp32MaxDifference"] <= parity["tolerance"] == 1e-4
    assert parity["int8MaxDifference"] < 0.1
    assert 0 < parity["bf16Margin"] <= parity["bf16MaxDifference"] < 0.02
    assert read_manifest(trained.attempt_folder)["summary"]["parityMaxDifference"] == parity["fp32MaxDifference"]


def test_its_temperature_is_that_of_the_tune_documents(trained: Trained) -> None:
    """Scores are calibrated already: no other temperature fits the tune documents better."""
    summary = read_manifest(trained.attempt_folder)["summary"]
    descriptions = [json.loads((folder / "classifier.json").read_text()) for folder in (trained.onnx, trained.model)]
    assert [each["temperature"] for each in descriptions] == [summary["temperature"]] * 2
    rows = pq.read_table(trained.attempt_folder / "outputs" / "scores.parquet").to_pylist()

    def part(split: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        own = [row for row in rows if row["split"] == split]
        scores, labels, weights = (np.array([row[name] for row in own]) for name in ("score", "label", "weight"))
        return np.stack([np.zeros(len(own)), np.log(scores / (1 - scores))], axis=1), labels, weights

    logits, labels, weights = part("tune")
    assert fit_temperature(logits, labels, weights) == pytest.approx(1, abs=1e-3)
    logits, labels, weights = part("test")
    assert log_loss(logits, labels, weights, 1.0) == pytest.approx(summary["testLogLoss"], rel=1e-4)
    before = log_loss(logits, labels, weights, 1 / summary["temperature"])
    assert before == pytest.approx(summary["testLogLossUncalibrated"], rel=1e-4)


def test_the_folder_tells_anyone_how_to_classify(trained: Trained) -> None:
    """As the studio does it: only the files of the onnx folder and what `classifier.json` says."""
    description = json.loads((trained.onnx / "classifier.json").read_text())
    tokenizer = Tokenizer.from_file(str(trained.onnx / "tokenizer.json"))
    tokenizer.enable_truncation(description["maxTokens"])
    session = onnxruntime.InferenceSession(trained.onnx / "model.onnx", providers=["CPUExecutionProvider"])
    assert [each.name for each in session.get_inputs()] == description["inputNames"]
    scores = pq.read_table(trained.attempt_folder / "outputs" / "scores.parquet").to_pydict()
    expected = dict(zip(scores["id"], scores["score"], strict=True))
    test = read_labelled_documents(trained.documents)["test"]
    for name, text in zip(test.ids[:20], test.texts[:20], strict=True):
        ids = np.array([tokenizer.encode(description["prefix"] + text).ids])
        feeds = dict(zip(description["inputNames"], (ids, np.ones_like(ids)), strict=True))
        (logits,) = session.run([description["outputName"]], feeds)
        odds = np.exp(np.diff(np.asarray(logits)[0].astype(np.float64) / description["temperature"]))
        assert expected[name] == pytest.approx(float(odds[0] / (1 + odds[0])), abs=1e-6)


def test_the_saved_model_loads_again(trained: Trained) -> None:
    classifier = load_classifier(trained.attempt_folder / "outputs" / "model").eval()
    session = onnxruntime.InferenceSession(trained.onnx / "model.onnx", providers=["CPUExecutionProvider"])
    ids = torch.randint(4, 400, (3, 17), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(ids)
    (expected,) = session.run(["logits"], {"input_ids": ids.numpy(), "attention_mask": mask.numpy()})
    with torch.no_grad():
        found = classifier(ids, mask).numpy()
    np.testing.assert_allclose(found, np.asarray(expected), atol=1e-4)


class StopAt(StopWatch):
    """Asks to stop when it has been asked `looks` times."""

    def __init__(self, looks: int) -> None:
        super().__init__(Path("nowhere"))
        self.looks = looks

    def requested(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def newest_checkpoint(attempt_folder: Path) -> Path:
    return max(path.parent for path in attempt_folder.glob("checkpoints/step-*/complete.json"))


def test_killed_and_cancelled_it_ends_with_the_same_weights_as_unbroken(trained: Trained) -> None:
    store = trained.store
    inputs = {"documents": trained.documents, "encoder": trained.encoder}
    first = write_attempt(store, "train-classifier", inputs, PARAMETERS, run_id="broken")
    process = start_fork(store, "broken")
    wait_for(first / "checkpoints" / "step-00000019" / "complete.json", process)
    process.kill()
    process.communicate()

    killed_at = newest_checkpoint(first)
    write_attempt(
        store, "train-classifier", inputs, PARAMETERS, run_id="broken", attempt=2, resume=store.address_of(killed_at)
    )
    # Asked once for each split's texts and for each of the 23 batches of the frozen layers, then at each step.
    context = open_run(store, read_attempt_spec(store, "broken", 2), StopAt(3 + 23 + 5))
    with pytest.raises(Cancelled):
        run(context)
    cancelled_at = newest_checkpoint(context.attempt_folder)
    assert cancelled_at.name == f"step-{int(killed_at.name[5:]) + 6:08d}"

    resume = store.address_of(cancelled_at)
    write_attempt(store, "train-classifier", inputs, PARAMETERS, run_id="broken", attempt=3, resume=resume)
    remaining_steps = 19 * PARAMETERS["epochs"] - int(cancelled_at.name[5:])
    context = open_run(store, read_attempt_spec(store, "broken", 3), StopAt(3 + 23 + remaining_steps - 1))
    with pytest.raises(Cancelled):
        run(context)
    end, unbroken_end = (newest_checkpoint(folder) for folder in (context.attempt_folder, trained.attempt_folder))
    assert digest_of(end) == digest_of(unbroken_end)

    # Killed while exporting: nothing is left to train, and the loss is still known.
    resume = store.address_of(end)
    write_attempt(store, "train-classifier", inputs, PARAMETERS, run_id="broken", attempt=4, resume=resume)
    context = open_run(store, read_attempt_spec(store, "broken", 4), StopWatch(store.root))
    documents = read_labelled_documents(trained.documents)
    tokenizer = DocumentTokenizer(load_tokenizer(trained.encoder), PARAMETERS["maxTokens"], PARAMETERS["prefix"])
    tokenised = {split: tokenizer.encode(part.texts) for split, part in documents.items()}
    classifier = build_classifier(trained.encoder, "mean")
    outcome = fine_tune(context, Ranks(), classifier, documents, tokenised)
    assert outcome.train_loss == read_manifest(trained.attempt_folder)["summary"]["trainLoss"]
    expected = load_classifier(trained.attempt_folder / "outputs" / "model").state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in classifier.state_dict().items())


def refusal(store: Store, changes: Mapping[str, Any]) -> str:
    documents = write_documents(store.root / "documents.parquet", {"train": 20})
    inputs = {"documents": documents, "encoder": store.root / "encoder"}
    write_attempt(store, "train-classifier", inputs, {**PARAMETERS, **changes})
    with pytest.raises(UserMistake) as refused:
        run(open_run(store, read_attempt_spec(store, "run-1", 1), StopWatch(store.root)))
    return refused.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"warmupSteps": 18}, "warmup_too_long"),
        ({"maxTokens": 131}, "max_tokens_too_large"),
        ({"frozenLayers": 4}, "frozen_layers_too_many"),
    ],
)
def test_settings_that_cannot_work_are_the_users_mistake(store: Store, changes: dict[str, Any], code: str) -> None:
    write_encoder(store.root / "encoder")
    assert refusal(store, changes) == code


def test_an_encoder_that_is_none_is_the_users_mistake(store: Store) -> None:
    folder = store.root / "encoder"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "no-such-thing"}')
    assert refusal(store, {}) == "encoder_unsupported"


def test_an_encoder_with_damaged_weights_ends_at_the_first_step(store: Store) -> None:
    file = write_encoder(store.root / "encoder") / "model.safetensors"
    weights = load_file(file)
    weights["embeddings.word_embeddings.weight"][:] = float("nan")
    save_file(weights, file)
    assert refusal(store, {"warmupSteps": 0}) == "loss_not_finite"
