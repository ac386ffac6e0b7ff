"""One process's view of those that train with it, and how it joins them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import psutil
import torch
import torch.distributed as distributed
from torch.distributed import Store, TCPStore  # pyright: ignore[reportPrivateImportUsage] - public, not re-exported

from definemed_runner.ranks.board import Board

_JOIN_TIMEOUT = timedelta(minutes=30)


@dataclass(frozen=True)
class Place:
    """Where a process stands: on which node, as which of it, and where all meet.

    Ranks are numbered node by node, so that neighbours share a machine. `address` and `port` are those of the first
    rank's store; `own_address` is the one by which the other nodes reach this one.
    """

    nodes: int
    per_node: int
    node: int
    local: int
    address: str
    port: int
    own_address: str

    @property
    def rank(self) -> int:
        return self.node * self.per_node + self.local

    @property
    def count(self) -> int:
        return self.nodes * self.per_node

    def on_node(self, local: int) -> "Place":
        """The place of another process of the same node."""
        return Place(**{**asdict(self), "local": local})

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def of_json(value: Mapping[str, Any]) -> "Place":
        return Place(**value)


class Ranks:
    """One process's view of its group. `rank` 0 leads; `local` counts on its own machine, which has `per_node`."""

    def __init__(self, rank: int = 0, count: int = 1, per_node: int | None = None, board: Board | None = None) -> None:
        self.board = board or Board()
        self.rank = rank
        self.count = count
        self.per_node = per_node or count
        self.local = rank % self.per_node
        self.device = torch.device("cuda", self.local) if torch.cuda.is_available() else torch.device("cpu")

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
def joined(place: Place, store: Store) -> Iterator[Ranks]:
    """The ranks, once all of them have come; they part when the block ends."""
    ranks = Ranks(place.rank, place.count, place.per_node, Board(store))
    if ranks.device.type == "cuda":
        torch.cuda.set_device(ranks.device)
    _choose_interface(place)
    backend = "nccl" if ranks.device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, store=store, rank=place.rank, world_size=place.count, timeout=_JOIN_TIMEOUT)
    try:
        yield ranks
    finally:
        distributed.destroy_process_group()


def open_store(place: Place, descriptor: int) -> TCPStore:
    """The leader's store, on a socket that listens already (the store owns its descriptor from then on)."""
    return TCPStore(place.address, place.port, is_master=True, wait_for_workers=False, master_listen_fd=descriptor)


def reach_store(place: Place, timeout: timedelta = timedelta(minutes=5)) -> TCPStore:
    """A follower's connection to the leader's store; `timeout` holds for each of its requests too."""
    return TCPStore(place.address, place.port, is_master=False, wait_for_workers=False, timeout=timeout)


def _choose_interface(place: Place) -> None:
    """Name the network card that the nodes reach each other by; gloo would ask what the machine is called, and NCCL
    may find another one."""
    if place.own_address.startswith("127."):
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
        return
    for name, addresses in psutil.net_if_addrs().items():
        if any(each.address.partition("%")[0] == place.own_address for each in addresses):
            os.environ.setdefault("GLOO_SOCKET_IFNAME", name)
            os.environ.setdefault("NCCL_SOCKET_IFNAME", name)
            return
