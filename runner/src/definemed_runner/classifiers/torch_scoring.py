"""Scores by a classifier's PyTorch weights: in bf16 on a GPU, where ONNX Runtime for processors would leave it idle."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from definemed_runner.classifiers.description import ClassifierDescription, open_tokenizer, probabilities
from definemed_runner.classifiers.model import Classifier, MeanPoolingClassifier, base_model_of, load_classifier
from definemed_runner.classifiers.tokenising import DocumentTokenizer, batches_of_tokens, pad_batch

# Kernels on GPUs are fastest where lengths are multiples of eight.
_LENGTH_MULTIPLE = 8


def device_of(process: int, threads: int) -> torch.device:
    """The GPU that falls to a process of the run, counted from 0; the processors, with that many threads, without."""
    if torch.cuda.is_available():
        return torch.device("cuda", process % torch.cuda.device_count())
    torch.set_num_threads(threads)
    return torch.device("cpu")


class TorchClassifier:
    """A trained classifier from its `model` folder, ready to score.

    In `bf16` the encoder computes in bf16 and the head in fp32: two decimal places of a logit would not be enough.
    """

    def __init__(self, folder: Path, device: torch.device, precision: Literal["bf16", "fp32"]) -> None:
        self.description = ClassifierDescription.read(folder)
        self._folder, self._device = folder, device
        classifier = load_classifier(folder).eval()
        if precision == "bf16":
            _compute_encoder_in_bf16(classifier)
        self._classifier = classifier.to(device)

    def tokenizer(self, max_tokens: int | None = None) -> DocumentTokenizer:
        """See `open_tokenizer`."""
        return open_tokenizer(self._folder, self.description, max_tokens)

    def score(
        self, documents: Sequence[np.ndarray], batch_size: int, on_documents: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        """As `Scorer.score`; `batch_size` is how many documents of the longest kind go through at once."""
        scores = np.empty(len(documents))
        computing: tuple[np.ndarray, Tensor] | None = None
        with torch.inference_mode():
            for places in batches_of_tokens(documents, batch_size * self.description.maxTokens):
                logits = self._logits([documents[place] for place in places])
                # Read one batch late: the GPU is at the next one meanwhile.
                if computing is not None:
                    self._read(computing, scores, on_documents)
                computing = places, logits
            if computing is not None:
                self._read(computing, scores, on_documents)
        return scores

    def _logits(self, documents: Sequence[np.ndarray]) -> Tensor:
        ids, mask = pad_batch(documents, self.description.padTokenId, _LENGTH_MULTIPLE)
        return self._classifier(*(torch.from_numpy(each).to(self._device) for each in (ids, mask)))

    def _read(self, batch: tuple[np.ndarray, Tensor], scores: np.ndarray, on_documents: Callable[[int], None]) -> None:
        places, logits = batch
        scores[places] = probabilities(logits.float().cpu().numpy(), self.description.temperature)
        on_documents(len(places))


def _compute_encoder_in_bf16(classifier: Classifier) -> None:
    encoder = base_model_of(classifier)
    encoder.to(torch.bfloat16)
    if isinstance(classifier, MeanPoolingClassifier):
        return
    for child in classifier.model.children():
        if child is not encoder:
            child.register_forward_pre_hook(_in_fp32)


def _in_fp32(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(each.float() for each in inputs)
