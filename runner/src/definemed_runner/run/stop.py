"""How an attempt hears that it has to stop: SIGTERM, `control/cancel`, `control/fenced`."""

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

CANCELLED_EXIT_CODE = 3


class StopWatch:
    """Looks for `control/cancel` and `control/fenced` twice a second, in a thread of its own, and listens to SIGTERM.

    A cancelled attempt finishes its step and ends by itself. A fenced one was replaced: another attempt may already
    be at work, so the process ends on the spot and writes nothing more.
    """

    def __init__(self, control_folder: Path, interval_seconds: float = 0.5) -> None:
        self._control_folder = control_folder
        self._interval_seconds = interval_seconds
        self._requested = threading.Event()
        self._over = threading.Event()
        self._previous: dict[int, Any] = {}
        self._thread = threading.Thread(target=self._look_regularly, name="stop-watch", daemon=True)

    def start(self) -> None:
        """Look once, then keep looking until `stop`; takes over SIGTERM and SIGINT."""
        self.look()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._previous[number] = signal.signal(number, self._on_signal)
        self._thread.start()

    def stop(self) -> None:
        """Stop looking and give the signals back."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def requested(self) -> bool:
        """Whether the attempt has to stop. Costs nothing: ask at every step."""
        return self._requested.is_set()

    def request(self) -> None:
        """Ask the attempt to stop."""
        self._requested.set()

    def look(self) -> None:
        """Read the control files now."""
        if (self._control_folder / "fenced").exists():
            print("Another attempt has taken over; this one ends.", file=sys.stderr, flush=True)
            os._exit(CANCELLED_EXIT_CODE)
        if (self._control_folder / "cancel").exists():
            self._requested.set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._requested.set()

    def _look_regularly(self) -> None:
        while not self._over.wait(self._interval_seconds):
            self.look()
