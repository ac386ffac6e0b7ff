"""What a classifier's folder says about itself, and what follows from it for who scores with it."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from definemed_runner.classifiers.tokenising import DocumentTokenizer, load_tokenizer
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.files import write_json_atomically

_DESCRIPTION = "classifier.json"


@dataclass(frozen=True)
class ClassifierDescription:
    """`classifier.json`: what anyone needs to classify as the runner does.

    Put `prefix` before the text, tokenise with `tokenizer.json`, clip on the right to `maxTokens` (special tokens
    included), pad with `padTokenId`, run, and take softmax(logits / temperature); the last label is the positive one.
    Scores in int8 that lie within `int8Margin` of a threshold may fall on its other side in fp32, and those in bf16
    (PyTorch, whose weights lie in the `model` folder) within `bf16Margin`.
    """

    version: int
    maxTokens: int  # noqa: N815 - the names of the JSON file
    labels: list[str]
    temperature: float
    inputNames: list[str]  # noqa: N815
    outputName: str  # noqa: N815
    padTokenId: int  # noqa: N815
    prefix: str
    # Exports of old did not measure them.
    int8Margin: float = 0.0  # noqa: N815
    bf16Margin: float = 0.0  # noqa: N815

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


def open_tokenizer(
    folder: Path, description: ClassifierDescription, max_tokens: int | None = None
) -> DocumentTokenizer:
    """The classifier's tokenizer, with its prefix; `max_tokens` at most (None: the classifier's own)."""
    own = description.maxTokens
    if max_tokens is not None and max_tokens > own:
        raise UserMistake("max_tokens_too_large", f"The classifier reads at most {own} tokens, not {max_tokens}.")
    return DocumentTokenizer(load_tokenizer(folder), max_tokens or own, description.prefix)


def probabilities(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """The probability of the last label, from logits [documents, labels], in double precision."""
    scaled = logits.astype(np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exponentials[:, -1] / exponentials.sum(axis=1)
