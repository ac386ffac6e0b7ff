"""The processes that train one model together: what they agree on, and how the first starts the others.

One process needs nothing of torch.distributed. With several, the first one holds the run's context; the others are
its children, get their part from it by standard input, report nothing, and die with it.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as distributed
from torch.distributed import Store, TCPStore  # pyright: ignore[reportPrivateImportUsage] - public, not re-exported

_JOIN_TIMEOUT = timedelta(minutes=30)
_GRACE_SECONDS = 15.0


class Ranks:
    """One process's view of its group. `rank` 0 leads."""

    def __init__(self, rank: int = 0, count: int = 1) -> None:
        self.rank = rank
        self.count = count
        self.device = torch.device("cuda", rank) if torch.cuda.is_available() else torch.device("cpu")

    @property
    def leads(self) -> bool:
        return self.rank == 0

    def sum(self, *values: float) -> list[float]:
        """Each value summed over the ranks, in double precision, the same on every rank."""
        if self.count == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        distributed.all_reduce(total)
        return total.tolist()

    def from_leader(self, value: Any) -> Any:
        """The leader's value on every rank."""
        if self.count == 1:
            return value
        box = [value]
        distributed.broadcast_object_list(box, src=0, device=self.device)
        return box[0]

    def wait_for_all(self) -> None:
        """Return once every rank has come here."""
        if self.count > 1:
            self.sum(0.0)


@contextmanager
def lead(count: int, plan: dict[str, Any], descriptors: Sequence[int], module: str) -> Iterator[Ranks]:
    """The leader's ranks: starts the others as `python -m module`, each with `plan`, and waits for their end.

    A child that fails ends this process too, also where a collective would wait for it forever.
    """
    if count == 1:
        yield Ranks()
        return
    store = TCPStore("127.0.0.1", 0, world_size=count, is_master=True, wait_for_workers=False)
    children = [
        _start_child(module, {**plan, "rank": rank, "count": count, "port": store.port}, descriptors)
        for rank in range(1, count)
    ]
    finished = threading.Event()
    for child in children:
        threading.Thread(target=_watch, args=(child, finished), daemon=True).start()
    try:
        with _joined(0, count, store) as ranks:
            yield ranks
        finished.set()
        for child in children:
            # All work is done; a child that lingers is killed below.
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=_GRACE_SECONDS)
    finally:
        finished.set()
        for child in children:
            child.kill()


@contextmanager
def follow(plan: dict[str, Any]) -> Iterator[Ranks]:
    """A child's ranks, from the plan that the leader sent."""
    count = plan["count"]
    store = TCPStore("127.0.0.1", plan["port"], world_size=count, is_master=False, wait_for_workers=False)
    with _joined(plan["rank"], count, store) as ranks:
        yield ranks


@contextmanager
def _joined(rank: int, count: int, store: Store) -> Iterator[Ranks]:
    ranks = Ranks(rank, count)
    if ranks.device.type == "cuda":
        torch.cuda.set_device(ranks.device)
    else:
        # All ranks are on this machine; gloo would otherwise ask the network what the machine is called.
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    backend = "nccl" if ranks.device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, store=store, rank=rank, world_size=count, timeout=_JOIN_TIMEOUT)
    try:
        yield ranks
    finally:
        distributed.destroy_process_group()


def _start_child(module: str, plan: dict[str, Any], descriptors: Sequence[int]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen([sys.executable, "-m", module], stdin=subprocess.PIPE, pass_fds=tuple(descriptors))
    assert child.stdin is not None  # noqa: S101 - it was asked for
    child.stdin.write(json.dumps(plan).encode())
    child.stdin.close()
    return child


def _watch(child: subprocess.Popen[bytes], finished: threading.Event) -> None:
    code = child.wait()
    if code != 0 and not finished.wait(_GRACE_SECONDS):
        print(f"A training process ended with code {code}; the attempt ends with it.", file=sys.stderr, flush=True)
        os._exit(1)
