"""What tests of several subjects share: stores, attempts, and the runner as a real process."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from definemed_runner.run.digests import digest_of
from definemed_runner.run.execute import execute_attempt
from definemed_runner.run.store import Store

SOURCES = Path(__file__).parent.parent / "src"
TESTS = Path(__file__).parent
SPECS = TESTS / "fixtures" / "specs"


def valid_spec(kind: str) -> dict[str, Any]:
    """The valid fixture of a kind, to be changed by a test."""
    return json.loads((SPECS / "valid" / f"{kind}.json").read_text(encoding="utf-8"))


def write_attempt(
    store: Store,
    kind: str,
    inputs: Mapping[str, Path],
    parameters: Mapping[str, Any],
    *,
    run_id: str = "run-1",
    attempt: int = 1,
    seed: int = 1,
    resume: str | None = None,
    digests: bool = True,
    resources: Mapping[str, int] | None = None,
) -> Path:
    """Write the attempt's `spec.json` as the studio does and return the attempt's folder.

    `inputs` are local paths; those inside the store get a `store:` address, others a `file:` address.
    """
    folder = store.attempt_folder(run_id, attempt)
    folder.mkdir(parents=True, exist_ok=True)
    spec = {
        "version": 1,
        "kind": kind,
        "runId": run_id,
        "attempt": attempt,
        "seed": seed,
        "resume": resume,
        "inputs": {
            name: {
                "address": store.address_of(path) if path.is_relative_to(store.root) else path.as_uri(),
                "digest": digest_of(path) if digests and path.exists() else None,
            }
            for name, path in inputs.items()
        },
        "parameters": dict(parameters),
        "resources": dict(resources or {"processes": 1, "threads": 1}),
    }
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    return folder


def run_here(store: Store, run_id: str = "run-1", attempt: int = 1) -> int:
    """Carry the attempt out in this process, which saves importing torch again; returns the exit code."""
    return execute_attempt(store, run_id, attempt)


def start_runner(
    store: Store, run_id: str = "run-1", attempt: int = 1, *, program: list[str] | None = None, **environment: str
) -> subprocess.Popen[str]:
    """Start the attempt as the studio does, as a process of its own, with its output piped."""
    command = [sys.executable, *(program or ["-m", "definemed_runner"]), "run"]
    return subprocess.Popen(
        [*command, "--run-id", run_id, "--attempt", str(attempt)],
        env={**os.environ, "DEFINEMED_STORE": store.root.as_uri(), "PYTHONPATH": f"{SOURCES}:{TESTS}", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Process(Protocol):
    """A `subprocess.Popen` or a fork of the runner."""

    def poll(self) -> int | None: ...

    def communicate(self) -> tuple[str, str]: ...


def wait_for(path: Path, process: Process) -> None:
    """Wait until the process has made `path`; fails when it has ended without it."""
    while not path.exists():
        ended = process.poll() is not None
        if ended and not path.exists():
            raise AssertionError(f"{path.name} never appeared:\n{process.communicate()}")
        time.sleep(0.01)


def read_events(attempt_folder: Path) -> list[dict[str, Any]]:
    """All events of an attempt in order; fails when the files' numbers have gaps."""
    # A process that was killed may leave a file that it was writing; such names begin with a point.
    files = sorted((attempt_folder / "events").glob("[!.]*.jsonl"))
    assert [path.name for path in files] == [f"{number:06d}.jsonl" for number in range(1, len(files) + 1)]
    return [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def read_manifest(attempt_folder: Path) -> dict[str, Any]:
    """The manifest of a successful attempt."""
    return json.loads((attempt_folder / "manifest.json").read_text(encoding="utf-8"))
