"""Training ends where more of it does not help, and the best epoch's weights are what is delivered."""

from pathlib import Path
from typing import Any

import pytest
import torch

from classifiers.conftest import PARAMETERS
from classifiers.small_encoders import write_documents, write_encoder
from definemed_runner.classifiers.model import load_classifier
from definemed_runner.run.store import Store
from forking_runner import start_fork
from support import read_events, read_manifest, run_here, wait_for, write_attempt

# So high that the loss rises again after a few epochs.
OVERFITTING = {**PARAMETERS, "epochs": 12, "patience": 3, "frozenLayers": 0, "learningRate": 3e-3}


def attempt(store: Store, run_id: str, number: int = 1, resume: str | None = None, **changes: Any) -> Path:
    documents, encoder = store.root / "documents.parquet", store.root / "encoder"
    if not encoder.exists():
        write_encoder(encoder)
        write_documents(documents, {"train": 60, "tune": 30, "test": 20})
    inputs = {"documents": documents, "encoder": encoder}
    parameters = {**OVERFITTING, **changes}
    return write_attempt(store, "train-classifier", inputs, parameters, run_id=run_id, attempt=number, resume=resume)


def tune_losses(folder: Path) -> list[float]:
    events = read_events(folder)
    return [each["value"] for each in events if each["type"] == "metric" and each["name"] == "held_out_loss"]


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return load_classifier(folder / "outputs" / "model").state_dict()


TRAINING = "classifiers.training_alone:train_alone"


@pytest.fixture(scope="module")
def training_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """With the run `stopped`, which was given its patience."""
    store = Store(tmp_path_factory.mktemp("stopped"))
    attempt(store, "stopped")
    assert run_here(store, "stopped") == 0
    return store


def test_it_ends_after_its_patience_and_keeps_the_best_epoch(training_store: Store) -> None:
    store, stopped = training_store, training_store.attempt_folder("stopped", 1)
    losses = tune_losses(stopped)
    summary = read_manifest(stopped)["summary"]
    best = losses.index(min(losses)) + 1
    assert (summary["keptEpoch"], summary["trainedEpochs"]) == (best, best + 3)
    assert summary["trainedEpochs"] == len(losses) < OVERFITTING["epochs"]
    assert summary["tuneLoss"] == min(losses)
    told = [event["message"] for event in read_events(stopped) if event["type"] == "log"]
    assert any(f"epoch {best} of {best + 3}" in message for message in told)

    # Without patience all epochs are trained and the last one's weights kept.
    whole = attempt(store, "whole", patience=None)
    assert start_fork(store, "whole", carried_out_by=TRAINING).wait() == 0
    summary = read_manifest(whole)["summary"]
    assert (summary["trainedEpochs"], summary["keptEpoch"]) == (12, 12)
    assert tune_losses(whole)[: len(losses)] == losses
    assert summary["tuneLoss"] == tune_losses(whole)[-1] > min(losses)


def test_killed_it_remembers_the_best_epoch(training_store: Store) -> None:
    store, whole = training_store, training_store.attempt_folder("stopped", 1)
    kept = read_manifest(whole)["summary"]["keptEpoch"]

    first = attempt(store, "broken")
    process = start_fork(store, "broken", carried_out_by=TRAINING)
    # Past the best epoch, whose weights are no longer the trained ones.
    steps = (kept + 1) * -(-60 // OVERFITTING["batchSize"])
    checkpoint = first / "checkpoints" / f"step-{steps:08d}"
    wait_for(checkpoint / "complete.json", process)
    process.kill()
    process.communicate()
    newest = max(path.parent for path in first.glob("checkpoints/*/complete.json"))
    assert (newest / "best.safetensors").exists()

    second = attempt(store, "broken", 2, store.address_of(newest))
    assert start_fork(store, "broken", 2, carried_out_by=TRAINING).wait() == 0
    wanted, found = read_manifest(whole)["summary"], read_manifest(second)["summary"]
    assert found == {name: wanted[name] for name in ("trainLoss", "tuneLoss", "trainedEpochs", "keptEpoch")}
    assert all(torch.equal(value, weights_of(second)[name]) for name, value in weights_of(whole).items())


def test_without_tune_documents_all_epochs_are_trained(store: Store) -> None:
    write_encoder(store.root / "encoder")
    write_documents(store.root / "documents.parquet", {"train": 60, "test": 20})
    folder = attempt(store, "run", epochs=4)
    assert start_fork(store, "run", carried_out_by=TRAINING).wait() == 0
    summary = read_manifest(folder)["summary"]
    assert (summary["trainedEpochs"], summary["keptEpoch"], summary["tuneLoss"]) == (4, 4, None)
