"""Every kind of run on a machine that fails: killed at random moments, disk full, leaping clock, inputs cut off."""

import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from definemed_runner.kinds import KINDS
from definemed_runner.run.store import Store
from forking_runner import start_fork
from planned_runs import plan_runs
from support import read_events, read_manifest, write_attempt

KILLS = 3


@dataclass(frozen=True)
class Machine:
    """A store with what each kind needs, and what an unbroken run of it makes."""

    store: Store
    planned: dict[str, tuple[dict[str, Path], dict[str, Any]]]
    whole: dict[str, tuple[Path, float]]

    def write(self, kind: str, run_id: str, attempt: int, resume: str | None = None) -> Path:
        inputs, parameters = self.planned[kind]
        return write_attempt(self.store, kind, inputs, parameters, run_id=run_id, attempt=attempt, resume=resume)

    def unbroken(self, kind: str) -> tuple[Path, float]:
        """The folder of the attempt that nothing disturbed, and how many seconds it took."""
        if kind not in self.whole:
            folder = self.write(kind, f"whole-{kind}", 1)
            begun = time.monotonic()
            assert start_fork(self.store, f"whole-{kind}").wait() == 0, (folder / "outcome.json").read_text()
            self.whole[kind] = folder, time.monotonic() - begun
        return self.whole[kind]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    root = tmp_path_factory.mktemp("machine") / "store"
    root.mkdir()
    planned = plan_runs(root)
    machine = Machine(Store(root), planned, {})
    folder, _ = machine.unbroken("train-classifier")
    planned["classify-corpus"][0]["classifier"] = folder / "outputs" / "onnx"
    return machine


def made(folder: Path) -> dict[str, str]:
    """What was made, by file. Model cards name their run; where ONNX files differ it is by their exporter."""
    files = {each["path"]: each["sha256"] for each in read_manifest(folder)["files"]}
    return {path: sha256 for path, sha256 in files.items() if not path.endswith(("README.md", ".onnx", "parity.json"))}


def newest_checkpoint(store: Store, folders: list[Path]) -> str | None:
    """As the studio looks for it: that with the highest step, of the latest attempt among equals."""
    marks = [path for folder in folders for path in sorted(folder.glob("checkpoints/step-*/complete.json"))]
    if not marks:
        return None
    return store.address_of(max(marks, key=lambda path: path.parent.name).parent)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_moment_it_goes_on_and_makes_what_an_unbroken_run_makes(machine: Machine, kind: str) -> None:
    whole, seconds = machine.unbroken(kind)
    chance = random.Random(kind)
    folders: list[Path] = []
    for attempt in range(1, KILLS + 1):
        folders.append(machine.write(kind, f"killed-{kind}", attempt, newest_checkpoint(machine.store, folders)))
        at_work = start_fork(machine.store, f"killed-{kind}", attempt)
        time.sleep(chance.random() * seconds)
        at_work.kill()
        # The manifest is written last: killed after it, the attempt is whole, however it ended.
        if at_work.wait() == 0 or (folders[-1] / "manifest.json").exists():
            break
        read_events(folders[-1])
    else:
        folders.append(machine.write(kind, f"killed-{kind}", KILLS + 1, newest_checkpoint(machine.store, folders)))
        at_work = start_fork(machine.store, f"killed-{kind}", KILLS + 1)
        assert at_work.wait() == 0, at_work.communicate()
    assert made(folders[-1]) == made(whole)


@pytest.mark.parametrize("kind", KINDS)
def test_on_a_full_disk_it_says_so_and_goes_on_once_there_is_room(machine: Machine, kind: str) -> None:
    whole, _ = machine.unbroken(kind)
    sizes = sorted(each["bytes"] for each in read_manifest(whole)["files"])
    folder = machine.write(kind, f"full-{kind}", 1)
    # Too little for the largest file that it makes.
    code = start_fork(machine.store, f"full-{kind}", file_limit=sizes[-1] - 1).wait()
    assert code == 1
    assert json.loads((folder / "outcome.json").read_text())["code"] == "store_full"
    assert not (folder / "manifest.json").exists()
    second = machine.write(kind, f"full-{kind}", 2, newest_checkpoint(machine.store, [folder]))
    assert start_fork(machine.store, f"full-{kind}", 2).wait() == 0, (second / "outcome.json").read_text()
    assert made(second) == made(whole)


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
@pytest.mark.parametrize("kind", KINDS)
def test_a_clock_that_leaps_by_a_day_changes_nothing(machine: Machine, kind: str, jump: float) -> None:
    whole, _ = machine.unbroken(kind)
    folder = machine.write(kind, f"clock-{kind}-{jump:.0f}", 1)
    assert start_fork(machine.store, f"clock-{kind}-{jump:.0f}", clock_jump=jump).wait() == 0
    assert made(folder) == made(whole)
    assert 0 <= read_manifest(folder)["wallSeconds"] < 3600
    assert all(rate >= 0 for rate in rates(read_events(folder)))


def rates(events: list[dict[str, Any]]) -> list[float]:
    return [each["value"] for each in events if each["type"] == "metric" and each["name"].endswith("_per_second")]


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_that_were_cut_off_are_the_users_mistake_and_named(machine: Machine, kind: str) -> None:
    inputs, parameters = machine.planned[kind]
    for name, path in inputs.items():
        files = sorted(file for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())
        largest = max(files, key=lambda file: file.stat().st_size)
        content = largest.read_bytes()
        run_id = f"cut-{kind}-{name}"
        folder = write_attempt(machine.store, kind, inputs, parameters, run_id=run_id)
        undigested = write_attempt(
            machine.store, kind, inputs, parameters, run_id=f"{run_id}-undigested", digests=False
        )
        try:
            largest.write_bytes(content[: len(content) // 2])
            assert start_fork(machine.store, run_id).wait() == 2
            assert start_fork(machine.store, f"{run_id}-undigested").wait() == 2
        finally:
            largest.write_bytes(content)
        assert json.loads((folder / "outcome.json").read_text())["code"] == "digest_mismatch"
        told = json.loads((undigested / "outcome.json").read_text())
        assert told["code"].endswith(("_invalid", "_unreadable", "_unsupported")), told
