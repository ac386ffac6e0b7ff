"""Checkpoints are written while the training goes on, and count only once they are whole."""

import errno
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from definemed_runner.language_models import pretrain
from definemed_runner.language_models.pretraining import checkpoints
from definemed_runner.run import RunContext
from definemed_runner.run.errors import as_store_fault
from language_models.tiny_models import RecordedEvents, make_context, make_model, make_spec
from language_models.training_runs import parameters, write_corpus


class Watched(RecordedEvents):
    """Tells when the loss of a step has come."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: dict[int, threading.Event] = {}

    def step(self, number: int) -> threading.Event:
        return self._steps.setdefault(number, threading.Event())

    def emit(self, event: dict[str, Any]) -> None:
        super().emit(event)
        if event.get("name") == "loss":
            self.step(event["step"]).set()


def run_with(tmp_path: Path, events: RecordedEvents, before_mark: Callable[[int], None]) -> RunContext:
    """A training of ten steps with checkpoints at 4 and 8; `before_mark` is called as each is about to be marked."""
    inputs = {"corpus": write_corpus(tmp_path / "corpus"), "base": make_model(tmp_path / "base", 1)}
    context = make_context(tmp_path / "store", make_spec("pretrain", inputs, parameters()), events)
    mark = context.mark_checkpoint

    def watched_mark(step: int, extra: Mapping[str, Any] | None = None, beside: Sequence[str] = ()) -> None:
        before_mark(step)
        mark(step, extra, beside)

    context.mark_checkpoint = watched_mark
    pretrain.run(context)
    return context


def marked(events: RecordedEvents) -> list[int]:
    return [event["step"] for event in events.events if event["type"] == "checkpoint"]


def test_the_training_goes_on_while_a_checkpoint_is_written_and_the_next_one_waits(tmp_path: Path) -> None:
    events = Watched()
    seen: list[tuple[int, bool]] = []

    def before_mark(step: int) -> None:
        if step == 4:
            went_on = events.step(8).wait(60)
            seen.append((len(marked(events)), went_on))

    context = run_with(tmp_path, events, before_mark)
    # Four more steps were taken before the first checkpoint counted, and the second came after it.
    assert seen == [(0, True)]
    assert marked(events) == [4, 8]
    folders = sorted(path.parent.name for path in context.attempt_folder.glob("checkpoints/*/complete.json"))
    assert folders == ["step-00000004", "step-00000008"]
    assert set(events.metrics("checkpoint_seconds")) == set(events.metrics("checkpoint_write_seconds")) == {4, 8}
    # The step of the second one stood still until the first was whole.
    order = [(event["type"], event.get("name"), event["step"]) for event in events.events if "step" in event]
    assert order.index(("checkpoint", None, 4)) < order.index(("metric", "loss", 9))


def test_a_checkpoint_that_can_not_be_written_ends_the_training_with_the_reason(tmp_path: Path) -> None:
    events = Watched()

    def before_mark(_step: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as caught:
        run_with(tmp_path, events, before_mark)
    fault = as_store_fault(caught.value)
    assert fault is not None
    assert fault.code == "store_full"
    assert marked(events) == []
    assert max(events.metrics("loss")) < 9


def test_without_memory_for_a_copy_the_training_waits_for_the_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_MEMORY_RESERVE", 1e12)
    events = Watched()
    steps: list[int] = []
    run_with(tmp_path, events, lambda _: steps.append(max(events.metrics("loss"))))
    assert steps == marked(events) == [4, 8]
    told = [event["message"] for event in events.events if event["type"] == "log"]
    assert sum("no memory for a copy" in message for message in told) == 1


def test_what_another_node_has_written_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "step-00000004" / "state"
    folder.mkdir(parents=True)
    (folder / "__0_0.distcp").touch()
    writer = threading.Timer(0.6, (folder / "__1_0.distcp").touch)
    writer.start()
    checkpoints._wait_until_seen(folder, {"__0_0.distcp", "__1_0.distcp"})
    writer.join()
    monkeypatch.setattr(checkpoints, "_LOOK_SECONDS", 0.0)
    with pytest.raises(Exception, match=r"store_unwritable.*__2_0\.distcp"):
        checkpoints._wait_until_seen(folder, {"__2_0.distcp"})
