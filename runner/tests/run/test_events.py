"""The event files: numbered without gaps, whole, thread-safe, and patient with a store that is full for a while."""

import errno
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from definemed_runner.run import events as events_module
from definemed_runner.run.errors import StoreFault
from definemed_runner.run.events import EventWriter, metric_event


def numbers_in(folder: Path) -> list[int]:
    files = sorted(folder.glob("*.jsonl"))
    assert [path.name for path in files] == [f"{number:06d}.jsonl" for number in range(1, len(files) + 1)]
    return [json.loads(line)["done"] for path in files for line in path.read_text().splitlines()]


def until(condition: Callable[[], bool]) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


def test_many_threads_lose_and_double_nothing(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path, interval_seconds=0.005)

    def emit_thousand(start: int) -> None:
        for number in range(start, start + 1000):
            writer.emit({"type": "progress", "done": number})

    threads = [threading.Thread(target=emit_thousand, args=(start * 1000,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    assert sorted(numbers_in(tmp_path)) == list(range(4000))


def test_a_burst_is_one_file(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path, interval_seconds=60)
    for number in range(100):
        writer.emit({"type": "progress", "done": number})
    writer.close()
    writer.close()
    assert [path.name for path in tmp_path.iterdir()] == ["000001.jsonl"]
    assert numbers_in(tmp_path) == list(range(100))


def test_nothing_to_say_writes_no_file(tmp_path: Path) -> None:
    EventWriter(tmp_path, interval_seconds=0.001).close()
    assert list(tmp_path.iterdir()) == []


def test_a_second_start_goes_on_with_the_next_number(tmp_path: Path) -> None:
    for number in range(2):
        writer = EventWriter(tmp_path, interval_seconds=60)
        writer.emit({"type": "progress", "done": number})
        writer.close()
    assert numbers_in(tmp_path) == [0, 1]


def test_another_writer_of_the_same_attempt_is_noticed(tmp_path: Path) -> None:
    writer = EventWriter(tmp_path, interval_seconds=60)
    (tmp_path / "000001.jsonl").write_text("")
    writer.emit({"type": "log"})
    with pytest.raises(StoreFault, match="attempt_in_use"):
        writer.close()


def refuse_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(events_module, "write_atomically", refuse)


def test_a_store_that_is_full_for_a_while_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = EventWriter(tmp_path, interval_seconds=0.005, patience_seconds=600)
    with monkeypatch.context() as full:
        refuse_writes(full)
        writer.emit({"type": "progress", "done": 0})
        until(lambda: writer._failing_since is not None)
        writer.emit({"type": "progress", "done": 1})
    writer.close()
    assert numbers_in(tmp_path) == [0, 1]


def test_a_store_that_stays_full_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_writes(monkeypatch)
    writer = EventWriter(tmp_path, interval_seconds=0.005, patience_seconds=0)
    writer.emit({"type": "log"})
    until(lambda: writer._fault is not None)
    with pytest.raises(StoreFault, match="store_full"):
        writer.emit({"type": "log"})
    with pytest.raises(StoreFault, match="store_full"):
        writer.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_json_cannot_carry_becomes_a_warning(value: float) -> None:
    assert metric_event("loss", 3, value)["code"] == "metric_not_finite"
    assert metric_event("loss", 3, 2.5) == {"type": "metric", "name": "loss", "step": 3, "value": 2.5}
