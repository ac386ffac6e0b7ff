"""The kind `train-classifier`: fine-tune an encoder, export it, prove the export, score the held-out documents."""

import torch

from definemed_runner.classifiers.deliver import deliver
from definemed_runner.classifiers.documents import read_labelled_documents
from definemed_runner.classifiers.fine_tuning import fine_tune
from definemed_runner.classifiers.model import build_classifier, longest_input_of
from definemed_runner.classifiers.tokenising import DocumentTokenizer, load_tokenizer
from definemed_runner.run.context import RunContext, RunResult
from definemed_runner.run.errors import UserMistake


def run(context: RunContext) -> RunResult:
    """Read, tokenise, train, deliver."""
    parameters = context.spec.parameters
    encoder = context.input_path("encoder")
    documents = read_labelled_documents(context.input_path("documents"))
    for split in ("tune", "test"):
        if len(documents[split]) == 0:
            context.warning("split_empty", f"There are no {split} documents: nothing is measured on them.")

    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.manual_seed(context.spec.seed)
    classifier = build_classifier(encoder, parameters["pooling"])
    longest = longest_input_of(classifier)
    if parameters["maxTokens"] > longest:
        raise UserMistake("max_tokens_too_large", f"The encoder reads at most {longest} tokens.")
    tokenizer = DocumentTokenizer(load_tokenizer(encoder), parameters["maxTokens"], parameters["prefix"])
    tokenised = {split: tokenizer.encode(part.texts) for split, part in documents.items()}
    context.log("Documents: " + ", ".join(f"{len(part)} {split}" for split, part in documents.items()) + ".")

    train_loss = fine_tune(context, classifier, documents, tokenised)
    outputs, parity_difference = deliver(context, classifier, documents, tokenised)
    summary = {
        "trainDocuments": len(documents["train"]),
        "tuneDocuments": len(documents["tune"]),
        "testDocuments": len(documents["test"]),
        "parityMaxDifference": parity_difference,
        "trainLoss": train_loss,
    }
    return RunResult(outputs, summary)
