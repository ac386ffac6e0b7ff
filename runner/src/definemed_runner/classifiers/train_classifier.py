"""The kind `train-classifier`: fine-tune an encoder, export it, prove the export, score the held-out documents."""

import os
from collections.abc import Mapping

import numpy as np
import torch

from definemed_runner.classifiers.deliver import deliver
from definemed_runner.classifiers.documents import LabelledDocuments, read_labelled_documents
from definemed_runner.classifiers.fine_tuning import fine_tune
from definemed_runner.classifiers.model import build_classifier, longest_input_of
from definemed_runner.classifiers.tokenising import DocumentTokenizer, load_tokenizer
from definemed_runner.run.context import RunContext, RunResult
from definemed_runner.run.errors import Cancelled, UserMistake


def run(context: RunContext) -> RunResult:
    """Read, tokenise, train, deliver."""
    parameters = context.spec.parameters
    encoder = context.input_path("encoder")
    documents = read_labelled_documents(context.input_path("documents"))
    for split in ("tune", "test"):
        if len(documents[split]) == 0:
            context.warning("split_empty", f"There are no {split} documents: nothing is measured on them.")

    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True, warn_only=True)
    if torch.cuda.is_available():
        # TF32: factors with 10-bit mantissas, sums in fp32; several times as fast.
        torch.set_float32_matmul_precision("high")
    torch.manual_seed(context.spec.seed)
    classifier = build_classifier(encoder, parameters["pooling"])
    longest = longest_input_of(classifier)
    if parameters["maxTokens"] > longest:
        raise UserMistake("max_tokens_too_large", f"The encoder reads at most {longest} tokens.")
    tokenizer = DocumentTokenizer(load_tokenizer(encoder), parameters["maxTokens"], parameters["prefix"])
    tokenised = _tokenise(context, tokenizer, documents)
    context.log("Documents: " + ", ".join(f"{len(part)} {split}" for split, part in documents.items()) + ".")

    train_loss = fine_tune(context, classifier, documents, tokenised)
    delivered = deliver(context, classifier, documents, tokenised)
    summary = {
        "trainDocuments": len(documents["train"]),
        "tuneDocuments": len(documents["tune"]),
        "testDocuments": len(documents["test"]),
        "trainLoss": train_loss,
        **delivered.summary(),
    }
    return RunResult(delivered.outputs, summary)


def _tokenise(
    context: RunContext, tokenizer: DocumentTokenizer, documents: Mapping[str, LabelledDocuments]
) -> dict[str, list[np.ndarray]]:
    total = sum(len(part) for part in documents.values())
    done = 0

    def on_documents(more: int) -> None:
        nonlocal done
        if context.stop_requested():
            raise Cancelled
        done += more
        context.progress(done, total, "documents", "tokenising")

    return {split: tokenizer.encode(part.texts, on_documents) for split, part in documents.items()}
