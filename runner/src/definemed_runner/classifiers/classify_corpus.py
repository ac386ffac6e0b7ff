"""The kind `classify-corpus`: score every document, keep those at or above the threshold; shard by shard."""

import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.classifiers.shard_marks import CHECKPOINT_FOLDERS, OUTPUT_NAMES, ShardMarks
from definemed_runner.classifiers.shard_workers import work_on_shards
from definemed_runner.classifiers.shards import Settings, ShardCounts
from definemed_runner.run.context import RunContext, RunResult
from definemed_runner.run.errors import Cancelled, UserMistake


def run(context: RunContext) -> RunResult:
    """Classify what isn't done yet, then add up."""
    corpus = context.input_path("corpus")
    sizes = dict(_list_shards(corpus))
    marks = ShardMarks(context.attempt_folder, corpus)
    resume_folder = context.resume_folder()
    if resume_folder is not None:
        earlier = ShardMarks(resume_folder.parent.parent, corpus)
        for shard in sizes:
            marks.take_over(earlier, shard)

    counts = {shard: found for shard in sizes if (found := marks.read(shard)) is not None}
    if counts:
        context.log(f"{len(counts)} of {len(sizes)} shards were done already.")
    done = sum(each.documents for each in counts.values())
    total = sum(sizes.values())
    speed = Speed()

    def on_documents(more: int) -> None:
        nonlocal done
        if context.stop_requested():
            raise Cancelled
        done += more
        context.progress(done, total, "documents", "classifying")
        if (documents_per_second := speed.of(more)) is not None:
            context.metric("documents_per_second", done, documents_per_second)

    parameters = context.spec.parameters
    settings = Settings(
        threshold=parameters["threshold"],
        precision=parameters["precision"],
        batch_size=parameters["batchSize"],
        max_tokens=parameters["maxTokens"],
    )
    remaining = [shard for shard in sizes if shard not in counts]
    resources = context.spec.resources
    for shard, found in work_on_shards(
        corpus, remaining, marks, context.input_path("classifier"), settings, resources, on_documents
    ):
        marks.write(shard, found)
        counts[shard] = found
        context.checkpoint_folder(len(counts))
        context.mark_checkpoint(len(counts), beside=CHECKPOINT_FOLDERS)
    return _result(context, sum(counts.values(), ShardCounts()))


class Speed:
    """Documents a second, told every few seconds."""

    _SECONDS = 5.0

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._documents = 0

    def of(self, more: int) -> float | None:
        """Count documents; the speed since it was last told, or None when that is only a moment ago."""
        self._documents += more
        seconds = time.monotonic() - self._since
        if seconds < self._SECONDS:
            return None
        speed = self._documents / seconds
        self._since, self._documents = time.monotonic(), 0
        return speed


def _list_shards(corpus: Path) -> Iterator[tuple[str, int]]:
    paths = sorted(path for path in corpus.rglob("*.parquet") if path.is_file())
    if not paths:
        raise UserMistake("corpus_invalid", f"{corpus.name} holds no Parquet file.")
    for path in paths:
        try:
            yield path.relative_to(corpus).as_posix(), pq.read_metadata(path).num_rows
        except pa.ArrowException as fault:
            raise UserMistake("corpus_invalid", f"The shard {path.name} could not be read: {fault}.") from fault


def _result(context: RunContext, counts: ShardCounts) -> RunResult:
    context.progress(counts.documents, counts.documents, "documents", "classifying")
    if counts.textless:
        context.warning("documents_without_text", f"{counts.textless} documents have no text and count as empty.")
    if counts.kept == 0:
        context.warning("nothing_kept", "No document reaches the threshold: the filtered corpus is empty.")
    return RunResult(
        outputs={name: context.output_path(name) for name in OUTPUT_NAMES},
        summary={
            "documents": counts.documents,
            "kept": counts.kept,
            "tokens": counts.tokens,
            "keptTokens": counts.kept_tokens,
            "histogram": list(counts.histogram),
        },
    )
