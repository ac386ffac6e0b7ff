"""The corpus as tokens: read from Parquet, split into training and held-out documents, tokenised by several processes.

The tokens lie in the attempt's folder (`kept/tokens`), four bytes a token and eight a document, where the next attempt
and the other nodes of this one find them (run/kept.py). Other ranks on the machine get them as inherited file
descriptors.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import tokenizers
import transformers
from transformers import PreTrainedTokenizerBase, TokenizersBackend

from definemed_runner.language_models.pretraining.packing import TokenisedDocuments
from definemed_runner.language_models.pretraining.token_maker import DOCUMENTS, Recipe, is_held_out, make_tokens
from definemed_runner.language_models.pretraining.token_makers import count_makers, tokens_in_order
from definemed_runner.language_models.tokenising import beginning_of_text, end_of_text, token_lists
from definemed_runner.ranks.seat import Seat
from definemed_runner.run import Cancelled, RunContext, UserMistake
from definemed_runner.run.digests import FileEntry, describe_folder, digest_of, folder_digest
from definemed_runner.run.files import atomic_file, list_files
from definemed_runner.run.kept import find_kept, kept_folder, mark_kept

__all__ = ["TokenFiles", "is_held_out", "tokenise_corpus"]

_NAME = "tokens"
_TRAINING, _HELD_OUT = "training", "held-out"
_ENDINGS = ("tokens", "starts")
# One lot of documents for one process: a tokenizer keeps a hundred bytes a token until it has all of them.
_LOT_DOCUMENTS = 1000
_LOT_BYTES = 1 << 20
_LOOK_SECONDS = 2.0


@dataclass(frozen=True)
class TokenFiles:
    """Tokens and document starts in two files."""

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
    def at(folder: Path, part: str, padding_token: int) -> "TokenFiles":
        """The files of training or held-out documents in a folder of kept tokens; they stay open."""
        tokens, starts = ((folder / f"{part}.{ending}").open("rb") for ending in _ENDINGS)
        return TokenFiles(tokens, starts, padding_token)

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
    What an earlier attempt made of the same is taken, if it is whole. Of several nodes the first one tokenises, and the
    others wait for it. UserMistake `corpus_empty`, `corpus_columns_missing` or `tokenizer_without_end`.
    """
    recipe = Recipe(_json_of(tokenizer) or "", beginning_of_text(tokenizer), end_of_text(tokenizer), held_out_share)
    key = _key(context, folder, tokenizer, recipe)
    seat = Seat.from_environment()
    leads = seat is None or seat.node == 0
    while (kept := find_kept(context, _NAME, key, lambda done, total: _verified(context, done, total))) is None:
        if leads:
            kept = _make(context, folder, tokenizer, recipe, key)
            break
        # Where the first node gives up, this process is ended.
        time.sleep(_LOOK_SECONDS)
    training, held_out = (TokenFiles.at(kept, part, recipe.end) for part in (_TRAINING, _HELD_OUT))
    return training, held_out


def _make(
    context: RunContext, corpus: Path, tokenizer: PreTrainedTokenizerBase, recipe: Recipe, key: Mapping[str, Any]
) -> Path:
    shards = _shards(corpus)
    total = sum(shard.metadata.num_rows for shard in shards)
    folder = kept_folder(context, _NAME)
    with ExitStack() as opened:
        training, held_out = (_Writer(folder, part, opened) for part in (_TRAINING, _HELD_OUT))
        if recipe.tokenizer:
            made = tokens_in_order(recipe, _lots(shards), count_makers(context.spec.resources))
        else:
            made = (make_tokens(lot, recipe, lambda texts: token_lists(tokenizer, texts)) for lot in _lots(shards))
        opened.callback(made.close)
        done = 0
        for lot in made:
            if context.stop_requested():
                raise Cancelled
            aside = lot.column("held_out").to_numpy(zero_copy_only=False)
            training.add(lot.column("tokens"), ~aside)
            held_out.add(lot.column("tokens"), aside)
            done += lot.num_rows
            context.progress(done, total, "documents", "tokenising")
        if training.documents == 0:
            raise UserMistake("corpus_empty", "The corpus leaves no document with text to train on.")
        entries = [*training.finish(), *held_out.finish()]
    mark_kept(folder, key, entries)
    return folder


