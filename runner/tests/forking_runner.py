"""A runner that is there already: each attempt is carried out in a fork of a process that has imported everything, so
that it costs no start (six seconds of a processor) and is a process all the same, which can be killed at any moment.

`start_fork` does what `support.start_runner` does; the command line itself is tested elsewhere. As a program it waits
on a socket for requests: JSON, with the descriptors for what the attempt prints and how it ends.
"""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from definemed_runner.run.store import Store

_TESTS = Path(__file__).parent
_LONGEST_REQUEST = 1 << 16


class Fork:
    """An attempt at work as a process of its own, with the part of `subprocess.Popen` that tests use."""

    def __init__(self, program: "_Program", request: dict[str, Any]) -> None:
        self.returncode: int | None = None
        self._printed: list[list[str]] = [[], []]
        printing, written = zip(*(os.pipe() for _ in range(2)), strict=True)
        told, telling = os.pipe()
        program.send(request, [*written, telling])
        for descriptor in [*written, telling]:
            os.close(descriptor)
        self._told = os.fdopen(told)
        begun = self._told.readline()
        assert begun, "the process that forks has ended"
        self.pid = int(begun)
        self._readers = [
            threading.Thread(target=self._read, args=(descriptor, kept), daemon=True)
            for descriptor, kept in zip(printing, self._printed, strict=True)
        ]
        for reader in self._readers:
            reader.start()
        self._ended = threading.Event()
        threading.Thread(target=self._wait_for_end, daemon=True).start()

    def poll(self) -> int | None:
        """The exit code, or the negative number of the signal that ended it; None while it is at work."""
        return self.returncode if self._ended.is_set() else None

    def wait(self) -> int:
        self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def communicate(self) -> tuple[str, str]:
        """Once it has ended: what it, and whoever it started, printed and complained of."""
        self.wait()
        for reader in self._readers:
            reader.join()
        output, errors = ("".join(kept) for kept in self._printed)
        return output, errors

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def _read(self, descriptor: int, kept: list[str]) -> None:
        with os.fdopen(descriptor, errors="replace") as lines:
            kept.extend(lines)

    def _wait_for_end(self) -> None:
        with self._told:
            self.returncode = int(self._told.readline())
        self._ended.set()


class _Program:
    def __init__(self) -> None:
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # It ends with this process, whose end of the socket closes then.
        subprocess.Popen(
            [sys.executable, __file__, str(other.fileno())],
            env={
                **os.environ,
                "PYTHONPATH": f"{_TESTS.parent / 'src'}:{_TESTS}",
                "OMP_NUM_THREADS": "1",
                "TOKENIZERS_PARALLELISM": "false",
            },
            pass_fds=[other.fileno()],
        )
        other.close()

    def send(self, request: dict[str, Any], descriptors: list[int]) -> None:
        socket.send_fds(self._socket, [json.dumps(request).encode()], descriptors)


@cache
def _program() -> _Program:
    return _Program()


def start_fork(
    store: Store,
    run_id: str = "run-1",
    attempt: int = 1,
    *,
    carried_out_by: str | None = None,
    file_limit: int | None = None,
    clock_jump: float | None = None,
) -> Fork:
    """Start an attempt. `carried_out_by`: `module:function` in place of its kind's own; `file_limit`: bytes that a file
    may have; `clock_jump`: seconds that its clock leaps.
    """
    request = {
        "store": store.root.as_uri(), "run_id": run_id, "attempt": attempt, "carried_out_by": carried_out_by,
        "file_limit": file_limit, "clock_jump": clock_jump,
    }  # fmt: skip
    return Fork(_program(), request)


def _serve(requests: socket.socket) -> None:
    from definemed_runner.kinds import KINDS, load_kind

    for kind in KINDS:
        load_kind(kind)
    _import_exporter()
    assert threading.active_count() == 1, "forks would lack threads that this process has"
    # Nobody waits for the forks that wait for the attempts.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, descriptors, _, _ = socket.recv_fds(requests, _LONGEST_REQUEST, 3)
        if not message:
            return
        if os.fork() == 0:
            requests.close()
            os._exit(_watch(json.loads(message), descriptors))
        for descriptor in descriptors:
            os.close(descriptor)


def _import_exporter() -> None:
    """What PyTorch's ONNX exporter imports once it is used, which takes longer than the export of a small model."""
    import torch
    from tqdm import tqdm

    from definemed_runner.classifiers.export_onnx import _quiet

    # No thread that looks after progress bars.
    tqdm.monitor_interval = 0
    with _quiet():
        torch.onnx.export(torch.nn.Linear(2, 2), (torch.ones(1, 2),), dynamo=True, verbose=False)


def _watch(request: dict[str, Any], descriptors: list[int]) -> int:
    """Carry the attempt out in a fork of this process, and tell its number and its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *printed, telling = descriptors
    process = os.fork()
    if process == 0:
        code = 99
        try:
            os.close(telling)
            for descriptor, number in zip(printed, (1, 2), strict=True):
                os.dup2(descriptor, number)
                os.close(descriptor)
            code = _carry_out(request)
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    for descriptor in printed:
        os.close(descriptor)
    os.write(telling, f"{process}\n".encode())
    os.write(telling, f"{os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])}\n".encode())
    return 0


def _carry_out(request: dict[str, Any]) -> int:
    from definemed_runner.run import execute

    os.environ["DEFINEMED_STORE"] = request["store"]
    _change_machine(request["file_limit"], request["clock_jump"])
    if request["carried_out_by"] is not None:
        module, function = request["carried_out_by"].split(":")
        chosen = getattr(import_module(module), function)
        execute.load_kind = lambda kind: chosen
    return execute.execute_attempt(Store.from_environment(), request["run_id"], request["attempt"])


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
    _serve(socket.socket(fileno=int(sys.argv[1])))
