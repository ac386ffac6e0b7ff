"""The driver of a run on several nodes: `python -m definemed_runner run-on-nodes`, the entrypoint of its Ray job.

It needs next to nothing itself. A placement group takes the same share of each of so many nodes, all at once or not at
all, so that two runs never hold half of what each needs. On the first node the attempt is carried out as it is on one
node; on each other node a process waits for it (node.py). Whichever process or node is lost, the rest is ended, and the
last line tells why; when this driver is killed, Ray ends the actors, and the kernel their processes.
"""

import json
import logging
import os
import queue
import signal
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import ray
from ray.exceptions import RayError
from ray.util.placement_group import PlacementGroup, placement_group, remove_placement_group
from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

from definemed_runner.ranks.agent import NodeAgent
from definemed_runner.ranks.processes import rank_fault
from definemed_runner.ranks.seat import Seat
from definemed_runner.run.errors import ToldError, UserMistake
from definemed_runner.run.stop import CANCELLED_EXIT_CODE, StopWatch
from definemed_runner.run.store import Store

# The first node tells by itself what went wrong, if it still can.
_GRACE_SECONDS = 20.0
_KEPT_LINES = 20
_OUTCOME = '{"code": '


@dataclass(frozen=True)
class NodeShare:
    """What is taken of each node."""

    nodes: int
    cpus: float
    gpus: float


@dataclass
class _Node:
    name: str
    agent: Any
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT_LINES))


def run_on_nodes(run_id: str, attempt: int, share: NodeShare) -> int:
    """Carry the attempt out on `share.nodes` nodes and return its exit code (docs/runner-contract.md)."""
    try:
        ray.init(address="auto", log_to_driver=False, logging_level=logging.WARNING)
    except (ConnectionError, RayError) as fault:
        return _tell(UserMistake("nodes_without_ray", f"No Ray cluster answers here: {fault}"))
    # Where the store is a bucket, the studio's wish is first seen by the first node, and here by SIGTERM.
    stop = StopWatch(_control_folder(run_id, attempt))
    stop.start()
    group = _take(share)
    try:
        if not _wait_for_room(group, share, stop):
            return CANCELLED_EXIT_CODE
        return _Spread(group, share, stop).carry_out(run_id, attempt)
    except RayError as fault:
        return _tell(ToldError("rank_died", f"Ray lost a node of the run: {_first_line(fault)}"))
    finally:
        stop.stop()
        remove_placement_group(group)
        ray.shutdown()


def _control_folder(run_id: str, attempt: int) -> Path:
    address = os.environ.get("DEFINEMED_STORE", "")
    shared = address.startswith("file:///")
    return Store(Store.folder_of(address)).attempt_folder(run_id, attempt) / "control" if shared else Path(os.devnull)


def _take(share: NodeShare) -> PlacementGroup:
    bundle = {name: amount for name, amount in (("CPU", share.cpus), ("GPU", share.gpus)) if amount > 0}
    return placement_group([bundle] * share.nodes, strategy="STRICT_SPREAD")


def _wait_for_room(group: PlacementGroup, share: NodeShare, stop: StopWatch) -> bool:
    """Wait until all nodes have room at once; False when asked to stop meanwhile."""
    told = False
    while not group.wait(1):
        if stop.requested():
            return False
        if not told:
            wanted = f"{share.cpus:g} processors" + (f" and {share.gpus:g} GPUs" if share.gpus else "")
            print(f"Waiting until {share.nodes} nodes have {wanted} each.", flush=True)
            told = True
    return True


class _Spread:
    def __init__(self, group: PlacementGroup, share: NodeShare, stop: StopWatch) -> None:
        self._stop = stop
        self._heard: queue.Queue[tuple[int, str | int | RayError]] = queue.Queue()
        self._listeners: list[threading.Thread] = []
        actor = cast(Any, ray.remote(NodeAgent))
        agents = [
            actor.options(
                num_cpus=share.cpus, num_gpus=share.gpus, max_restarts=0, max_concurrency=2,
                scheduling_strategy=PlacementGroupSchedulingStrategy(group, placement_group_bundle_index=index),
            ).remote()
            for index in range(share.nodes)
        ]  # fmt: skip
        names = ray.get([agent.address.remote() for agent in agents])
        self._nodes = [_Node(name, agent) for name, agent in zip(names, agents, strict=True)]

    def carry_out(self, run_id: str, attempt: int) -> int:
        """Start a process on each node, pass on what the first one writes, and end all when one is lost."""
        port = int(cast(Any, ray.get(self._nodes[0].agent.listen.remote())))
        environment = {name: value for name, value in os.environ.items() if name.startswith("DEFINEMED_")}
        for index, node in enumerate(self._nodes):
            seat = Seat(index, len(self._nodes), self._nodes[0].name, port, node.name, None)
            arguments = (
                ["definemed_runner", "run", "--run-id", run_id, "--attempt", str(attempt)]
                if index == 0
                else ["definemed_runner.ranks.node"]
            )
            told = node.agent.work.options(num_returns="streaming").remote(seat, arguments, environment)
            self._listeners.append(threading.Thread(target=self._listen, args=(index, told), daemon=True))
            self._listeners[-1].start()
        try:
            return self._wait()
        finally:
            for node in self._nodes:
                ray.kill(node.agent)
            # Whoever asks Ray for something after its shutdown has it end the process, with an exit code of its own.
            for listener in self._listeners:
                listener.join(_GRACE_SECONDS)

    def _listen(self, index: int, told: Any) -> None:
        try:
            for reference in told:
                self._heard.put((index, ray.get(reference)))
        except RayError as fault:
            self._heard.put((index, fault))

    def _wait(self) -> int:
        """Until the first node is done; another one's end before that ends the run."""
        lost: tuple[int, ToldError] | None = None
        until = float("inf")
        asked = False
        while time.monotonic() < until:
            if self._stop.requested() and not asked:
                asked = True
                self._nodes[0].agent.signal.remote(signal.SIGTERM)
            try:
                index, told = self._heard.get(timeout=0.5)
            except queue.Empty:
                continue
            node = self._nodes[index]
            if isinstance(told, str):
                self._pass_on(index, node, told)
            elif isinstance(told, int) and index == 0 and told >= 0:
                return told
            elif told != 0 and lost is None:
                lost = (index, self._why(index, node, told))
                until = time.monotonic() + (_GRACE_SECONDS if index > 0 else 0)
        assert lost is not None  # noqa: S101 - only then the loop ends
        return _tell(lost[1])

    def _pass_on(self, index: int, node: _Node, line: str) -> None:
        node.lines.append(line)
        if index == 0:
            print(line, flush=True)
        elif not line.startswith(_OUTCOME):
            print(f"[{node.name}] {line}", flush=True)

    def _why(self, index: int, node: _Node, told: int | RayError) -> ToldError:
        who = f"The process of node {index + 1} ({node.name})"
        if isinstance(told, RayError):
            return ToldError("rank_died", f"{who} is lost, and the attempt with it: {_first_line(told)}")
        outcome = next((line for line in reversed(node.lines) if line.startswith(_OUTCOME)), None)
        if outcome is not None:
            error = json.loads(outcome)
            return (UserMistake if told == 2 else ToldError)(error["code"], error["message"])
        return rank_fault(who, told, node.lines)


def _first_line(fault: BaseException) -> str:
    return next(iter(str(fault).strip().splitlines()), type(fault).__name__)


def _tell(error: ToldError) -> int:
    print(json.dumps({"code": error.code, "message": error.message}), flush=True)
    return 2 if isinstance(error, UserMistake) else 1
