"""What a trained classifier leaves: weights, ONNX with proof of parity, scores of the held-out documents."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from definemed_runner.classifiers.documents import LabelledDocuments
from definemed_runner.classifiers.export_onnx import PARITY_TOLERANCE, Parity, compare_scores, export_onnx
from definemed_runner.classifiers.model import LABELS, Classifier, pad_token_id_of, save_classifier
from definemed_runner.classifiers.onnx_scoring import (
    INPUT_NAMES,
    OUTPUT_NAME,
    ClassifierDescription,
    OnnxClassifier,
    probabilities,
)
from definemed_runner.classifiers.tokenising import load_tokenizer, pad_batch, save_tokenizer, sorted_batches
from definemed_runner.run.context import RunContext
from definemed_runner.run.errors import Cancelled, UserMistake
from definemed_runner.run.files import atomic_file, write_json_atomically

_PARITY_DOCUMENTS = 200

Documents = Mapping[str, LabelledDocuments]
Tokenised = Mapping[str, list[np.ndarray]]


def deliver(
    context: RunContext, classifier: Classifier, documents: Documents, tokenised: Tokenised
) -> tuple[dict[str, Path], float]:
    """Write every output; returns them by name, and the largest difference between PyTorch and ONNX fp32."""
    model = _save_model(context, classifier)
    context.progress(0, 1, "models", "exporting")
    onnx = context.output_path("onnx")
    export_onnx(classifier, onnx)
    _describe(context, classifier, onnx)
    context.progress(1, 1, "models", "exporting")
    threads = context.spec.resources.threads
    exact = OnnxClassifier(onnx, "fp32", threads)
    parity = _measure_parity(context, classifier, exact, OnnxClassifier(onnx, "int8", threads), tokenised)
    parity_path = context.output_path("parity.json")
    write_json_atomically(parity_path, parity.as_json())
    scores = _score_held_out(context, exact, documents, tokenised)
    return {"model": model, "onnx": onnx, "scores": scores, "parity": parity_path}, parity.fp32_largest


def _save_model(context: RunContext, classifier: Classifier) -> Path:
    folder = context.output_path("model")
    folder.mkdir(exist_ok=True)
    save_classifier(classifier, folder)
    encoder = context.input_path("encoder")
    save_tokenizer(load_tokenizer(encoder), encoder, folder)
    return folder


def _describe(context: RunContext, classifier: Classifier, folder: Path) -> None:
    tokenizer = load_tokenizer(context.input_path("encoder"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.save(str(folder / "tokenizer.json"))
    ClassifierDescription(
        version=1,
        maxTokens=context.spec.parameters["maxTokens"],
        labels=list(LABELS),
        temperature=1.0,
        inputNames=INPUT_NAMES,
        outputName=OUTPUT_NAME,
        padTokenId=pad_token_id_of(classifier),
        prefix=context.spec.parameters["prefix"],
    ).write(folder)


def _measure_parity(
    context: RunContext, classifier: Classifier, exact: OnnxClassifier, fast: OnnxClassifier, tokenised: Tokenised
) -> Parity:
    held_out = [*tokenised["tune"], *tokenised["test"]] or tokenised["train"]
    every = max(1, len(held_out) // _PARITY_DOCUMENTS)
    sample = held_out[::every][:_PARITY_DOCUMENTS]
    size = context.spec.parameters["batchSize"]
    parity = compare_scores(
        pytorch=_score_by_pytorch(classifier, sample, size),
        fp32=exact.score(sample, size, _stop_if_asked(context)),
        int8=fast.score(sample, size, _stop_if_asked(context)),
    )
    if not parity.fp32_largest <= PARITY_TOLERANCE:
        raise UserMistake(
            "onnx_parity_failed",
            f"The exported classifier gives other probabilities than the trained one (by up to "
            f"{parity.fp32_largest:.1e}). Its architecture can't be used here; choose another encoder.",
        )
    return parity


def _score_by_pytorch(classifier: Classifier, documents: list[np.ndarray], batch_size: int) -> np.ndarray:
    scores = np.empty(len(documents))
    classifier.eval().cpu()
    with torch.inference_mode():
        for places in sorted_batches(documents, batch_size):
            ids, mask = pad_batch([documents[place] for place in places], pad_token_id_of(classifier))
            scores[places] = probabilities(classifier(torch.from_numpy(ids), torch.from_numpy(mask)).numpy())
    return scores


def _score_held_out(context: RunContext, exact: OnnxClassifier, documents: Documents, tokenised: Tokenised) -> Path:
    splits = ("tune", "test")
    chosen = [document for split in splits for document in tokenised[split]]
    stop_if_asked = _stop_if_asked(context)
    done = 0

    def on_documents(more: int) -> None:
        nonlocal done
        stop_if_asked(more)
        done += more
        context.progress(done, len(chosen), "documents", "scoring")

    scores = exact.score(chosen, context.spec.parameters["batchSize"], on_documents)
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


def _stop_if_asked(context: RunContext) -> Callable[[int], None]:
    def look(_: int) -> None:
        if context.stop_requested():
            raise Cancelled

    return look
