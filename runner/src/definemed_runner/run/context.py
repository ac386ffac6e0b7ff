"""What a kind of run is given. A kind is a function `run(context: RunContext) -> RunResult`, named in `kinds.py`.

A kind reads its inputs with `input_path`, writes below `output_path`, reports by `metric`, `progress`, `log` and
`warning`, and asks `stop_requested()` at every step. When asked to stop it writes a checkpoint and raises Cancelled.
What only the user can mend is raised as UserMistake(code, message). Everything else that is raised counts as an
unexpected fault, which the studio tries again.
"""

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from definemed_runner.run.errors import UserMistake
from definemed_runner.run.events import Events, metric_event
from definemed_runner.run.files import list_files, sync_file, write_json_atomically
from definemed_runner.run.spec import RunSpec
from definemed_runner.run.stop import StopWatch
from definemed_runner.run.store import Store

_KEPT_CHECKPOINTS = 2
PROGRESS_SECONDS = 1.0
COMPLETE = "complete.json"


@dataclass(frozen=True)
class RunResult:
    """What a kind made: output name → file or folder below `outputs/`, and the key figures for the manifest."""

    outputs: Mapping[str, Path]
    summary: Mapping[str, Any]


class RunContext:
    """One attempt, as the kind's code sees it. `open_run` in run/execute.py builds it."""

    def __init__(
        self,
        spec: RunSpec,
        store: Store,
        input_paths: Mapping[str, Path],
        events: Events,
        stop: StopWatch,
        resume_folder: Path | None,
    ) -> None:
        self.spec = spec
        self.store = store
        self.attempt_folder = store.attempt_folder(spec.run_id, spec.attempt)
        self._input_paths = input_paths
        self._events = events
        self._stop = stop
        self._resume_folder = resume_folder
        self._last_progress = ("", 0.0)

    def input_path(self, name: str) -> Path:
        """The local file or folder of an input; it exists and has the digest that the spec names."""
        return self._input_paths[name]

    def output_path(self, name: str) -> Path:
        """`outputs/<name>` of this attempt; the folder that holds it exists, it itself is the kind's to make."""
        path = self.attempt_folder / "outputs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def checkpoint_folder(self, step: int) -> Path:
        """An empty folder for the checkpoint of `step`; it counts only after `mark_checkpoint(step)`."""
        folder = self._checkpoint_path(step)
        if not (folder / COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def mark_checkpoint(self, step: int, extra: Mapping[str, Any] | None = None, beside: Sequence[str] = ()) -> None:
        """Declare the checkpoint of `step` complete; `extra` comes back from `resume_state`. Keeps the newest two.

        `beside` are folders of the attempt that the next one reads too, what they speak of before what speaks of it;
        every file there appears whole.
        """
        folder = self._checkpoint_path(step)
        files = list_files(folder)
        for path in files:
            sync_file(path)
        sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
        mark = {
            "step": step,
            "files": sizes,
            "extra": dict(extra or {}),
            **({"beside": list(beside)} if beside else {}),
        }
        write_json_atomically(folder / COMPLETE, mark)
        self._events.emit({"type": "checkpoint", "step": step, "address": self.store.address_of(folder)})
        self._remove_old_checkpoints()

    def resume_folder(self) -> Path | None:
        """The complete checkpoint that this attempt continues from, or None for a fresh start."""
        return self._resume_folder

    def resume_state(self) -> dict[str, Any]:
        """The `extra` that was given to `mark_checkpoint`, with `step`. Ask only when there is a `resume_folder()`."""
        if self._resume_folder is None:
            raise RuntimeError("There is no checkpoint to continue from.")
        mark = json.loads((self._resume_folder / COMPLETE).read_text(encoding="utf-8"))
        return {**mark["extra"], "step": mark["step"]}

    def metric(self, name: str, step: int, value: float) -> None:
        """One point of a curve. Names are the contract's (`loss`, `learning_rate`, …)."""
        self._events.emit(metric_event(name, step, value))

    def progress(self, done: int, total: int, unit: str, phase: str) -> None:
        """How far the phase is; `phase` and `unit` are stable words (`training`, `documents`).

        Call it as often as you like: within a phase one event a second goes out, and always the last (done = total).
        """
        now = time.monotonic()
        last_phase, last_time = self._last_progress
        if phase == last_phase and done != total and now - last_time < PROGRESS_SECONDS:
            return
        self._last_progress = (phase, now)
        self._events.emit({"type": "progress", "done": done, "total": total, "unit": unit, "phase": phase})

    def log(self, message: str) -> None:
        """A sentence for the run's log."""
        self._events.emit({"type": "log", "level": "info", "message": message})

    def warning(self, code: str, message: str) -> None:
        """Something that the user should know although the run goes on."""
        self._events.emit({"type": "warning", "code": code, "message": message})

    def stop_requested(self) -> bool:
        """Whether to finish the step, write a checkpoint and raise Cancelled. Costs nothing: ask at every step."""
        return self._stop.requested()

    def _checkpoint_path(self, step: int) -> Path:
        return self.attempt_folder / "checkpoints" / f"step-{step:08d}"

    def _remove_old_checkpoints(self) -> None:
        complete = sorted(path.parent for path in self.attempt_folder.glob(f"checkpoints/step-*/{COMPLETE}"))
        for folder in complete[:-_KEPT_CHECKPOINTS]:
            (folder / COMPLETE).unlink()
            shutil.rmtree(folder)


def check_checkpoint(folder: Path) -> None:
    """Raises UserMistake unless `folder` is a complete checkpoint whose files have the sizes they were marked with."""
    mark = folder / COMPLETE
    if not mark.is_file():
        raise UserMistake(
            "checkpoint_incomplete", f"{folder.name} is no complete checkpoint. Continue from an earlier one."
        )
    for name, size in json.loads(mark.read_text(encoding="utf-8"))["files"].items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            raise UserMistake(
                "checkpoint_damaged", f"{folder.name}/{name} is damaged. Continue from an earlier checkpoint."
            )
