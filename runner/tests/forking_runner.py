"""A runner that is there already: `ForkingRunner` carries out each attempt in a fork of a process that has imported
everything, so that an attempt costs no start and can be killed at any moment of its work.

As a program it reads one request a line (JSON) and answers with the attempt's process id, then with how it ended.
"""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from definemed_runner.run.store import Store


@dataclass(frozen=True)
class Attempt:
    """An attempt at work, as a process of its own."""

    process: int
    runner: "ForkingRunner"

    def end(self) -> int:
        """Wait for its end: the exit code, or the negative number of the signal that ended it."""
        return self.runner.answer()["ended"]


class ForkingRunner:
    """Starts attempts of one store, one at a time."""

    def __init__(self, store: Store) -> None:
        from support import SOURCES, TESTS

        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env={
                **os.environ,
                "DEFINEMED_STORE": store.root.as_uri(),
                "PYTHONPATH": f"{SOURCES}:{TESTS}",
                "OMP_NUM_THREADS": "1",
                "TOKENIZERS_PARALLELISM": "false",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> "ForkingRunner":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def start(self, run_id: str, attempt: int, **changes: Any) -> Attempt:
        """`file_limit`: bytes that a file may have; `clock_jump`: seconds that the clock leaps while it works."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"run_id": run_id, "attempt": attempt, **changes}) + "\n")
        self._process.stdin.flush()
        return Attempt(self.answer()["process"], self)

    def answer(self) -> dict[str, Any]:
        """The next line that the program says."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


def _serve() -> None:
    from definemed_runner.kinds import KINDS, load_kind
    from definemed_runner.run.execute import execute_attempt

    for kind in KINDS:
        load_kind(kind)
    said = os.dup(1)
    # What attempts print is nobody's answer.
    os.dup2(2, 1)
    store = Store.from_environment()
    for line in sys.stdin:
        request = json.loads(line)
        process = os.fork()
        if process == 0:
            code = 99
            try:
                _change_machine(request.get("file_limit"), request.get("clock_jump"))
                code = execute_attempt(store, request["run_id"], request["attempt"])
            finally:
                os._exit(code)
        os.write(said, f"{json.dumps({'process': process})}\n".encode())
        ended = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        os.write(said, f"{json.dumps({'ended': ended})}\n".encode())


def _change_machine(file_limit: int | None, clock_jump: float | None) -> None:
    if file_limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    if clock_jump is not None:
        real, asked = time.time, 0

        def jumping() -> float:
            nonlocal asked
            asked += 1
            return real() + (clock_jump if asked % 2 == 0 else 0)

        time.time = jumping


if __name__ == "__main__":
    _serve()
