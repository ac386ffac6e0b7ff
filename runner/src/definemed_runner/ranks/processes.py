"""The other ranks of one machine: children of its first rank, which is told why one of them ended."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import torch.distributed as distributed

from definemed_runner.ranks.group import Place, Ranks
from definemed_runner.run.context import RunContext
from definemed_runner.run.errors import RankFault, ToldError, UserMistake, as_out_of_memory, as_store_fault
from definemed_runner.run.outcome import tell_failure
from definemed_runner.run.spec import RunSpec

# For a rank whose own fault is on its way, before another's end takes it along.
_GRACE_SECONDS = 15.0
_KEPT_LINES = 20
# Of the exceptions for which `is_broken_sum` holds.
_BROKEN_SUM_WORDS = ("gloo", "torch.distributed.Dist")


class Share(Protocol):
    """What a machine has prepared, and what each of its ranks does with it."""

    def hand_over(self) -> tuple[Mapping[str, Any], Sequence[int]]:
        """For `prepare` in the machine's other ranks: a JSON object, and descriptors that they inherit by number."""
        ...

    def carry_out(self, context: RunContext, ranks: Ranks) -> Any:
        """The work, which all ranks do in step; what it answers counts on rank 0."""
        ...


@contextmanager
def started(spec: RunSpec, first: Place, share: Share, told_in: Path | None) -> Iterator[None]:
    """The other ranks of this machine, from start to end. `told_in`: where `outcome.json` belongs."""
    handed, descriptors = share.hand_over()
    plan = {"runId": spec.run_id, "attempt": spec.attempt, "handed": handed}
    finished = threading.Event()
    children = [_Child(first.on_node(local), plan, descriptors) for local in range(1, first.per_node)]
    for child in children:
        threading.Thread(target=child.watch, args=(finished, told_in), daemon=True).start()
    try:
        try:
            yield
        except Exception as fault:
            # Where a rank is gone, the others' next sum fails: what counts is why that one went.
            if is_broken_sum(fault):
                for child in children:
                    child.raise_fault(fault)
            raise
        finished.set()
        for child in children:
            # All work is done; a child that lingers is killed below.
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(timeout=_GRACE_SECONDS)
    finally:
        finished.set()
        for child in children:
            child.process.kill()


class _Child:
    def __init__(self, place: Place, plan: Mapping[str, Any], descriptors: Sequence[int]) -> None:
        self._who = f"Training process {place.rank + 1}"
        self._words: deque[str] = deque(maxlen=_KEPT_LINES)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "definemed_runner.ranks.follow"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=tuple(descriptors), text=True, errors="replace",
        )  # fmt: skip
        assert self.process.stdin is not None  # noqa: S101 - it was asked for
        with self.process.stdin as stdin:
            stdin.write(json.dumps({**plan, "place": place.as_json()}))
        self._read = threading.Thread(target=self._pass_on, daemon=True)
        self._read.start()

    def raise_fault(self, consequence: Exception) -> None:
        """Raise RankFault or what else ended the child, if it has ended by itself and not for another's end."""
        with suppress(subprocess.TimeoutExpired):
            code = self.process.wait(timeout=1.0)
            self._read.join()
            if code != 0 and not self._followed(code):
                raise rank_fault(self._who, code, self._words) from consequence

    def _followed(self, code: int) -> bool:
        """Whether the child ended because it lost the other ranks, as its last words say."""
        return code > 0 and any(sign in _last_of(self._words) for sign in _BROKEN_SUM_WORDS)

    def watch(self, finished: threading.Event, told_in: Path | None) -> None:
        """The child's failure is this process's, unless that has ended by then."""
        code = self.process.wait()
        self._read.join()
        if code == 0 or finished.wait(_GRACE_SECONDS * (4 if self._followed(code) else 1)):
            return
        fault = rank_fault(self._who, code, self._words)
        exit_code = 2 if isinstance(fault, UserMistake) else 1
        os._exit(tell_failure(told_in, exit_code, fault))

    def _pass_on(self) -> None:
        assert self.process.stderr is not None  # noqa: S101 - it was asked for
        for line in self.process.stderr:
            sys.stderr.write(line)
            self._words.append(line.strip())


def _last_of(words: Sequence[str]) -> str:
    return next((line for line in reversed(words) if line), "")


def is_broken_sum(fault: Exception) -> bool:
    """Whether an exception says that the ranks have lost each other."""
    return isinstance(fault, distributed.DistError) or (isinstance(fault, RuntimeError) and "gloo" in str(fault))


def rank_fault(who: str, code: int, words: Sequence[str]) -> ToldError:
    """Why a process that helped is gone, by its exit code and the last lines that it wrote."""
    last = _last_of(words)
    known = as_out_of_memory(Exception(last)) or as_store_fault(Exception(last))
    if known is not None:
        return known
    end = f"was killed ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"
    return RankFault("rank_died", f"{who} {end}, and the attempt with it. {last}".strip())
