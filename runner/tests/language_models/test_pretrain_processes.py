"""Pre-training as real processes: killed and resumed, with two ranks, and with a rank that dies."""

import json
import os
import signal
from pathlib import Path

import psutil
import pytest

from definemed_runner.run.digests import digest_of
from definemed_runner.run.store import Store
from forking_runner import start_fork
from language_models.pretraining_attempts import LONG, SHORT, attempt, checkpoints, curve, wait_for_checkpoint
from support import read_events, read_manifest, run_here, start_runner


def phases(folder: Path) -> set[str]:
    return {event["phase"] for event in read_events(folder) if event["type"] == "progress"}


def test_killed_and_resumed_equals_unbroken_to_the_bit(store: Store) -> None:
    whole = attempt(store, "whole", **LONG)
    assert run_here(store, "whole") == 0

    first = attempt(store, "broken", **LONG)
    process = start_fork(store, "broken")
    wait_for_checkpoint(process, first)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    newest = checkpoints(first)[-1]
    step = int(newest.name.removeprefix("step-"))
    assert step < LONG["maxSteps"]

    second = attempt(store, "broken", 2, resume=store.address_of(newest), **LONG)
    assert run_here(store, "broken", 2) == 0
    assert curve(second) == {number: loss for number, loss in curve(whole).items() if number > step}
    assert "tokenising" in phases(whole)
    assert "tokenising" not in phases(second)
    # Nothing continues any more, so that the tokens are of no use.
    assert not list(store.root.glob("runs/*/attempts/*/kept"))
    assert digest_of(second / "outputs" / "model") == digest_of(whole / "outputs" / "model")
    wanted, found = read_manifest(whole)["summary"], read_manifest(second)["summary"]
    assert {**found, "tokensPerSecond": 0} == {**wanted, "tokensPerSecond": 0}
    assert [folder.name for folder in checkpoints(second)] == ["step-00000110", "step-00000120"]


def test_two_ranks_compute_what_one_computes(store: Store) -> None:
    one = attempt(store, "one")
    assert run_here(store, "one") == 0
    two = attempt(store, "two", processes=2, activationCheckpointing=True)
    # As the studio starts it, by its command line.
    process = start_runner(store, "two")
    assert process.wait() == 0, process.communicate()
    assert curve(two) == pytest.approx(curve(one), rel=1e-4)
    assert curve(two, "gradient_norm") == pytest.approx(curve(one, "gradient_norm"), rel=1e-3)
    assert curve(two, "held_out_loss") == pytest.approx(curve(one, "held_out_loss"), rel=1e-4)
    assert read_manifest(two)["summary"]["tokens"] == read_manifest(one)["summary"]["tokens"]


def test_when_a_rank_dies_the_attempt_fails_and_one_rank_can_go_on(store: Store) -> None:
    whole = attempt(store, "whole", **SHORT)
    assert run_here(store, "whole") == 0
    first = attempt(store, "broken", processes=2, **SHORT)
    process = start_fork(store, "broken")
    wait_for_checkpoint(process, first)
    children = psutil.Process(process.pid).children()
    os.kill(children[0].pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == 1
    told = json.loads((first / "outcome.json").read_text())
    assert told["code"] == "rank_died"
    assert "process 2 was killed (SIGKILL)" in told["message"]
    newest = checkpoints(first)[-1]

    second = attempt(store, "broken", 2, resume=store.address_of(newest), **SHORT)
    assert run_here(store, "broken", 2) == 0
    rest = {number: loss for number, loss in curve(whole).items() if number > int(newest.name[-8:])}
    assert curve(second) == pytest.approx(rest, rel=0.02)


def test_ranks_die_with_the_process_that_leads(store: Store) -> None:
    folder = attempt(store, "run", processes=2, **SHORT)
    process = start_fork(store, "run")
    wait_for_checkpoint(process, folder)
    children = psutil.Process(process.pid).children()
    assert len(children) == 1
    process.kill()
    process.communicate()
    psutil.wait_procs(children, timeout=60)
    assert not children[0].is_running()


def test_a_checkpoint_of_another_training_is_refused(store: Store) -> None:
    first = attempt(store, "run")
    assert run_here(store, "run") == 0
    attempt(store, "run", 2, resume=store.address_of(checkpoints(first)[-1]), sequencesPerStep=3)
    assert run_here(store, "run", 2) == 2
    assert "sequencesPerStep" in (store.attempt_folder("run", 2) / "outcome.json").read_text()
