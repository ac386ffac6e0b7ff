"""Encoders of several architectures: freezing, reuse of the frozen layers' results, export, reload."""

from pathlib import Path

import numpy as np
import pytest
import torch

from classifiers.small_encoders import write_encoder
from definemed_runner.classifiers.description import ClassifierDescription, probabilities
from definemed_runner.classifiers.export_onnx import export_onnx
from definemed_runner.classifiers.freezing import FrozenStates, freeze
from definemed_runner.classifiers.model import (
    LABELS,
    build_classifier,
    load_classifier,
    longest_input_of,
    pad_token_id_of,
    save_classifier,
)
from definemed_runner.classifiers.onnx_scoring import MODEL_FILES, OnnxClassifier
from definemed_runner.classifiers.tokenising import pad_batch

LENGTHS = (1, 3, 60, 128, 17)


@pytest.fixture
def documents() -> list[np.ndarray]:
    random = np.random.Generator(np.random.PCG64(3))
    return [np.concatenate([[0], random.integers(4, 400, length - 1)]).astype(np.int64) for length in LENGTHS]


def as_tensors(documents: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    ids, mask = pad_batch(documents, 1)
    return torch.from_numpy(ids), torch.from_numpy(mask)


@pytest.mark.parametrize("pooling", ["mean", "model"])
@pytest.mark.parametrize("architecture", ["bert", "xlm-roberta", "modernbert"])
@pytest.mark.parametrize("count", [1, 3])
def test_training_on_the_frozen_layers_results_is_training_on_the_whole_model(
    tmp_path: Path, documents: list[np.ndarray], architecture: str, pooling: str, count: int
) -> None:
    classifier = build_classifier(write_encoder(tmp_path / "encoder", architecture), pooling)
    part = freeze(classifier, count)
    assert part is not None
    trained = {name for name, value in classifier.named_parameters() if value.requires_grad}
    assert trained
    assert not any("embeddings" in name or "layer.0." in name or "layers.0." in name for name in trained)

    states = FrozenStates(part)
    states.compute("train", classifier, documents, range(len(documents)), batch_size=2, on_documents=lambda _: None)
    classifier.eval()
    with torch.no_grad():
        whole = classifier(*as_tensors(documents))
        with states.instead_of_frozen_part():
            states.choose("train", range(len(documents)), torch.device("cpu"))
            short = classifier(*as_tensors(documents))
        again = classifier(*as_tensors(documents))
    torch.testing.assert_close(short, whole, atol=1e-5, rtol=0)
    assert torch.equal(again, whole)


def test_nothing_is_frozen_unless_asked(tmp_path: Path) -> None:
    classifier = build_classifier(write_encoder(tmp_path / "encoder"), "mean")
    assert freeze(classifier, 0) is None
    assert all(value.requires_grad for value in classifier.parameters())


@pytest.mark.parametrize(("architecture", "longest"), [("bert", 130), ("xlm-roberta", 128), ("modernbert", 130)])
def test_the_longest_input_leaves_out_what_the_padding_takes(tmp_path: Path, architecture: str, longest: int) -> None:
    assert longest_input_of(build_classifier(write_encoder(tmp_path / "encoder", architecture), "mean")) == longest


def test_the_export_agrees_for_any_batch_and_length(tmp_path: Path, documents: list[np.ndarray]) -> None:
    encoder = write_encoder(tmp_path / "encoder", "xlm-roberta", layers=1)
    classifier = build_classifier(encoder, "model").eval()
    export_onnx(classifier, tmp_path / "onnx")
    description = ClassifierDescription(
        1, 128, list(LABELS), 1.0, ["input_ids", "attention_mask"], "logits", pad_token_id_of(classifier), ""
    )
    description.write(tmp_path / "onnx")
    with torch.no_grad():
        expected = np.concatenate([probabilities(classifier(*as_tensors([each])).numpy()) for each in documents])
    exact = OnnxClassifier(tmp_path / "onnx", "fp32", threads=1)
    for batch_size in (1, 2, 5):
        np.testing.assert_allclose(exact.score(documents, batch_size), expected, atol=1e-5)
    fast = OnnxClassifier(tmp_path / "onnx", "int8", threads=1)
    np.testing.assert_allclose(fast.score(documents, 1), expected, atol=0.05)
    sizes = {name: (tmp_path / "onnx" / file).stat().st_size for name, file in MODEL_FILES.items()}
    assert sizes["int8"] < sizes["fp32"]
    assert sorted(path.name for path in (tmp_path / "onnx").iterdir()) == [
        "classifier.json", "model.int8.onnx", "model.onnx",
    ]  # fmt: skip


@pytest.mark.parametrize("pooling", ["mean", "model"])
def test_what_is_saved_is_what_is_loaded(tmp_path: Path, documents: list[np.ndarray], pooling: str) -> None:
    classifier = build_classifier(write_encoder(tmp_path / "encoder"), pooling).eval()
    (tmp_path / "model").mkdir()
    save_classifier(classifier, tmp_path / "model")
    with torch.no_grad():
        expected = classifier(*as_tensors(documents))
        assert torch.equal(load_classifier(tmp_path / "model").eval()(*as_tensors(documents)), expected)
