"""Attempts of a small pre-training as processes, and what they leave."""

import time
from pathlib import Path
from typing import Any

from definemed_runner.run.store import Store
from language_models.tiny_models import make_model
from language_models.training_runs import parameters, write_corpus
from support import Process, read_events, write_attempt

# Long enough that the run is killed on its way, whatever else the machine does.
LONG: dict[str, Any] = {"maxSteps": 120, "checkpointEverySteps": 10, "evaluateEverySteps": 40}

# The same for two ranks, whose steps take longer.
SHORT: dict[str, Any] = {"maxSteps": 40, "checkpointEverySteps": 3, "evaluateEverySteps": 40}


def attempt(
    store: Store,
    run_id: str,
    number: int = 1,
    processes: int = 1,
    resume: str | None = None,
    nodes: int = 1,
    **changes: Any,
) -> Path:
    """Write an attempt; base and corpus are made with the first."""
    base = store.root / "base"
    if not base.exists():
        make_model(base, 1, tied=True)
        write_corpus(store.root / "corpus")
    return write_attempt(
        store, "pretrain", {"corpus": store.root / "corpus", "base": base}, parameters(**changes),
        run_id=run_id, attempt=number, resume=resume, resources={"nodes": nodes, "processes": processes, "threads": 1},
    )  # fmt: skip


def curve(folder: Path, name: str = "loss") -> dict[int, float]:
    """The points of one curve by step."""
    events = read_events(folder)
    return {e["step"]: e["value"] for e in events if e["type"] == "metric" and e["name"] == name}


def checkpoints(folder: Path) -> list[Path]:
    """The complete checkpoints, oldest first."""
    return sorted(path.parent for path in folder.glob("checkpoints/step-*/complete.json"))


def wait_for_checkpoint(process: Process, folder: Path) -> None:
    """Until the attempt has one; fails when it ends before."""
    while not checkpoints(folder):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
