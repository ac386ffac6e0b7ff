"""Several processes that turn documents into tokens, whose results come in the documents' order."""

import os
import queue
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import IO, cast

import psutil
import pyarrow as pa

from definemed_runner.language_models.pretraining.token_maker import DOCUMENTS, LENGTH_BYTES, Recipe, make_tokens
from definemed_runner.ranks.processes import rank_fault
from definemed_runner.run.spec import Resources

# So many lots are with each process or made and not yet taken.
_LOTS_A_PROCESS = 2
# What a process takes: the libraries, a large vocabulary, and a lot of documents with its tokens.
_MEMORY_OF_PROCESS = 1 << 30
_LAST_WORD_SECONDS = 2.0
_ENDING_SECONDS = 10.0


def count_makers(resources: Resources) -> int:
    """As many as the run has cores on this machine, whose other ranks are not at work yet, and as memory allows."""
    cores = resources.threads * resources.processes_per_node
    return max(1, min(cores, psutil.virtual_memory().available // _MEMORY_OF_PROCESS))


def tokens_in_order(
    recipe: Recipe, lots: Iterable[pa.RecordBatch], makers: int
) -> Generator[pa.RecordBatch, None, None]:
    """The tokens of each lot of documents (token_maker.py: DOCUMENTS, TOKENS), in their order, whatever the number of
    processes. Memory holds two lots a process. RankFault where a process is lost. Close it to end the processes early.
    """
    if makers == 1:
        encode = recipe.encoder()
        yield from (make_tokens(lot, recipe, encode) for lot in lots)
        return
    with _started(recipe, makers) as idle, ThreadPoolExecutor(makers, "token-makers") as threads:
        pending: deque[Future[pa.RecordBatch]] = deque()

        def make(lot: pa.RecordBatch) -> pa.RecordBatch:
            maker = idle.get()
            try:
                return maker.make(lot)
            finally:
                idle.put(maker)

        try:
            for lot in lots:
                pending.append(threads.submit(make, lot))
                if len(pending) > _LOTS_A_PROCESS * makers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


@contextmanager
def _started(recipe: Recipe, count: int) -> Iterator["queue.SimpleQueue[_Maker]"]:
    beginning = recipe.as_bytes()
    # Here, in the thread that stays: the kernel ends a child with the thread that started it.
    makers = [_Maker(beginning) for _ in range(count)]
    idle: queue.SimpleQueue[_Maker] = queue.SimpleQueue()
    for maker in makers:
        idle.put(maker)
    try:
        yield idle
    finally:
        for maker in makers:
            maker.end()


class _Maker:
    """One process. Used by one thread at a time."""

    def __init__(self, beginning: bytes) -> None:
        self._beginning = beginning
        self._process = subprocess.Popen(
            [sys.executable, "-m", "definemed_runner.language_models.pretraining.token_maker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
        )  # fmt: skip
        self._questions = cast(IO[bytes], self._process.stdin)
        self._answers = cast(IO[bytes], self._process.stdout)
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None
        self._reader: pa.ipc.RecordBatchStreamReader | None = None

    def make(self, lot: pa.RecordBatch) -> pa.RecordBatch:
        try:
            if self._writer is None:
                self._questions.write(len(self._beginning).to_bytes(LENGTH_BYTES, "little") + self._beginning)
                self._writer = pa.ipc.new_stream(self._questions, DOCUMENTS)
            self._writer.write_batch(lot)
            self._questions.flush()
            if self._reader is None:
                self._reader = pa.ipc.open_stream(self._answers)
            return self._reader.read_next_batch()
        except (OSError, ValueError, StopIteration, EOFError, pa.ArrowException) as fault:
            # Its own end tells more than ours.
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_LAST_WORD_SECONDS)
            self._process.kill()
            raise rank_fault("A process that tokenises", self._process.wait(), [str(fault)]) from fault

    def end(self) -> None:
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING_SECONDS)
        for pipe in (self._questions, self._answers):
            with suppress(OSError):
                pipe.close()
