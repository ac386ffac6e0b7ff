"""A training whose ranks lie on several nodes of a real Ray cluster, and what happens when one of them is lost."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from definemed_runner.run.digests import digest_of
from definemed_runner.run.store import Store
from forking_runner import start_fork
from language_models.pretraining_attempts import SHORT, attempt, checkpoints, curve
from ranks.small_cluster import processes_of, replace_node, start_on_nodes, wait_until
from support import read_manifest, start_runner


def outcome(written: str) -> dict[str, str]:
    """The last line that tells why, as the studio reads it from the job's log."""
    return json.loads([line for line in written.splitlines() if line.startswith('{"code": ')][-1])


def wait_for_checkpoint(process: subprocess.Popen[str], folder: Path) -> None:
    wait_until(lambda: checkpoints(folder), process)


def all_end(store: Store, run_id: str) -> bool:
    """Whether every process of the run ends, also where nobody is left who could tell them."""
    _, alive = psutil.wait_procs(processes_of(store, run_id), timeout=300)
    return not alive


def test_two_nodes_compute_what_one_does_also_when_the_driver_is_killed_between(cluster: Any, store: Store) -> None:
    whole = attempt(store, "whole", processes=2, **SHORT)
    assert start_fork(store, "whole").wait() == 0

    first = attempt(store, "spread", processes=2, nodes=2, **SHORT)
    driver = start_on_nodes(cluster, store, "spread")
    wait_for_checkpoint(driver, first)
    assert len(processes_of(store, "spread")) == 2
    driver.kill()
    driver.communicate()
    assert all_end(store, "spread")
    assert not (first / "manifest.json").exists()

    newest = checkpoints(first)[-1]
    second = attempt(store, "spread", 2, 2, store.address_of(newest), nodes=2, **SHORT)
    driver = start_on_nodes(cluster, store, "spread", 2)
    written, errors = driver.communicate()
    assert driver.returncode == 0, (written, errors)
    # The sums of the ranks are taken in the same order, whatever machine they are on.
    rest = {step: loss for step, loss in curve(whole).items() if step > int(newest.name[-8:])}
    assert curve(second) == pytest.approx(rest, rel=1e-6)
    wanted, found = read_manifest(whole)["summary"], read_manifest(second)["summary"]
    assert (found["steps"], found["tokens"]) == (wanted["steps"], wanted["tokens"])
    assert {name.name for name in (second / "outputs" / "model").iterdir()} == {
        name.name for name in (whole / "outputs" / "model").iterdir()
    }
    if curve(second) == rest:
        assert digest_of(second / "outputs" / "model") == digest_of(whole / "outputs" / "model")
    assert not (second / "nodes").exists()


def test_when_a_rank_of_the_other_node_is_killed_the_run_ends_and_says_so(cluster: Any, store: Store) -> None:
    folder = attempt(store, "run", processes=4, nodes=2, **SHORT)
    driver = start_on_nodes(cluster, store, "run")
    wait_for_checkpoint(driver, folder)
    other = next(each for each in processes_of(store, "run") if "definemed_runner.ranks.node" in each.cmdline())
    (rank,) = other.children()
    rank.send_signal(signal.SIGKILL)
    written, errors = driver.communicate()
    assert driver.returncode == 1, errors
    told = outcome(written)
    assert told["code"] == "rank_died"
    assert "process 4" in told["message"]
    assert "SIGKILL" in told["message"]
    assert all_end(store, "run")


def test_asked_to_stop_all_nodes_end_after_a_checkpoint(cluster: Any, store: Store) -> None:
    folder = attempt(store, "run", processes=2, nodes=2, **SHORT)
    driver = start_on_nodes(cluster, store, "run")
    wait_for_checkpoint(driver, folder)
    driver.terminate()
    written, errors = driver.communicate()
    assert driver.returncode == 3, (written, errors)
    steps = max(curve(folder))
    assert checkpoints(folder)[-1].name == f"step-{steps:08d}"
    assert all_end(store, "run")


def test_a_run_waits_for_all_its_nodes_at_once(cluster: Any, store: Store) -> None:
    folder = attempt(store, "run", processes=3, nodes=3, **SHORT)
    driver = start_on_nodes(cluster, store, "run", nodes=3)
    assert driver.stdout is not None
    assert driver.stdout.readline() == "Waiting until 3 nodes have 1 processors each.\n"
    assert processes_of(store, "run") == []
    (folder / "control").mkdir()
    (folder / "control" / "cancel").touch()
    assert driver.wait() == 3


def test_when_a_whole_node_is_lost_the_run_ends_and_says_so(cluster: Any, store: Store) -> None:
    folder = attempt(store, "run", processes=2, nodes=2, **{**SHORT, "maxSteps": 100_000})
    driver = start_on_nodes(cluster, store, "run")
    wait_for_checkpoint(driver, folder)
    other = next(each for each in processes_of(store, "run") if "definemed_runner.ranks.node" in each.cmdline())
    raylet = next(each for each in other.parents() if each.name() == "raylet")
    # As where a machine loses its power: what Ray started goes with Ray.
    for lost in [raylet, *raylet.children()]:
        lost.kill()
    try:
        written, _ = driver.communicate()
    finally:
        replace_node(cluster, raylet.pid)
    assert driver.returncode == 1
    assert outcome(written)["code"] == "rank_died"
    assert all_end(store, "run")


def test_without_a_cluster_the_spec_is_refused_with_what_to_do(store: Store) -> None:
    folder = attempt(store, "run", processes=2, nodes=2)
    assert start_runner(store, "run").wait() == 2
    assert json.loads((folder / "outcome.json").read_text())["code"] == "nodes_without_ray"
