"""Scores that decide at a threshold: fast ones, and exact ones where a fast one can't tell on which side it lies."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from definemed_runner.classifiers.tokenising import DocumentTokenizer


class Scorer(Protocol):
    """What scores tokenised documents."""

    def tokenizer(self, max_tokens: int | None = None) -> DocumentTokenizer:
        """The classifier's tokenizer, with its prefix; `max_tokens` at most (None: the classifier's own)."""
        ...

    def score(
        self, documents: Sequence[np.ndarray], batch_size: int, on_documents: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        """The probability of 'medical' of each tokenised document, float64.

        `on_documents` hears how many more are done after each batch and may raise to stop.
        """
        ...


class CloseLook:
    """Scores by `fast`, and by what `open_exact` opens where `fast` lies within `margin` of the threshold.

    These documents are scored twice; their exact score counts.
    """

    def __init__(self, fast: Scorer, margin: float, threshold: float, open_exact: Callable[[], Scorer]) -> None:
        self._fast, self._margin, self._threshold = fast, margin, threshold
        self._open_exact = open_exact
        self._exact: Scorer | None = None

    def tokenizer(self, max_tokens: int | None = None) -> DocumentTokenizer:
        """As the fast one's."""
        return self._fast.tokenizer(max_tokens)

    def score(
        self, documents: Sequence[np.ndarray], batch_size: int, on_documents: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        """As the fast one's; `on_documents` hears of each document once."""
        scores = self._fast.score(documents, batch_size, on_documents)
        close = np.nonzero(np.abs(scores - self._threshold) <= self._margin)[0].tolist()
        if close:
            # Opened when it is first needed: it takes more memory than the fast one.
            self._exact = self._exact or self._open_exact()
            again = [documents[place] for place in close]
            scores[close] = self._exact.score(again, batch_size, lambda _: on_documents(0))
        return scores


def open_for_decisions(folder: Path, precision: str, threshold: float, threads: int, process: int = 0) -> Scorer:
    """What decides at a threshold, in the precision that is wished.

    `fp32` and `int8` by ONNX Runtime from an `onnx` folder; `bf16` by PyTorch from a `model` folder, on the GPU that
    falls to this process of the run where the machine has GPUs.
    """
    if precision == "bf16":
        # Whoever stays on processors needs no torch, which takes seconds to load.
        from definemed_runner.classifiers.torch_scoring import TorchClassifier, device_of

        device = device_of(process, threads)
        fast = TorchClassifier(folder, device, "bf16")
        margin = fast.description.bf16Margin
        return CloseLook(fast, margin, threshold, lambda: TorchClassifier(folder, device, "fp32"))
    from definemed_runner.classifiers.onnx_scoring import OnnxClassifier

    classifier = OnnxClassifier(folder, precision, threads)
    if precision == "fp32":
        return classifier
    margin = classifier.description.int8Margin
    return CloseLook(classifier, margin, threshold, lambda: OnnxClassifier(folder, "fp32", threads))
