"""A real Ray cluster on this machine: a head that only leads, and nodes that are raylets of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil
from ray.cluster_utils import Cluster

from definemed_runner.run.store import Store
from support import SOURCES, TESTS

# On a machine that is busy with other tests too.
_PATIENCE_SECONDS = 300


@contextmanager
def small_cluster(nodes: int) -> Iterator[Any]:
    """`nodes` nodes of two processors each, and a head without any."""
    os.environ.update(PYTHONPATH=f"{SOURCES}:{TESTS}", RAY_USAGE_STATS_ENABLED="0", RAY_DISABLE_MEMORY_MONITOR="1")
    memory: dict[str, Any] = {"object_store_memory": 80 << 20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **memory})
    try:
        for _ in range(nodes):
            add_node(cluster)
        cluster.wait_for_nodes(_PATIENCE_SECONDS)
        yield cluster
    finally:
        cluster.shutdown()


def add_node(cluster: Any) -> None:
    """A node like the others, which comes as soon as it can."""
    cluster.add_node(wait=False, num_cpus=2, object_store_memory=80 << 20)


def replace_node(cluster: Any, raylet: int) -> None:
    """Clear away what is left of the node with that raylet's process id, and put another in its place."""
    lost = next(node for node in cluster.worker_nodes if raylet in _raylets_of(node))
    cluster.remove_node(lost, allow_graceful=False)
    add_node(cluster)
    cluster.wait_for_nodes(_PATIENCE_SECONDS)


def _raylets_of(node: Any) -> list[int]:
    return [each.process.pid for each in node.all_processes["raylet"]]


def start_on_nodes(
    cluster: Any, store: Store, run_id: str, attempt: int = 1, nodes: int = 2, **environment: str
) -> subprocess.Popen[str]:
    """The driver as the studio's job starts it, with what it writes piped."""
    arguments = ["--run-id", run_id, "--attempt", str(attempt), "--nodes", str(nodes), "--cpus", "1", "--gpus", "0"]
    return subprocess.Popen(
        [sys.executable, "-m", "definemed_runner", "run-on-nodes", *arguments],
        env={
            **os.environ, "DEFINEMED_STORE": store.root.as_uri(), "PYTHONPATH": f"{SOURCES}:{TESTS}",
            "RAY_ADDRESS": cluster.address, **environment,
        },
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def processes_of(store: Store, run_id: str) -> list[psutil.Process]:
    """Every process that works for a run: the leader, the other nodes' first ranks, and their children."""
    own_store = store.root.as_uri()
    found = []
    for process in psutil.process_iter():
        try:
            told = " ".join(process.cmdline())
            mine = "definemed_runner.ranks" in told or f"run --run-id {run_id}" in told
            if mine and "run-on-nodes" not in told and process.environ().get("DEFINEMED_STORE") == own_store:
                found.append(process)
        except psutil.Error:
            continue
    return found


def wait_until(condition: Callable[[], Any], process: subprocess.Popen[str]) -> None:
    """Until the condition holds; fails with what the process wrote when it ends before."""
    while not condition():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
