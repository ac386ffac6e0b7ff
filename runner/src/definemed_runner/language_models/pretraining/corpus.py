"""The corpus as tokens: read from Parquet, split into training and held-out documents, tokenised into unnamed files.

The files have no name, so they vanish with the last process that uses them, however it ends. Other ranks on the
machine get them as inherited file descriptors. They lie where TMPDIR says and take four bytes a token.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from transformers import PreTrainedTokenizerBase

from definemed_runner.language_models.pretraining.packing import TokenisedDocuments
from definemed_runner.language_models.tokenising import beginning_of_text, end_of_text, token_lists
from definemed_runner.run import Cancelled, RunContext, UserMistake
from definemed_runner.run.files import list_files

_BATCH_DOCUMENTS = 1000


@dataclass(frozen=True)
class TokenFiles:
    """Tokens and document starts in two unnamed files."""

    tokens: IO[bytes]
    starts: IO[bytes]
    padding_token: int

    def open(self) -> TokenisedDocuments:
        """The documents, mapped into memory rather than read."""
        return TokenisedDocuments(_mapped(self.tokens, np.uint32), _mapped(self.starts, np.int64), self.padding_token)

    def descriptors(self) -> tuple[int, int]:
        """What another process needs to inherit for `inherited`."""
        return self.tokens.fileno(), self.starts.fileno()

    @staticmethod
    def inherited(descriptors: tuple[int, int], padding_token: int) -> "TokenFiles":
        """The files of the process that started this one."""
        tokens, starts = (os.fdopen(descriptor, "rb") for descriptor in descriptors)
        return TokenFiles(tokens, starts, padding_token)


def tokenise_corpus(
    context: RunContext, folder: Path, tokenizer: PreTrainedTokenizerBase, held_out_share: float
) -> tuple[TokenFiles, TokenFiles]:
    """Training and held-out documents. Each is its text's tokens and the end-of-text token; empty texts are skipped.

    Where the tokenizer begins a text with a special token of its own (as Llama's does), each document begins with it.
    UserMistake `corpus_empty`, `corpus_columns_missing` or `tokenizer_without_end`.
    """
    end = end_of_text(tokenizer)
    beginning = beginning_of_text(tokenizer)
    training, held_out = _Writer(end), _Writer(end)
    shards = _shards(folder)
    total = sum(shard.metadata.num_rows for shard in shards)
    done = 0
    for ids, texts in _batches(shards):
        if context.stop_requested():
            raise Cancelled
        encoded = token_lists(tokenizer, texts)
        for identifier, tokens in zip(ids, encoded, strict=True):
            if tokens:
                writer = held_out if is_held_out(identifier, held_out_share) else training
                writer.add([*beginning, *tokens, end])
        done += len(ids)
        context.progress(done, total, "documents", "tokenising")
    if training.documents == 0:
        raise UserMistake("corpus_empty", "The corpus leaves no document with text to train on.")
    return training.finish(), held_out.finish()


def is_held_out(identifier: str, share: float) -> bool:
    """Whether a document is kept from training: by its id alone, so that it is the same in every run and attempt."""
    digest = hashlib.sha256(f"held-out:{identifier}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


class _Writer:
    def __init__(self, padding_token: int) -> None:
        self._tokens = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the training
        self._starts = tempfile.TemporaryFile()  # noqa: SIM115
        self._padding_token = padding_token
        self._written = 0
        self.documents = 0
        self._starts.write(np.int64(0).tobytes())

    def add(self, tokens: list[int]) -> None:
        self._tokens.write(np.asarray(tokens, dtype=np.uint32).tobytes())
        self._written += len(tokens)
        self._starts.write(np.int64(self._written).tobytes())
        self.documents += 1

    def finish(self) -> TokenFiles:
        self._tokens.flush()
        self._starts.flush()
        return TokenFiles(self._tokens, self._starts, self._padding_token)


def _mapped(file: IO[bytes], dtype: type[np.uint32] | type[np.int64]) -> np.ndarray:
    # An empty file can't be mapped.
    return np.memmap(file, dtype=dtype, mode="r") if os.fstat(file.fileno()).st_size else np.empty(0, dtype=dtype)


def _shards(folder: Path) -> list[pq.ParquetFile]:
    paths = [path for path in list_files(folder) if path.suffix == ".parquet"] if folder.is_dir() else [folder]
    shards = []
    for path in paths:
        try:
            shard = pq.ParquetFile(path)
        except (pa.ArrowInvalid, OSError) as fault:
            raise UserMistake("corpus_unreadable", f"{path.name} is no whole Parquet file: {fault}.") from fault
        missing = sorted({"id", "text"} - set(shard.schema_arrow.names))
        if missing:
            raise UserMistake("corpus_columns_missing", f"{path.name} lacks the column {' and '.join(missing)}.")
        shards.append(shard)
    return shards


def _batches(shards: list[pq.ParquetFile]) -> Iterator[tuple[list[str], list[str]]]:
    for shard in shards:
        for batch in shard.iter_batches(batch_size=_BATCH_DOCUMENTS, columns=["id", "text"]):
            yield (
                [str(identifier) for identifier in batch.column("id").to_pylist()],
                [text or "" for text in batch.column("text").to_pylist()],
            )
