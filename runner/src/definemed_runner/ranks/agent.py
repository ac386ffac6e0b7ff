"""What Ray starts on each node of a run: an actor that holds the node's share of the cluster, and has one process work.

The process is its child and dies with it. Ray ends the actor when the driver, the node's raylet or the head is gone.
"""

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import ray

from definemed_runner.ranks.seat import Seat
from definemed_runner.run.sockets import listening_socket

# What an actor tells of its process: a line that it wrote, or its exit code.
Told = str | int


class NodeAgent:
    """One node's, made into a Ray actor by spread.py. Two calls at once: `work` and `signal`."""

    def __init__(self) -> None:
        self._listening = None
        self._process: subprocess.Popen[str] | None = None
        self._told: queue.Queue[Told] = queue.Queue()

    def address(self) -> str:
        """By which the other nodes reach this one."""
        return ray.util.get_node_ip_address()

    def listen(self) -> int:
        """Open the port where the ranks meet; answers its number."""
        self._listening = listening_socket(self.address())
        return self._listening.getsockname()[1]

    def work(self, seat: Seat, arguments: Sequence[str], environment: Mapping[str, str]) -> Iterator[Told]:
        """Start `python -m …arguments` with this seat; yields what it writes, and its exit code last."""
        inherited: tuple[int, ...] = ()
        if self._listening is not None:
            inherited = (self._listening.fileno(),)
            seat = Seat(**{**vars(seat), "descriptor": self._listening.fileno()})
        # The kernel ends a child with the thread that started it, so that is one which stays until the child is over.
        threading.Thread(
            target=self._carry, args=(arguments, {**os.environ, **environment, **seat.environment()}, inherited)
        ).start()
        while True:
            told = self._told.get()
            yield told
            if isinstance(told, int):
                return

    def signal(self, number: int) -> None:
        """Send the process a signal; one that is over is fine."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _carry(self, arguments: Sequence[str], environment: Mapping[str, str], inherited: tuple[int, ...]) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env={**environment, "DEFINEMED_DIE_WITH_PARENT": "1", "PYTHONUNBUFFERED": "1"},
                pass_fds=inherited, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, errors="replace",
            )  # fmt: skip
            if self._listening is not None:
                self._listening.close()
            assert self._process.stdout is not None  # noqa: S101 - it was asked for
            for line in self._process.stdout:
                self._told.put(line.rstrip("\n"))
            self._told.put(self._process.wait())
        except OSError as fault:
            self._told.put(f"The process could not be started: {fault}.")
            self._told.put(1)
