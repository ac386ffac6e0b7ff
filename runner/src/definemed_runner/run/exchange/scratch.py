"""Where attempts work on this machine: `DEFINEMED_SCRATCH`, a folder for each attempt, and inputs kept for the next."""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from definemed_runner.run.errors import StoreFault, UserMistake


class ScratchFull(StoreFault):
    """This machine's own disk, not the store."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "scratch_full",
            f"The disk of the cluster's machine is full ({folder}). Set DEFINEMED_SCRATCH to a folder on a larger one.",
        )


class Scratch:
    """The runner's own folder on this machine, one for each store."""

    def __init__(self, store_address: str, environment: Mapping[str, str] = os.environ) -> None:
        named = environment.get("DEFINEMED_SCRATCH")
        base = Path(named) if named else Path(tempfile.gettempdir()) / f"definemed-{os.getuid()}"
        self.root = base / hashlib.sha256(store_address.encode()).hexdigest()[:16]
        self.inputs = self.root / "inputs"
        self._attempts = self.root / "attempts"
        try:
            # What people wrote and what is sensitive lies here: for nobody else's eyes.
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            if base.stat().st_uid != os.getuid():
                raise UserMistake("scratch_unusable", f"{base} belongs to another user. Set DEFINEMED_SCRATCH.")
            for folder in (self.root, self.inputs, self._attempts):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as fault:
            raise UserMistake(
                "scratch_unusable", f"{base} can't be written ({fault.strerror}). Set DEFINEMED_SCRATCH to a folder."
            ) from fault

    @contextmanager
    def attempt_root(self, run_id: str, attempt: int) -> Iterator[Path]:
        """An empty folder that is laid out as the store is, for one attempt; removed afterwards.

        Raises StoreFault `attempt_in_use` where another process of this machine works on the attempt. What processes
        left that were killed is removed.
        """
        self._remove_abandoned()
        folder = self._attempts / f"{run_id}-{attempt}"
        with locked(folder.with_suffix(".lock")) as mine:
            if not mine:
                raise StoreFault("attempt_in_use", "Another process of this machine works on this attempt.")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def make_room(self, needed: int, keep: set[str]) -> None:
        """Remove inputs that were not used for longest until `needed` bytes fit; raises ScratchFull when they can't."""
        kept = sorted(self.inputs.glob("*/used"), key=lambda mark: mark.stat().st_mtime)
        for mark in [*kept, None]:
            # A little is left over: what the attempt itself writes needs room too.
            if shutil.disk_usage(self.root).free > needed * 1.02 + (64 << 20):
                return
            if mark is None or mark.parent.name in keep:
                continue
            with locked(mark.parent.with_suffix(".lock")) as mine:
                if mine:
                    shutil.rmtree(mark.parent, ignore_errors=True)
        raise ScratchFull(self.root)

    def _remove_abandoned(self) -> None:
        for folder in self._attempts.iterdir():
            if not folder.is_dir():
                continue
            with locked(folder.with_suffix(".lock")) as mine:
                if mine:
                    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Whether the lock could be had; it is held for the block, and freed by the kernel when the process dies."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(descriptor)
