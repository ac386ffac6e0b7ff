"""The kinds of runs. Each module has `run(context: RunContext) -> RunResult` and is imported only when it is run."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from definemed_runner.run.context import RunContext, RunResult

if TYPE_CHECKING:
    from definemed_runner.ranks.lead import Prepare

Kind = Callable[[RunContext], RunResult]

KINDS = {
    "train-classifier": "definemed_runner.classifiers.train_classifier",
    "classify-corpus": "definemed_runner.classifiers.classify_corpus",
    "pretrain": "definemed_runner.language_models.pretrain",
    "merge": "definemed_runner.language_models.merge",
    "evaluate": "definemed_runner.language_models.evaluate",
    "generate": "definemed_runner.language_models.generate",
    "analyse-answers": "definemed_runner.language_models.analyse_answers",
}


def load_preparation(kind: str) -> "Prepare":
    """The function by which another rank of `kind` prepares its share."""
    return import_module(KINDS[kind]).prepare


def load_kind(kind: str) -> Kind:
    """The function that carries out `kind`."""
    return import_module(KINDS[kind]).run
