"""A classifier that several processes train is the one that a single process trains."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from classifiers.conftest import PARAMETERS
from classifiers.small_encoders import write_documents, write_encoder
from definemed_runner.classifiers.model import load_classifier
from definemed_runner.run.store import Store
from forking_runner import start_fork
from support import read_events, read_manifest, wait_for, write_attempt

# 61 documents in batches of 7: shares differ, and the last batch has 5.
CHOSEN = {
    **PARAMETERS,
    "pooling": "model",
    "epochs": 4,
    "batchSize": 7,
    "warmupSteps": 2,
    "classBalance": True,
    "prefix": "",
}
SIZES = {"train": 61, "tune": 17, "test": 15}


def make_inputs(store: Store) -> dict[str, Path]:
    """Documents that weigh differently, and an encoder without dropout, whose numbers differ from rank to rank."""
    documents, encoder = store.root / "documents.parquet", store.root / "encoder"
    if not encoder.exists():
        config = write_encoder(encoder) / "config.json"
        changed = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "classifier_dropout": 0.0}
        config.write_text(json.dumps({**json.loads(config.read_text()), **changed}))
        table = pq.read_table(write_documents(documents, SIZES))
        weights = np.random.default_rng(1).uniform(0.2, 5.0, len(table))
        pq.write_table(table.set_column(table.schema.get_field_index("weight"), "weight", [weights]), documents)
    return {"documents": documents, "encoder": encoder}


def attempt(
    store: Store, run_id: str, processes: int, number: int = 1, resume: str | None = None, **changes: Any
) -> Path:
    return write_attempt(
        store, "train-classifier", make_inputs(store), {**CHOSEN, **changes}, run_id=run_id, attempt=number,
        resume=resume, resources={"nodes": 1, "processes": processes, "threads": 1},
    )  # fmt: skip


def curve(folder: Path, name: str) -> dict[int, float]:
    return {e["step"]: e["value"] for e in read_events(folder) if e["type"] == "metric" and e["name"] == name}


TRAINING = "classifiers.training_alone:train_alone"


def finish(store: Store, run_id: str, number: int = 1, carried_out_by: str | None = TRAINING) -> None:
    process = start_fork(store, run_id, number, carried_out_by=carried_out_by)
    assert process.wait() == 0, process.communicate()


def test_its_losses_and_scores_are_those_of_one_process(store: Store) -> None:
    one, three = (attempt(store, name, count, frozenLayers=0) for name, count in (("one", 1), ("three", 3)))
    finish(store, "one", carried_out_by=None)
    finish(store, "three", carried_out_by=None)
    assert_same_training(three, one)
    scores = [pq.read_table(folder / "outputs" / "scores.parquet").to_pydict() for folder in (one, three)]
    assert scores[0]["id"] == scores[1]["id"]
    assert scores[1]["score"] == pytest.approx(scores[0]["score"], abs=1e-3)


def test_its_losses_are_those_of_one_process_also_on_frozen_layers(store: Store) -> None:
    one, two = (attempt(store, name, count, frozenLayers=1) for name, count in (("one", 1), ("two", 2)))
    finish(store, "one")
    finish(store, "two")
    assert_same_training(two, one)
    tokens = torch.arange(4, 64).reshape(4, 15)
    with torch.no_grad():
        odds = [load_classifier(folder / "outputs" / "model").eval()(tokens, tokens > 0) for folder in (one, two)]
    torch.testing.assert_close(odds[1].softmax(1), odds[0].softmax(1), atol=1e-3, rtol=0)


def assert_same_training(found_in: Path, wanted_in: Path) -> None:
    for name in ("loss", "gradient_norm", "held_out_loss"):
        assert curve(found_in, name) == pytest.approx(curve(wanted_in, name), rel=1e-4), name
    wanted, found = read_manifest(wanted_in)["summary"], read_manifest(found_in)["summary"]
    assert found["trainLoss"] == pytest.approx(wanted["trainLoss"], rel=1e-4)
    assert found["keptEpoch"] == wanted["keptEpoch"]


def test_killed_with_two_it_goes_on_with_three(store: Store) -> None:
    # By one process: with two its losses are the same, as the tests above say.
    whole = attempt(store, "whole", 1, frozenLayers=1, epochs=8)
    finish(store, "whole")
    first = attempt(store, "broken", 2, frozenLayers=1, epochs=8)
    process = start_fork(store, "broken", carried_out_by=TRAINING)
    wait_for(first / "checkpoints" / "step-00000018" / "complete.json", process)
    process.kill()
    process.communicate()
    newest = max(path.parent for path in first.glob("checkpoints/*/complete.json"))
    second = attempt(store, "broken", 3, 2, store.address_of(newest), frozenLayers=1, epochs=8)
    finish(store, "broken", 2)
    rest = {step: loss for step, loss in curve(whole, "loss").items() if step > int(newest.name[-8:])}
    assert curve(second, "loss") == pytest.approx(rest, rel=1e-3)


def test_with_more_processes_than_documents_in_a_batch_nothing_is_counted_twice(store: Store) -> None:
    one, three = attempt(store, "one", 1, batchSize=2, epochs=1), attempt(store, "three", 3, batchSize=2, epochs=1)
    finish(store, "one")
    finish(store, "three")
    assert curve(three, "loss") == pytest.approx(curve(one, "loss"), rel=1e-4)
