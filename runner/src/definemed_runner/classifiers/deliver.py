"""What a trained classifier leaves: weights, ONNX with proof of parity, scores of the held-out documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.classifiers.calibration import fit_temperature, log_loss
from definemed_runner.classifiers.decisions import Scorer
from definemed_runner.classifiers.description import ClassifierDescription, probabilities
from definemed_runner.classifiers.documents import LabelledDocuments
from definemed_runner.classifiers.export_onnx import PARITY_TOLERANCE, Parity, export_onnx
from definemed_runner.classifiers.model import LABELS, Classifier, pad_token_id_of, save_classifier
from definemed_runner.classifiers.onnx_scoring import INPUT_NAMES, OUTPUT_NAME, OnnxClassifier
from definemed_runner.classifiers.tokenising import load_tokenizer, save_tokenizer
from definemed_runner.classifiers.torch_scoring import TorchClassifier, device_of
from definemed_runner.run.context import RunContext
from definemed_runner.run.errors import Cancelled, UserMistake
from definemed_runner.run.files import atomic_file, write_json_atomically

# Enough to see a wrong export; each costs as much as scoring it.
_PYTORCH_DOCUMENTS = 64
_INT8_DOCUMENTS = 200

Documents = Mapping[str, LabelledDocuments]
Tokenised = Mapping[str, list[np.ndarray]]


@dataclass(frozen=True)
class Delivered:
    """Outputs by name, and what was found about the classifier on the way."""

    outputs: dict[str, Path]
    # The largest difference between PyTorch and ONNX fp32.
    parity_difference: float
    temperature: float
    # Weighted log-loss of the test documents, in nats, without and with the temperature; none without such documents.
    test_log_loss: tuple[float, float] | None

    def summary(self) -> dict[str, float]:
        """Its part of the run's summary."""
        found = {"parityMaxDifference": self.parity_difference, "temperature": self.temperature}
        if self.test_log_loss is None:
            return found
        before, after = self.test_log_loss
        return {**found, "testLogLossUncalibrated": before, "testLogLoss": after}


def deliver(context: RunContext, classifier: Classifier, documents: Documents, tokenised: Tokenised) -> Delivered:
    """Write every output."""
    model = _save_model(context, classifier)
    context.progress(0, 1, "models", "exporting")
    onnx = context.output_path("onnx")
    export_onnx(classifier, onnx)
    _save_tokenizer(context, onnx)
    description = _describe(context, classifier)
    description.write(onnx)
    context.progress(1, 1, "models", "exporting")
    exact = OnnxClassifier(onnx, "fp32", context.spec.resources.threads)
    held_out = [*tokenised["tune"], *tokenised["test"]]
    logits = _collect(context, exact.logits, held_out, "scoring")
    tune, test = documents["tune"], documents["test"]
    temperature = fit_temperature(logits[: len(tune)], tune.labels, tune.weights)
    description = replace(description, temperature=temperature)
    for folder in (onnx, model):
        description.write(folder)
    scores = probabilities(logits, temperature)
    parity = _measure_parity(context, exact, held_out or tokenised["train"][:_PYTORCH_DOCUMENTS], scores)
    parity_path = context.output_path("parity.json")
    write_json_atomically(parity_path, parity.as_json())
    for folder in (onnx, model):
        replace(description, int8Margin=parity.int8_margin, bf16Margin=parity.bf16_margin).write(folder)
    scores_path = _write_scores(context, documents, scores)
    uncalibrated, calibrated = (
        log_loss(logits[len(tune) :], test.labels, test.weights, each) if len(test) > 0 else None
        for each in (1.0, temperature)
    )
    return Delivered(
        {"model": model, "onnx": onnx, "scores": scores_path, "parity": parity_path},
        parity.fp32_largest,
        temperature,
        None if uncalibrated is None or calibrated is None else (uncalibrated, calibrated),
    )


