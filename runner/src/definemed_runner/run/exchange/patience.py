"""Waiting for a store that does not answer: the work is kept, and tried again until the limit."""

import os
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from definemed_runner.run.errors import Cancelled
from definemed_runner.run.exchange.bucket import StoreAccessDenied, StoreUnreachable

_DEFAULT_SECONDS = 3600.0
# Rights and keys that are being changed become right within moments; waiting an hour for a wrong key helps nobody.
_DENIED_SECONDS = 60.0
_LONGEST_PAUSE = 30.0

Result = TypeVar("Result")


def patience_seconds() -> float:
    """For how long a store may be away, `DEFINEMED_STORE_PATIENCE_SECONDS`."""
    try:
        return max(0.0, float(os.environ.get("DEFINEMED_STORE_PATIENCE_SECONDS", _DEFAULT_SECONDS)))
    except ValueError:
        return _DEFAULT_SECONDS


def patiently(
    action: Callable[[], Result],
    *,
    seconds: float | None = None,
    given_up: Callable[[], bool] = lambda: False,
    pause: Callable[[float], object] = time.sleep,
) -> Result:
    """Carry `action` out; while the store is away or refuses, again with growing pauses. Then raises its StoreFault.

    `given_up` is asked between two tries; where it says so, raises Cancelled.
    """
    limit = patience_seconds() if seconds is None else seconds
    since: float | None = None
    wait = 1.0
    while True:
        try:
            return action()
        except (StoreUnreachable, StoreAccessDenied) as fault:
            now = time.monotonic()
            if since is None:
                since = now
                print(f"Waiting: {fault.message}", file=sys.stderr, flush=True)
            patience = limit if isinstance(fault, StoreUnreachable) else min(limit, _DENIED_SECONDS)
            if now - since + wait > patience:
                raise
        for _ in range(max(1, int(wait))):
            if given_up():
                raise Cancelled
            pause(min(wait, 1.0))
        wait = min(wait * 2, _LONGEST_PAUSE)
