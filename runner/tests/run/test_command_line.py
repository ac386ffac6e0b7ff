"""The command line beyond `run`."""

import json
import subprocess
import sys

from definemed_runner.kinds import KINDS
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
    assert told["kinds"] == sorted(KINDS)
    assert told["packages"]["torch"].startswith("2.")
    assert told["hardware"]["cores"] >= 1


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
