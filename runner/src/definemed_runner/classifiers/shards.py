"""One Parquet shard of a corpus: read in windows, scored, written as scores and as the kept rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.classifiers.ahead import one_ahead
from definemed_runner.classifiers.decisions import Scorer
from definemed_runner.classifiers.tokenising import DocumentTokenizer
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.files import atomic_file

HISTOGRAM_BINS = 20
_SCORES = pa.schema([("id", pa.string()), ("score", pa.float64()), ("tokens", pa.int64())])
# Documents are sorted by length within a window of this many batches.
_WINDOW_BATCHES = 32
_ROW_GROUP_ROWS = 50_000
_ROW_GROUP_BYTES = 64 << 20


@dataclass(frozen=True)
class Settings:
    """The parameters of the spec."""

    threshold: float
    precision: str
    batch_size: int
    max_tokens: int


@dataclass(frozen=True)
class ShardCounts:
    """What a shard held. `tokens` are the classifier's, of whole texts; `textless` had no text and count as empty."""

    documents: int = 0
    kept: int = 0
    tokens: int = 0
    kept_tokens: int = 0
    textless: int = 0
    histogram: tuple[int, ...] = (0,) * HISTOGRAM_BINS

    def __add__(self, other: "ShardCounts") -> "ShardCounts":
        return ShardCounts(
            self.documents + other.documents,
            self.kept + other.kept,
            self.tokens + other.tokens,
            self.kept_tokens + other.kept_tokens,
            self.textless + other.textless,
            tuple(mine + theirs for mine, theirs in zip(self.histogram, other.histogram, strict=True)),
        )


def classify_shard(
    source: Path,
    scores_path: Path,
    filtered_path: Path,
    classifier: Scorer,
    settings: Settings,
    on_documents: Callable[[int], None],
) -> ShardCounts:
    """Score a shard; both outputs appear whole at the end.

    `on_documents` hears how many more are done after each batch and may raise to stop.
    """
    tokenizer = classifier.tokenizer(settings.max_tokens)
    counts = ShardCounts()
    try:
        with pq.ParquetFile(source) as file:
            _check_columns(source, file.schema_arrow)
            filtered_schema = _with_results(file.schema_arrow)
            with (
                atomic_file(scores_path) as scores_file,
                atomic_file(filtered_path) as filtered_file,
                _RowGroups(scores_file, _SCORES) as scores_rows,
                _RowGroups(filtered_file, filtered_schema) as filtered_rows,
            ):
                # A GPU does not wait for the tokenizer.
                for table, texts, documents, tokens in one_ahead(_windows(file, tokenizer, settings.batch_size)):
                    scores = classifier.score(documents, settings.batch_size, on_documents)
                    kept = scores >= settings.threshold
                    ids = table["id"].cast(pa.string())
                    scores_rows.add(pa.table([ids, scores, tokens], schema=_SCORES))
                    filtered_rows.add(_add_results(table, scores, tokens, filtered_schema).filter(pa.array(kept)))
                    counts += _count(scores, tokens, kept, textless=texts.count(None))
    except pa.ArrowException as fault:
        raise UserMistake("corpus_invalid", f"The shard {source.name} could not be read: {fault}.") from fault
    return counts


def _windows(
    file: pq.ParquetFile, tokenizer: DocumentTokenizer, batch_size: int
) -> Iterator[tuple[pa.Table, list[str | None], list[np.ndarray], np.ndarray]]:
    """Rows with their texts, the tokens that are read of each, and how many it has."""
    for batch in file.iter_batches(batch_size=_WINDOW_BATCHES * batch_size):
        table = pa.Table.from_batches([batch])
        texts = table["text"].to_pylist()
        yield table, texts, *tokenizer.encode_and_count([text or "" for text in texts])


def _check_columns(source: Path, schema: pa.Schema) -> None:
    missing = [name for name in ("id", "text") if name not in schema.names]
    if missing:
        raise UserMistake("corpus_invalid", f"The shard {source.name} has no column {' and no column '.join(missing)}.")


def _with_results(schema: pa.Schema) -> pa.Schema:
    # Results of an earlier classification give way to these.
    fields = [field for field in schema if field.name not in ("score", "tokens")]
    return pa.schema([*fields, pa.field("score", pa.float64()), pa.field("tokens", pa.int64())])


def _add_results(table: pa.Table, scores: np.ndarray, tokens: np.ndarray, schema: pa.Schema) -> pa.Table:
    columns = {name: table[name] for name in schema.names if name not in ("score", "tokens")}
    return pa.table({**columns, "score": scores, "tokens": tokens}, schema=schema)


def _count(scores: np.ndarray, tokens: np.ndarray, kept: np.ndarray, textless: int) -> ShardCounts:
    bins = np.minimum((scores * HISTOGRAM_BINS).astype(np.int64), HISTOGRAM_BINS - 1)
    return ShardCounts(
        documents=len(scores),
        kept=int(kept.sum()),
        tokens=int(tokens.sum()),
        kept_tokens=int(tokens[kept].sum()),
        textless=textless,
        histogram=tuple(np.bincount(bins, minlength=HISTOGRAM_BINS).tolist()),
    )


class _RowGroups:
    """A Parquet file whose row groups are large enough to be read fast and small enough to be kept in memory."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, compression="zstd")
        self._tables: list[pa.Table] = []

    def __enter__(self) -> "_RowGroups":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, table: pa.Table) -> None:
        """Add rows at the end."""
        self._tables.append(table)
        rows = sum(each.num_rows for each in self._tables)
        if rows >= _ROW_GROUP_ROWS or sum(each.nbytes for each in self._tables) >= _ROW_GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        table = pa.concat_tables(self._tables) if self._tables else None
        if table is not None and table.num_rows > 0:
            self._writer.write_table(table)
        self._tables = []