def _key(context: RunContext, corpus: Path, tokenizer: PreTrainedTokenizerBase, recipe: Recipe) -> Mapping[str, Any]:
    """Everything that the tokens follow from."""

    def look(_: int) -> None:
        if context.stop_requested():
            raise Cancelled

    given = context.spec.inputs.get("corpus")
    made_from = asdict(recipe)
    if not recipe.tokenizer:
        files = describe_folder(Path(tokenizer.name_or_path), look)
        beside_weights = [each for each in files if not each.path.endswith((".safetensors", ".bin"))]
        made_from["tokenizer"] = folder_digest(beside_weights)
    return {
        "corpus": (given and given.digest) or digest_of(corpus, look),
        "recipe": hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest(),
        "tokenizers": tokenizers.__version__,
        "transformers": transformers.__version__,
    }


def _json_of(tokenizer: PreTrainedTokenizerBase) -> str | None:
    """The tokenizer as the tokenizers library reads it; None where transformers does something of its own around it."""
    if not isinstance(tokenizer, TokenizersBackend):
        return None
    own = (type(tokenizer).__call__, type(tokenizer)._encode_plus)
    if own != (PreTrainedTokenizerBase.__call__, TokenizersBackend._encode_plus):
        return None
    return cast(str, tokenizer.backend_tokenizer.to_str())


def _verified(context: RunContext, done: int, total: int) -> None:
    if context.stop_requested():
        raise Cancelled
    context.progress(done, total, "bytes", "verifying")


class _Writer:
    """Writes one part; the files have their names once the stack is closed, and only if nothing was raised."""

    def __init__(self, folder: Path, part: str, opened: ExitStack) -> None:
        self._paths = [folder / f"{part}.{ending}" for ending in _ENDINGS]
        temporaries = [opened.enter_context(atomic_file(path)) for path in self._paths]
        self._files = [opened.enter_context(path.open("wb")) for path in temporaries]
        self._digests = [hashlib.sha256(), hashlib.sha256()]
        self._bytes = [0, 0]
        self._written = 0
        self.documents = 0
        self._write(1, np.zeros(1, dtype=np.int64))

    def add(self, tokens: pa.ListArray, chosen: np.ndarray) -> None:
        """Add the chosen rows, bool [rows]; those without tokens are no documents."""
        offsets = tokens.offsets.to_numpy()
        lengths = np.diff(offsets)
        chosen = chosen & (lengths > 0)
        values = tokens.values.to_numpy()[offsets[0] : offsets[-1]]
        self._write(0, values[np.repeat(chosen, lengths)])
        ends = self._written + np.cumsum(lengths[chosen], dtype=np.int64)
        self._write(1, ends)
        if len(ends):
            self._written = int(ends[-1])
        self.documents += len(ends)

    def finish(self) -> list[FileEntry]:
        """What the files hold; nothing may be added any more."""
        for file in self._files:
            file.flush()
        return [
            FileEntry(path.name, size, digest.hexdigest())
            for path, size, digest in zip(self._paths, self._bytes, self._digests, strict=True)
        ]

    def _write(self, which: int, numbers: np.ndarray) -> None:
        content = numbers.tobytes()
        self._files[which].write(content)
        self._digests[which].update(content)
        self._bytes[which] += len(content)


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


def _lots(shards: list[pq.ParquetFile]) -> Iterator[pa.RecordBatch]:
    """The documents in their order, as many at a time as one process takes; one that is larger comes alone."""
    for shard in shards:
        for batch in shard.iter_batches(batch_size=_LOT_DOCUMENTS, columns=["id", "text"]):
            ids = pa.array([str(identifier) for identifier in batch.column("id").to_pylist()], pa.string())
            texts = pc.fill_null(batch.column("text").cast(pa.large_string()), "")
            documents = pa.record_batch([ids, texts], schema=DOCUMENTS)
            ends = np.cumsum(pc.call_function("binary_length", [texts]).to_numpy(), dtype=np.int64)
            start = 0
            while start < len(documents):
                before = int(ends[start - 1]) if start else 0
                stop = max(start + 1, int(np.searchsorted(ends, before + _LOT_BYTES, side="right")))
                yield documents.slice(start, stop - start)
                start = stop
