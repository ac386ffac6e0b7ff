"""Texts to token ids, the same way in training, in the studio and over a corpus."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from definemed_runner.run.errors import UserMistake

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "sentencepiece.bpe.model",
    "vocab.txt",
)
_TEXTS_AT_ONCE = 512
# Long texts are cut here before they are tokenised, generously: German has four to five characters a token.
_CHARACTERS_PER_TOKEN = 12
# So many tokens beyond those kept show that the cut was behind them, and that it could not change them.
_SPARE_TOKENS = 16


class DocumentTokenizer:
    """Puts `prefix` before each text, tokenises, and keeps `max_tokens` ids, special tokens included."""

    def __init__(self, tokenizer: Tokenizer, max_tokens: int, prefix: str) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._prefix = prefix
        mask = tokenizer.encode("a").special_tokens_mask
        self._leading = next((place for place, special in enumerate(mask) if not special), len(mask))
        self._trailing = sum(mask) - self._leading
        self._kept = max_tokens - self._leading - self._trailing

    def encode(self, texts: Sequence[str], on_documents: Callable[[int], None] = lambda _: None) -> list[np.ndarray]:
        """The ids of each text, clipped on the right; equals the tokenizer's own truncation.

        `on_documents` hears how many more are done and may raise to stop.
        """
        documents: list[np.ndarray] = []
        # The tokenizer keeps a hundred bytes a token until the call returns.
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            some = texts[start : start + _TEXTS_AT_ONCE]
            documents += self._encode_heads(some)
            on_documents(len(some))
        return documents

    def encode_and_count(self, texts: Sequence[str]) -> tuple[list[np.ndarray], np.ndarray]:
        """As `encode`, and how many tokens each whole text has, without prefix and special tokens. For some texts."""
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        counts = np.array([len(encoding.ids) for encoding in encodings]) - self._leading - self._trailing
        if self._prefix:
            return self._encode_heads(texts), counts
        return [self._clip(encoding.ids) for encoding in encodings], counts

    def _encode_heads(self, texts: Sequence[str]) -> list[np.ndarray]:
        """The ids of each text, from no more of it than they need."""
        heads = [self._prefix + self._head_of(text) for text in texts]
        documents = self._tokenizer.encode_batch_fast(heads)
        enough = self._kept + _SPARE_TOKENS + self._leading + self._trailing
        for place, text in enumerate(texts):
            whole = self._prefix + text
            if len(documents[place].ids) < enough and len(heads[place]) < len(whole):
                documents[place] = self._tokenizer.encode(whole)
        return [self._clip(encoding.ids) for encoding in documents]

    def _head_of(self, text: str) -> str:
        """The beginning of a long text, up to a space: words are tokenised alike whatever follows them."""
        limit = self._kept * _CHARACTERS_PER_TOKEN
        if len(text) <= limit:
            return text
        end = text.rfind(" ", 0, limit)
        return text if end <= 0 else text[:end]

    def _clip(self, ids: list[int]) -> np.ndarray:
        end = len(ids) - self._trailing
        if end - self._leading > self._kept:
            ids = ids[: self._leading + self._kept] + ids[end:]
        return np.array(ids, dtype=np.int32)


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder, from `tokenizer.json` as it stands, or converted from an older format."""
    file = folder / "tokenizer.json"
    if file.is_file():
        return Tokenizer.from_file(str(file))
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True)
        return tokenizer.backend_tokenizer
    except (OSError, ValueError, AttributeError, ImportError) as fault:
        raise UserMistake(
            "tokenizer_unsupported", f"{folder.name} has no tokenizer.json, and none could be made from it: {fault}."
        ) from fault


def save_tokenizer(tokenizer: Tokenizer, encoder: Path, folder: Path) -> None:
    """The encoder's tokenizer files beside a model, as they were, and always a `tokenizer.json`."""
    for name in TOKENIZER_FILES:
        if (encoder / name).is_file():
            shutil.copyfile(encoder / name, folder / name)
    if not (folder / "tokenizer.json").exists():
        tokenizer.save(str(folder / "tokenizer.json"))


def pad_batch(documents: Sequence[np.ndarray], pad_token_id: int, multiple: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Ids and attention mask, both [documents, longest, rounded up to a `multiple`], int64."""
    longest = max(len(document) for document in documents)
    ids = np.full((len(documents), -(-longest // multiple) * multiple), pad_token_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, document in enumerate(documents):
        ids[row, : len(document)] = document
        mask[row, : len(document)] = 1
    return ids, mask


def _longest_first(documents: Sequence[np.ndarray]) -> np.ndarray:
    return np.argsort([-len(document) for document in documents], kind="stable")


def sorted_batches(documents: Sequence[np.ndarray], size: int) -> list[np.ndarray]:
    """Places of the documents in batches of similar length, longest first, so that little is padded."""
    order = _longest_first(documents)
    return [order[start : start + size] for start in range(0, len(order), size)]


def batches_of_tokens(documents: Sequence[np.ndarray], tokens: int) -> list[np.ndarray]:
    """As `sorted_batches`, but with as many documents as `tokens` allow, padding included, and at least one."""
    order = _longest_first(documents)
    batches, start = [], 0
    while start < len(order):
        size = max(1, tokens // max(1, len(documents[order[start]])))
        batches.append(order[start : start + size])
        start += size
    return batches
