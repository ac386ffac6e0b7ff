"""The kind `train-classifier`: fine-tune an encoder, export it, prove the export, score the held-out documents."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from definemed_runner.classifiers.deliver import deliver
from definemed_runner.classifiers.documents import LabelledDocuments, read_labelled_documents
from definemed_runner.classifiers.fine_tuning import fine_tune
from definemed_runner.classifiers.model import Classifier, build_classifier, longest_input_of
from definemed_runner.classifiers.tokenising import DocumentTokenizer, load_tokenizer
from definemed_runner.classifiers.training import Outcome
from definemed_runner.ranks.group import Ranks
from definemed_runner.ranks.lead import lead
from definemed_runner.run.context import RunContext, RunResult
from definemed_runner.run.errors import Cancelled, UserMistake


def run(context: RunContext) -> RunResult:
    """Read, tokenise, train, deliver."""
    work, outcome = lead(context, prepare)
    documents = work.documents
    delivered = deliver(context, work.classifier, documents, work.tokenised)
    summary = {
        "trainDocuments": len(documents["train"]),
        "tuneDocuments": len(documents["tune"]),
        "testDocuments": len(documents["test"]),
        "trainLoss": outcome.train_loss,
        "tuneLoss": outcome.tune_loss,
        "trainedEpochs": outcome.epochs,
        "keptEpoch": outcome.kept_epoch,
        **delivered.summary(),
    }
    return RunResult(delivered.outputs, summary)


@dataclass(frozen=True)
class ClassifierTraining:
    """What every rank has: the documents, their tokens, and a classifier that is the same on all of them."""

    documents: Mapping[str, LabelledDocuments]
    tokenised: Mapping[str, list[np.ndarray]]
    classifier: Classifier

    def hand_over(self) -> tuple[Mapping[str, Any], Sequence[int]]:
        """Labelled documents are few: each rank reads and tokenises them itself."""
        return {}, []

    def carry_out(self, context: RunContext, ranks: Ranks) -> tuple["ClassifierTraining", Outcome]:
        return self, fine_tune(context, ranks, self.classifier, self.documents, self.tokenised)


def prepare(context: RunContext, handed: Mapping[str, Any] | None = None) -> ClassifierTraining:
    """Read and tokenise; `handed` says nothing more."""
    del handed
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
    return ClassifierTraining(documents, tokenised, classifier)


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
