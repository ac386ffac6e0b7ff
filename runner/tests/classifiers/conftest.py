"""One classifier, trained once for all tests that need a trained one."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from classifiers.small_encoders import write_documents, write_encoder
from definemed_runner.run.store import Store
from support import run_here, write_attempt

PARAMETERS: Mapping[str, Any] = {
    "maxTokens": 64,
    "epochs": 6,
    "batchSize": 8,
    "learningRate": 5e-3,
    "warmupSteps": 3,
    "weightDecay": 0.01,
    "gradientClip": 1,
    "frozenLayers": 1,
    "classBalance": True,
    "pooling": "mean",
    "prefix": "query: ",
}
COUNTS = {"train": 150, "tune": 30, "test": 60}


@dataclass(frozen=True)
class Trained:
    """A store with a `train-classifier` run that ended well, and what it was made from."""

    store: Store
    attempt_folder: Path
    encoder: Path
    documents: Path

    @property
    def model(self) -> Path:
        return self.attempt_folder / "outputs" / "model"

    @property
    def onnx(self) -> Path:
        return self.attempt_folder / "outputs" / "onnx"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The unbroken run that others are compared with."""
    store = Store(tmp_path_factory.mktemp("trained"))
    encoder = write_encoder(store.root / "encoder")
    documents = write_documents(store.root / "documents.parquet", COUNTS)
    inputs = {"documents": documents, "encoder": encoder}
    folder = write_attempt(store, "train-classifier", inputs, PARAMETERS, run_id="unbroken")
    assert run_here(store, "unbroken") == 0
    return Trained(store, folder, encoder, documents)
