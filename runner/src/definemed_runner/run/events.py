"""The events of an attempt: small numbered files that the studio reads exactly once."""

import json
import math
import threading
import time
from pathlib import Path
from typing import Any, Protocol

from definemed_runner.run.errors import StoreFault, as_store_fault
from definemed_runner.run.files import write_atomically


class Events(Protocol):
    """What takes the events of an attempt."""

    def emit(self, event: dict[str, Any]) -> None: ...


class NoEvents:
    """For the ranks that don't lead: one voice per attempt is enough."""

    def emit(self, event: dict[str, Any]) -> None:
        return None


class EventWriter:
    """Buffers events and writes them to `000001.jsonl`, `000002.jsonl`, … without gaps, at most one file an interval.

    Thread-safe. Each file appears whole, by rename, so that a reader never sees half a line. A store that takes no
    more is tried again for `patience_seconds`, with the events kept; then the next `emit` raises StoreFault.
    """

    def __init__(self, folder: Path, interval_seconds: float = 2.0, patience_seconds: float = 30.0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._interval_seconds = interval_seconds
        self._patience_seconds = patience_seconds
        written = (int(path.stem) for path in folder.glob("*.jsonl") if path.stem.isdigit())
        self._next_number = 1 + max(written, default=0)
        self._lines: list[str] = []
        self._buffer_lock = threading.Lock()
        self._failing_since: float | None = None
        self._fault: StoreFault | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._write_regularly, name="events", daemon=True)
        self._thread.start()

    def emit(self, event: dict[str, Any]) -> None:
        """Add one event; its `time` is set here. Raises StoreFault when the store has taken none for a while."""
        if self._fault is not None:
            raise self._fault
        line = json.dumps({**event, "time": round(time.time(), 3)}, allow_nan=False) + "\n"
        with self._buffer_lock:
            self._lines.append(line)

    def close(self) -> None:
        """Write what is left without waiting for the interval. Raises StoreFault when that fails. Safe to repeat."""
        self._closing.set()
        self._thread.join()
        fault = self._write_next_file()
        if fault is not None:
            raise fault

    def _write_regularly(self) -> None:
        while not self._closing.wait(self._interval_seconds):
            fault = self._write_next_file()
            if fault is None:
                self._failing_since = None
                continue
            now = time.monotonic()
            self._failing_since = self._failing_since or now
            if now - self._failing_since >= self._patience_seconds:
                self._fault = fault
                return

    def _write_next_file(self) -> StoreFault | None:
        # Only the writing thread comes here, and `close` once that thread has ended.
        with self._buffer_lock:
            taken = len(self._lines)
            content = "".join(self._lines).encode()
        if taken == 0:
            return None
        path = self._folder / f"{self._next_number:06d}.jsonl"
        if path.exists():
            return StoreFault("attempt_in_use", f"Another process writes this attempt's events: {path.name} exists.")
        try:
            write_atomically(path, content)
        except OSError as fault:
            return as_store_fault(fault) or StoreFault("store_unwritable", f"Events can't be written: {fault}.")
        self._next_number += 1
        with self._buffer_lock:
            del self._lines[:taken]
        return None


def metric_event(name: str, step: int, value: float) -> dict[str, Any]:
    """A `metric` event; a value that JSON can't carry becomes a `metric_not_finite` warning."""
    number = float(value)
    if not math.isfinite(number):
        message = f"{name} at step {step} is {number}."
        return {"type": "warning", "code": "metric_not_finite", "message": message}
    return {"type": "metric", "name": name, "step": int(step), "value": number}
