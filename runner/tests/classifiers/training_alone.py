"""`train-classifier` without what it delivers: a small model's ONNX export takes longer than its training."""

from definemed_runner.classifiers.model import save_classifier
from definemed_runner.classifiers.train_classifier import prepare
from definemed_runner.ranks.lead import lead
from definemed_runner.run.context import RunContext, RunResult


def train_alone(context: RunContext) -> RunResult:
    """The trained weights, and how the training ended."""
    work, outcome = lead(context, prepare)
    folder = context.output_path("model")
    folder.mkdir()
    save_classifier(work.classifier, folder)
    summary = {
        "trainLoss": outcome.train_loss,
        "tuneLoss": outcome.tune_loss,
        "trainedEpochs": outcome.epochs,
        "keptEpoch": outcome.kept_epoch,
    }
    return RunResult({"model": folder}, summary)
