"""Scores by an exported classifier, the same on every side: ONNX Runtime, softmax in double precision."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

from definemed_runner.classifiers.tokenising import DocumentTokenizer, load_tokenizer, pad_batch, sorted_batches
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.files import write_json_atomically

MODEL_FILES = {"fp32": "model.onnx", "int8": "model.int8.onnx"}
INPUT_NAMES = ["input_ids", "attention_mask"]
OUTPUT_NAME = "logits"
_DESCRIPTION = "classifier.json"


@dataclass(frozen=True)
class ClassifierDescription:
    """`classifier.json`: what anyone needs to classify as the runner does.

    Put `prefix` before the text, tokenise with `tokenizer.json`, clip on the right to `maxTokens` (special tokens
    included), pad with `padTokenId`, run, and take softmax(logits / temperature); the last label is the positive one.
    Scores in int8 that lie within `int8Margin` of a threshold may fall on its other side in fp32.
    """

    version: int
    maxTokens: int  # noqa: N815 - the names of the JSON file
    labels: list[str]
    temperature: float
    inputNames: list[str]  # noqa: N815
    outputName: str  # noqa: N815
    padTokenId: int  # noqa: N815
    prefix: str
    # Exports of old did not measure it.
    int8Margin: float = 0.0  # noqa: N815

    def write(self, folder: Path) -> None:
        """Write `classifier.json`."""
        write_json_atomically(folder / _DESCRIPTION, asdict(self))

    @staticmethod
    def read(folder: Path) -> "ClassifierDescription":
        """The description in a classifier's folder."""
        try:
            return ClassifierDescription(**json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as fault:
            raise UserMistake(
                "classifier_invalid", f"{folder.name} is no exported classifier; {_DESCRIPTION} is unreadable: {fault}."
            ) from fault


class OnnxClassifier:
    """An exported classifier, ready to score."""

    def __init__(self, folder: Path, precision: str, threads: int) -> None:
        self.description = ClassifierDescription.read(folder)
        model = folder / MODEL_FILES[precision]
        if not model.is_file():
            raise UserMistake("classifier_invalid", f"{folder.name} has no {model.name}.")
        self._session = _open_session(model, threads)
        self._folder = folder

    def tokenizer(self, max_tokens: int | None = None) -> DocumentTokenizer:
        """The classifier's tokenizer, with its prefix; `max_tokens` at most (None: the classifier's own)."""
        own = self.description.maxTokens
        if max_tokens is not None and max_tokens > own:
            raise UserMistake("max_tokens_too_large", f"The classifier reads at most {own} tokens, not {max_tokens}.")
        return DocumentTokenizer(load_tokenizer(self._folder), max_tokens or own, self.description.prefix)

    def score(
        self, documents: Sequence[np.ndarray], batch_size: int, on_documents: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        """The probability of 'medical' of each tokenised document, float64.

        `on_documents` hears how many more are done after each batch and may raise to stop.
        """
        scores = np.empty(len(documents))
        for places in sorted_batches(documents, batch_size):
            ids, mask = pad_batch([documents[place] for place in places], self.description.padTokenId)
            feeds = dict(zip(self.description.inputNames, (ids, mask), strict=True))
            (logits,) = self._session.run([self.description.outputName], feeds)
            scores[places] = probabilities(np.asarray(logits), self.description.temperature)
            on_documents(len(places))
        return scores


class CloseLook:
    """Scores by int8, and by fp32 where int8 can't tell on which side of the threshold a document lies.

    Documents within the export's `int8Margin` of the threshold are scored twice; their fp32 score counts.
    """

    def __init__(self, folder: Path, threshold: float, threads: int) -> None:
        self._fast = OnnxClassifier(folder, "int8", threads)
        self._exact: OnnxClassifier | None = None
        self._folder, self._threshold, self._threads = folder, threshold, threads

    def tokenizer(self, max_tokens: int | None = None) -> DocumentTokenizer:
        """As the classifier's."""
        return self._fast.tokenizer(max_tokens)

    def score(
        self, documents: Sequence[np.ndarray], batch_size: int, on_documents: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        """As the classifier's; `on_documents` hears of each document once."""
        scores = self._fast.score(documents, batch_size, on_documents)
        close = np.nonzero(np.abs(scores - self._threshold) <= self._fast.description.int8Margin)[0].tolist()
        if close:
            # Loaded when it is first needed: it takes four times the memory.
            self._exact = self._exact or OnnxClassifier(self._folder, "fp32", self._threads)
            again = [documents[place] for place in close]
            scores[close] = self._exact.score(again, batch_size, lambda _: on_documents(0))
        return scores


def open_for_decisions(folder: Path, precision: str, threshold: float, threads: int) -> "OnnxClassifier | CloseLook":
    """What decides at a threshold, in the precision that is wished."""
    return CloseLook(folder, threshold, threads) if precision == "int8" else OnnxClassifier(folder, precision, threads)


def probabilities(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """The probability of the last label, from logits [documents, labels], in double precision."""
    scaled = logits.astype(np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exponentials[:, -1] / exponentials.sum(axis=1)


def _open_session(model: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that spin while they wait take the cores from everyone else.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(model, options, providers=_providers())
    except (Fail, InvalidGraph, InvalidProtobuf) as fault:
        raise UserMistake("classifier_invalid", f"{model.name} of {model.parent.name} is damaged: {fault}") from fault


def _providers() -> list[str]:
    wanted = ("CUDAExecutionProvider", "CPUExecutionProvider")
    available = onnxruntime.get_available_providers()
    return [provider for provider in wanted if provider in available]
