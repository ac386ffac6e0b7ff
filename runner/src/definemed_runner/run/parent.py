"""Dying with the parent, for processes whose starter may be killed without a chance to stop them."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends (Linux). Call it first thing after the start."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have died just before the kernel was asked.
    if os.getppid() != parent:
        os._exit(1)