def _save_model(context: RunContext, classifier: Classifier) -> Path:
    folder = context.output_path("model")
    folder.mkdir(exist_ok=True)
    save_classifier(classifier, folder)
    encoder = context.input_path("encoder")
    save_tokenizer(load_tokenizer(encoder), encoder, folder)
    return folder


def _save_tokenizer(context: RunContext, folder: Path) -> None:
    tokenizer = load_tokenizer(context.input_path("encoder"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / "tokenizer.json"))


def _describe(context: RunContext, classifier: Classifier) -> ClassifierDescription:
    """Without temperature and margins: they are measured with what this describes."""
    return ClassifierDescription(
        version=1,
        maxTokens=context.spec.parameters["maxTokens"],
        labels=list(LABELS),
        temperature=1.0,
        inputNames=INPUT_NAMES,
        outputName=OUTPUT_NAME,
        padTokenId=pad_token_id_of(classifier),
        prefix=context.spec.parameters["prefix"],
    )


def _measure_parity(
    context: RunContext, exact: OnnxClassifier, held_out: list[np.ndarray], scores: np.ndarray
) -> Parity:
    if len(scores) == 0:
        scores = _score(context, exact, held_out, "comparing")
    by_pytorch = _spread(len(held_out), _PYTORCH_DOCUMENTS)
    by_int8 = _spread(len(held_out), _INT8_DOCUMENTS)
    threads = context.spec.resources.threads
    fast = OnnxClassifier(context.output_path("onnx"), "int8", threads)
    int8 = _score(context, fast, [held_out[place] for place in by_int8], "comparing")
    device = device_of(0, threads)
    by_precision = {
        precision: _score(
            context,
            TorchClassifier(context.output_path("model"), device, precision),
            [held_out[place] for place in by_pytorch],
            "comparing",
        )
        for precision in ("fp32", "bf16")
    }
    parity = Parity.of(by_precision["fp32"], by_precision["bf16"], scores[by_pytorch], int8, scores[by_int8])
    if not parity.fp32_largest <= PARITY_TOLERANCE:
        raise UserMistake(
            "onnx_parity_failed",
            f"The exported classifier gives other probabilities than the trained one (by up to "
            f"{parity.fp32_largest:.1e}). Its architecture can't be used here; choose another encoder.",
        )
    return parity


def _spread(count: int, wanted: int) -> np.ndarray:
    """Places of `wanted` of `count` documents, evenly over all of them."""
    return np.unique(np.linspace(0, count - 1, min(count, wanted)).astype(np.int64))


def _score(context: RunContext, classifier: Scorer, documents: list[np.ndarray], phase: str) -> np.ndarray:
    return _collect(context, classifier.score, documents, phase)


def _collect(
    context: RunContext,
    compute: Callable[[Sequence[np.ndarray], int, Callable[[int], None]], np.ndarray],
    documents: list[np.ndarray],
    phase: str,
) -> np.ndarray:
    done = 0

    def on_documents(more: int) -> None:
        nonlocal done
        if context.stop_requested():
            raise Cancelled
        done += more
        context.progress(done, len(documents), "documents", phase)

    return compute(documents, context.spec.parameters["batchSize"], on_documents)


def _write_scores(context: RunContext, documents: Documents, scores: np.ndarray) -> Path:
    splits = ("tune", "test")
    held_out = [documents[split] for split in splits]
    table = pa.table(
        {
            "id": pa.array([document for part in held_out for document in part.ids], pa.string()),
            "split": pa.array([split for split in splits for _ in documents[split].ids], pa.string()),
            "label": pa.array(np.concatenate([part.labels for part in held_out]), pa.int8()),
            "weight": pa.array(np.concatenate([part.weights for part in held_out]), pa.float64()),
            "score": pa.array(scores, pa.float64()),
        }
    )
    path = context.output_path("scores.parquet")
    with atomic_file(path) as temporary:
        pq.write_table(table, temporary)
    return path
