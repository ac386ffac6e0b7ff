"""Checkpoints count only when they are complete."""

from pathlib import Path

import pytest

from definemed_runner.run.context import RunContext
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.execute import open_run, read_attempt_spec
from definemed_runner.run.stop import StopWatch
from definemed_runner.run.store import Store
from support import write_attempt

MERGE = {"method": "slerp", "t": {"default": 0.5, "layers": None, "rules": []}}


class Collected:
    """Keeps events in a list."""

    def __init__(self) -> None:
        self.events: list[dict[str, object]] = []

    def emit(self, event: dict[str, object]) -> None:
        self.events.append(event)


def open_attempt(store: Store, attempt: int = 1, resume: str | None = None) -> tuple[RunContext, Collected]:
    model = store.root / "model"
    model.mkdir(exist_ok=True)
    folder = write_attempt(store, "merge", {"first": model, "second": model}, MERGE, attempt=attempt, resume=resume)
    events = Collected()
    spec = read_attempt_spec(store, "run-1", attempt)
    return open_run(store, spec, StopWatch(folder / "control"), events), events


def write_checkpoint(context: RunContext, step: int) -> Path:
    folder = context.checkpoint_folder(step)
    (folder / "state.bin").write_bytes(bytes(step))
    context.mark_checkpoint(step, {"lossSum": step / 3})
    return folder


def test_the_newest_two_are_kept(store: Store) -> None:
    context, events = open_attempt(store)
    for step in (5, 10, 15):
        write_checkpoint(context, step)
    kept = sorted(path.name for path in (context.attempt_folder / "checkpoints").iterdir())
    assert kept == ["step-00000010", "step-00000015"]
    assert [event["step"] for event in events.events] == [5, 10, 15]


def test_the_next_attempt_finds_the_state_to_the_bit(store: Store) -> None:
    context, events = open_attempt(store)
    folder = write_checkpoint(context, 10)
    second, _ = open_attempt(store, attempt=2, resume=str(events.events[0]["address"]))
    assert second.resume_folder() == folder
    assert second.resume_state() == {"lossSum": 10 / 3, "step": 10}


def test_a_checkpoint_without_its_mark_is_refused(store: Store) -> None:
    context, _ = open_attempt(store)
    (context.checkpoint_folder(10) / "state.bin").write_bytes(b"half")
    with pytest.raises(UserMistake, match="checkpoint_incomplete"):
        open_attempt(store, attempt=2, resume="store:runs/run-1/attempts/1/checkpoints/step-00000010")


def test_a_checkpoint_that_lost_bytes_is_refused(store: Store) -> None:
    context, _ = open_attempt(store)
    folder = write_checkpoint(context, 10)
    (folder / "state.bin").write_bytes(b"")
    with pytest.raises(UserMistake, match="checkpoint_damaged"):
        open_attempt(store, attempt=2, resume="store:runs/run-1/attempts/1/checkpoints/step-00000010")


def test_the_rest_of_a_half_written_checkpoint_does_not_get_into_the_next(store: Store) -> None:
    context, _ = open_attempt(store)
    (context.checkpoint_folder(10) / "old.bin").write_bytes(b"half")
    folder = write_checkpoint(context, 10)
    assert sorted(path.name for path in folder.iterdir()) == ["complete.json", "state.bin"]
