"""The kind `classify-corpus`: score every document, keep those at or above the threshold; shard by shard.

Several processes, on one machine or on several nodes, take the shards from one list; each makes and marks its own.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.classifiers.decisions import open_for_decisions
from definemed_runner.classifiers.shard_marks import CHECKPOINT_FOLDERS, OUTPUT_NAMES, ShardMarks
from definemed_runner.classifiers.shards import Settings, ShardCounts, classify_shard
from definemed_runner.ranks.board import Board
from definemed_runner.run.context import RunContext, RunResult
from definemed_runner.run.errors import Cancelled, UserMistake

if TYPE_CHECKING:
    from definemed_runner.ranks.group import Ranks

_LOOK_SECONDS = 0.5
# On the board: words of the first process, and of one that found a mistake; numbers that all count up.
_REMAINING, _STOP, _MISTAKE = "remaining", "stop", "mistake"
_TAKEN, _FINISHED, _DOCUMENTS, _LEFT = "taken", "finished", "documents", "left"
_GRACE_SECONDS = 15.0


def run(context: RunContext) -> RunResult:
    """Classify what isn't done yet, then add up."""
    if context.spec.resources.processes == 1:
        counts = prepare(context).lead(context, Board())
    else:
        # One process on processors needs no torch, which takes seconds to load.
        from definemed_runner.ranks.lead import lead

        counts = lead(context, prepare)
    return _result(context, counts)


def prepare(context: RunContext, handed: Mapping[str, Any] | None = None) -> "Classification":
    """What every process needs; the first one tells the others which shards are left."""
    del handed
    parameters = context.spec.parameters
    settings = Settings(
        threshold=parameters["threshold"],
        precision=parameters["precision"],
        batch_size=parameters["batchSize"],
        max_tokens=parameters["maxTokens"],
    )
    corpus = context.input_path("corpus")
    return Classification(corpus, ShardMarks(context.attempt_folder, corpus), settings)


@dataclass(frozen=True)
class Classification:
    """A corpus whose shards processes take one after the other; what is done is marked in the attempt's folder."""

    corpus: Path
    marks: ShardMarks
    settings: Settings

    def hand_over(self) -> tuple[Mapping[str, Any], Sequence[int]]:
        """Nothing: the board tells all."""
        return {}, []

    def carry_out(self, context: RunContext, ranks: "Ranks") -> ShardCounts | None:
        """A rank's part of `lead`; answers what all found on the first one."""
        if ranks.leads:
            try:
                return self.lead(context, ranks.board)
            except Cancelled:
                # They put their half shards away; who does not hear of it is ended all the same.
                until = time.monotonic() + _GRACE_SECONDS
                while ranks.board.count_up(_LEFT, 0) < ranks.count - 1 and time.monotonic() < until:
                    time.sleep(0.05)
                raise
        self._follow(context, ranks.board, ranks.local)
        return None

    def _follow(self, context: RunContext, board: Board, process: int) -> None:
        while (remaining := board.read(_REMAINING)) is None:
            time.sleep(_LOOK_SECONDS)
        try:
            self._take_shards(context, board, json.loads(remaining), _counting(board), process)
        except UserMistake as mistake:
            # The first process knows nothing of what is wrong with this shard.
            board.write(_MISTAKE, json.dumps([mistake.code, mistake.message]))
            raise
        finally:
            board.count_up(_LEFT)

    def lead(self, context: RunContext, board: Board) -> ShardCounts:
        """Say which shards are left, take some, and stay until all are done; answers what is in them."""
        sizes = dict(_list_shards(self.corpus))
        self._take_over(context, sizes)
        remaining = [shard for shard in sizes if self.marks.read(shard) is None]
        if len(remaining) < len(sizes):
            context.log(f"{len(sizes) - len(remaining)} of {len(sizes)} shards were done already.")
        board.write(_REMAINING, json.dumps(remaining))
        on_documents = _Telling(context, board, sizes, remaining).on_documents
        self._take_shards(context, board, remaining, on_documents, 0)
        while board.count_up(_FINISHED, 0) < len(remaining):
            time.sleep(_LOOK_SECONDS)
            on_documents(0)
        return sum((found for shard in sizes if (found := self.marks.read(shard)) is not None), ShardCounts())

    def _take_over(self, context: RunContext, shards: Iterable[str]) -> None:
        resume_folder = context.resume_folder()
        if resume_folder is not None:
            earlier = ShardMarks(resume_folder.parent.parent, self.corpus)
            for shard in shards:
                self.marks.take_over(earlier, shard)

    def _take_shards(
        self,
        context: RunContext,
        board: Board,
        remaining: Sequence[str],
        on_documents: Callable[[int], None],
        process: int,
    ) -> None:
        """One shard after the other that no process has taken yet. `process` counts on its machine."""
        settings = self.settings
        classifier = open_for_decisions(
            context.input_path("classifier"),
            settings.precision,
            settings.threshold,
            context.spec.resources.threads,
            process,
        )
        while (taken := board.count_up(_TAKEN)) <= len(remaining):
            shard = remaining[taken - 1]
            found = classify_shard(
                self.corpus / shard, *self.marks.outputs_of(shard), classifier, settings, on_documents
            )
            self.marks.write(shard, found)
            board.count_up(_FINISHED)
            on_documents(0)


def _counting(board: Board) -> Callable[[int], None]:
    """Counts documents, and raises Cancelled once the first process was asked to stop."""

    def on_documents(more: int) -> None:
        board.count_up(_DOCUMENTS, more)
        if board.read(_STOP) is not None:
            raise Cancelled

    return on_documents


class _Telling:
    """What the first process tells of all of them."""

    def __init__(self, context: RunContext, board: Board, sizes: Mapping[str, int], remaining: Sequence[str]) -> None:
        self._context, self._board = context, board
        self._total = sum(sizes.values())
        self._done = self._total - sum(sizes[shard] for shard in remaining)
        self._counted = 0
        self._shards = len(sizes) - len(remaining)
        self._finished = 0
        self._speed = Speed()

    def on_documents(self, more: int) -> None:
        """Raises Cancelled when asked to stop, and another process's UserMistake."""
        board, context = self._board, self._context
        counted, finished = board.count_up(_DOCUMENTS, more), board.count_up(_FINISHED, 0)
        if finished > self._finished:
            self._shards, self._finished = self._shards + finished - self._finished, finished
            context.checkpoint_folder(self._shards)
            context.mark_checkpoint(self._shards, beside=CHECKPOINT_FOLDERS)
        if (mistake := board.read(_MISTAKE)) is not None:
            raise UserMistake(*json.loads(mistake))
        if context.stop_requested():
            board.write(_STOP, "")
            raise Cancelled
        new = counted - self._counted
        self._done, self._counted = self._done + new, counted
        context.progress(self._done, self._total, "documents", "classifying")
        if (documents_per_second := self._speed.of(new)) is not None:
            context.metric("documents_per_second", self._done, documents_per_second)


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
