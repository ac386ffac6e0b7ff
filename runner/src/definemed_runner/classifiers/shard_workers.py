"""Works on shards: in this process, or in several where the spec grants them. `threads` are those of each process."""

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

from definemed_runner.classifiers.decisions import Scorer, open_for_decisions
from definemed_runner.classifiers.shard_marks import ShardMarks
from definemed_runner.classifiers.shards import Settings, ShardCounts, classify_shard
from definemed_runner.run.errors import Cancelled
from definemed_runner.run.parent import die_with_parent
from definemed_runner.run.spec import Resources

_LOOK_SECONDS = 0.5


def work_on_shards(
    corpus: Path,
    shards: Sequence[str],
    marks: ShardMarks,
    classifier_folder: Path,
    settings: Settings,
    resources: Resources,
    on_documents: Callable[[int], None],
) -> Iterator[tuple[str, ShardCounts]]:
    """Yields each shard when it is done. `on_documents` hears how many documents are done and may raise to stop."""
    if resources.processes > 1 and len(shards) > 1:
        yield from _work_in_processes(corpus, shards, marks, classifier_folder, settings, resources, on_documents)
        return
    classifier = open_for_decisions(classifier_folder, settings.precision, settings.threshold, resources.threads)
    for shard in shards:
        yield shard, classify_shard(corpus / shard, *marks.outputs_of(shard), classifier, settings, on_documents)


def _work_in_processes(
    corpus: Path,
    shards: Sequence[str],
    marks: ShardMarks,
    classifier_folder: Path,
    settings: Settings,
    resources: Resources,
    on_documents: Callable[[int], None],
) -> Iterator[tuple[str, ShardCounts]]:
    # Started anew, not forked: ONNX Runtime's threads don't survive a fork.
    fresh = multiprocessing.get_context("spawn")
    done, stop, started = fresh.Value("q", 0), fresh.Event(), fresh.Value("q", 0)
    pool = ProcessPoolExecutor(
        min(resources.processes, len(shards)),
        fresh,
        initializer=_start_worker,
        initargs=(classifier_folder, settings, resources.threads, done, stop, started),
    )
    told = 0
    try:
        waiting = {pool.submit(_work_on, corpus / shard, *marks.outputs_of(shard)): shard for shard in shards}
        while waiting:
            finished, _ = wait(waiting, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            now = done.value
            on_documents(now - told)
            told = now
            for future in finished:
                yield waiting.pop(future), future.result()
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True)
class _Worker:
    classifier: Scorer
    settings: Settings
    done: "Synchronized[int]"
    stop: Event

    def on_documents(self, more: int) -> None:
        if self.stop.is_set():
            raise Cancelled
        with self.done.get_lock():
            self.done.value += more


# What a worker keeps between shards; set once when the worker starts.
_worker: _Worker


def _start_worker(
    classifier_folder: Path,
    settings: Settings,
    threads: int,
    done: "Synchronized[int]",
    stop: Event,
    started: "Synchronized[int]",
) -> None:
    global _worker
    die_with_parent()
    # The first process hears these and tells the workers.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with started.get_lock():
        process = started.value
        started.value += 1
    classifier = open_for_decisions(classifier_folder, settings.precision, settings.threshold, threads, process)
    _worker = _Worker(classifier, settings, done, stop)


def _work_on(source: Path, scores_path: Path, filtered_path: Path) -> ShardCounts:
    return classify_shard(
        source, scores_path, filtered_path, _worker.classifier, _worker.settings, _worker.on_documents
    )
