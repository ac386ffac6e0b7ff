"""How far the preparation is, as JSON lines for whoever started it."""

import json
import time
from collections.abc import Callable
from typing import TextIO

_INTERVAL_SECONDS = 0.25


class ProgressLines:
    """Writes `{"model", "phase", "done", "total"}` lines, not more often than is useful to look at."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last_time = 0.0

    def start(self, model: str, phase: str) -> Callable[[int, int], None]:
        """Report the start of a phase; the function returned reports `done` and `total` of it."""
        self._write(model, phase, 0, 1)

        def report(done: int, total: int) -> None:
            if done >= total or time.monotonic() - self._last_time >= _INTERVAL_SECONDS:
                self._write(model, phase, done, total)

        return report

    def ready(self, model: str) -> None:
        """The model lies complete in the cache."""
        self._write(model, "ready", 1, 1)

    def _write(self, model: str, phase: str, done: int, total: int) -> None:
        self._last_time = time.monotonic()
        line = json.dumps({"model": model, "phase": phase, "done": done, "total": total})
        self._stream.write(line + "\n")
        self._stream.flush()
