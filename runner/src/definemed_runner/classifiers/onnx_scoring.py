"""Scores by an exported classifier, the same on every side: ONNX Runtime on processors."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidGraph, InvalidProtobuf

from definemed_runner.classifiers.description import ClassifierDescription, open_tokenizer, probabilities
from definemed_runner.classifiers.tokenising import DocumentTokenizer, pad_batch, sorted_batches
from definemed_runner.run.errors import UserMistake

MODEL_FILES = {"fp32": "model.onnx", "int8": "model.int8.onnx"}
INPUT_NAMES = ["input_ids", "attention_mask"]
OUTPUT_NAME = "logits"


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
        """See `open_tokenizer`."""
        return open_tokenizer(self._folder, self.description, max_tokens)

    def score(
        self, documents: Sequence[np.ndarray], batch_size: int, on_documents: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        """See `Scorer.score`."""
        return probabilities(self.logits(documents, batch_size, on_documents), self.description.temperature)

    def logits(
        self, documents: Sequence[np.ndarray], batch_size: int, on_documents: Callable[[int], None] = lambda _: None
    ) -> np.ndarray:
        """Logits [documents, labels] of each tokenised document, float32, before any temperature."""
        logits = np.empty((len(documents), len(self.description.labels)), dtype=np.float32)
        for places in sorted_batches(documents, batch_size):
            ids, mask = pad_batch([documents[place] for place in places], self.description.padTokenId)
            feeds = dict(zip(self.description.inputNames, (ids, mask), strict=True))
            (found,) = self._session.run([self.description.outputName], feeds)
            logits[places] = np.asarray(found)
            on_documents(len(places))
        return logits


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
