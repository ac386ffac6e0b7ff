"""The command line beyond `run`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from definemed_runner.kinds import KINDS
from definemed_runner.run.doctor import try_store
from definemed_runner.run.release import release
from support import SOURCES


def test_doctor_tells_versions_and_hardware_as_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "definemed_runner", "doctor"],
        env={"PYTHONPATH": str(SOURCES), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert told["broken"] == {}
    assert told["release"] == release()
    assert told["store"] is None
    assert told["kinds"] == sorted(KINDS)
    assert told["packages"]["torch"].startswith("2.")
    assert told["hardware"]["cores"] >= 1


def test_doctor_reads_the_studios_mark_and_writes_it_back(tmp_path: Path) -> None:
    probe = tmp_path / "probes" / "0f0e0d0c-0000-7000-8000-000000000001"
    probe.mkdir(parents=True)
    (probe / "mark").write_text("a mark\n")
    told = _store_as_seen(tmp_path, f"{probe.name}/3")
    assert told["read"] is True
    assert told["written"] is True
    assert told["freeBytes"] > 0
    assert (probe / "3").read_text() == "a mark 3"


def test_doctor_tells_of_a_store_without_the_mark_or_without_room_to_write(tmp_path: Path) -> None:
    name = "0f0e0d0c-0000-7000-8000-000000000001"
    unseen = _store_as_seen(tmp_path / "elsewhere", f"{name}/0")
    assert (unseen["read"], unseen["written"]) == (False, False)
    assert "elsewhere" in unseen["detail"]
    without_mark = _store_as_seen(tmp_path, f"{name}/0")
    assert (without_mark["read"], without_mark["written"]) == (False, False)
    (tmp_path / "probes" / name).mkdir(parents=True)
    (tmp_path / "probes" / name / "mark").write_text("m")
    (tmp_path / "probes" / name / "0").mkdir()
    unwritable = _store_as_seen(tmp_path, f"{name}/0")
    assert (unwritable["read"], unwritable["written"]) == (True, False)
    assert try_store("../../etc/0")["detail"] == "'../../etc/0' is no probe."


def _store_as_seen(root: Path, probe: str) -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEFINEMED_STORE", root.as_uri())
        return try_store(probe)


def test_a_runner_that_is_not_the_studios_refuses_the_attempt_and_says_which_it_is(tmp_path: Path) -> None:
    (tmp_path / "runs" / "a" / "attempts" / "1").mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-m", "definemed_runner", "run", "--run-id", "a", "--attempt", "1"],
        env={
            "PYTHONPATH": str(SOURCES),
            "DEFINEMED_STORE": tmp_path.as_uri(),
            "DEFINEMED_RUNNER_RELEASE": "0.0.1+000000000000",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    told = json.loads((tmp_path / "runs" / "a" / "attempts" / "1" / "outcome.json").read_text())
    assert told["code"] == "runner_differs"
    assert release() in told["message"]


def test_starting_imports_no_torch() -> None:
    program = (
        "import sys, definemed_runner.__main__, definemed_runner.run.execute\n"
        "print(sorted({'torch', 'numpy', 'pyarrow', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(SOURCES)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_without_a_store_it_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "definemed_runner", "run", "--run-id", "a", "--attempt", "1"],
        env={"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["code"] == "store_missing"
