"""The small things between an attempt and the studio: its events go out, the wishes to stop come in."""

import os
import sys
import threading
import time
from hashlib import sha256
from pathlib import Path

from definemed_runner.run.errors import StoreFault
from definemed_runner.run.exchange.bucket import AlreadyThere, Bucket
from definemed_runner.run.exchange.patience import patience_seconds
from definemed_runner.run.stop import CANCELLED_EXIT_CODE

_LARGEST_EVENTS = 64 << 20


class Messenger:
    """Looks every two seconds, in a thread of its own, for `control/…` in the bucket and for new event files here.

    A wish to cancel is laid down where the attempt looks for it. A fenced attempt ends on the spot: another may already
    be at work. A store that is away is asked again; when it has been away for too long, the attempt is asked to stop
    and `fault` says why.
    """

    def __init__(self, bucket: Bucket, folder: Path, key: str, interval_seconds: float = 2.0) -> None:
        self._bucket = bucket
        self._folder = folder
        self._key = key
        self._interval_seconds = interval_seconds
        self._next_event = 1
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._away_since: float | None = None
        self._thread = threading.Thread(target=self._look_regularly, name="messenger", daemon=True)
        self.fault: StoreFault | None = None

    def start(self) -> None:
        """Take up the numbering of the events that are in the bucket already, then keep looking. Raises StoreFault."""
        self.look()
        events = self._folder / "events"
        events.mkdir(parents=True, exist_ok=True)
        for name, _ in self._bucket.names(f"{self._key}/events/"):
            # Of an earlier process of this attempt; their content is the studio's by now.
            (events / name.rpartition("/")[2]).touch()
        numbers = [int(path.stem) for path in events.glob("*.jsonl") if path.stem.isdigit()]
        self._next_event = 1 + max(numbers, default=0)
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def cancelled(self) -> bool:
        """Whether the attempt has been asked to stop."""
        return (self._folder / "control" / "cancel").exists()

    def request_stop(self) -> None:
        """Ask the attempt to stop as the studio would."""
        sign = self._folder / "control" / "cancel"
        sign.parent.mkdir(parents=True, exist_ok=True)
        sign.touch()

    def look(self) -> None:
        """Read the control signs now; ends the process where the attempt is fenced."""
        if self._bucket.look(f"{self._key}/control/fenced") is not None:
            print("Another attempt has taken over; this one ends.", file=sys.stderr, flush=True)
            os._exit(CANCELLED_EXIT_CODE)
        if self._bucket.look(f"{self._key}/control/cancel") is not None:
            self.request_stop()

    def send_events(self) -> None:
        """Send the event files that are not in the bucket yet, in order. Raises StoreFault."""
        with self._lock:
            while True:
                name = f"{self._next_event:06d}.jsonl"
                path = self._folder / "events" / name
                if not path.exists():
                    return
                content = path.read_bytes()
                try:
                    digest = sha256(content).hexdigest()
                    self._bucket.write(f"{self._key}/events/{name}", content, digest, only_new=True)
                except AlreadyThere:
                    raise StoreFault(
                        "attempt_in_use", f"Another process writes this attempt's events: {name} is there already."
                    ) from None
                self._next_event += 1

    def _look_regularly(self) -> None:
        while not self._over.wait(self._interval_seconds):
            try:
                self.look()
                self.send_events()
                self._away_since = None
            except StoreFault as fault:
                self._keep(fault)
            except Exception as fault:
                self._keep(StoreFault("store_unwritable", f"{type(fault).__name__}: {fault}"))

    def _keep(self, fault: StoreFault) -> None:
        now = time.monotonic()
        if self._away_since is None:
            self._away_since = now
            print(f"Waiting: {fault.message}", file=sys.stderr, flush=True)
        if fault.code == "attempt_in_use" or now - self._away_since > patience_seconds():
            self.fault = fault
            self.request_stop()
