"""The large things: checkpoints while the attempt works, outputs and the manifest when it is done."""

import json
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from definemed_runner.run.context import COMPLETE
from definemed_runner.run.digests import file_sha256
from definemed_runner.run.errors import Cancelled, StoreFault, UserMistake
from definemed_runner.run.exchange.bucket import Bucket
from definemed_runner.run.exchange.messenger import Messenger
from definemed_runner.run.exchange.patience import patiently
from definemed_runner.run.exchange.transfers import Damaged, fetch_file, send_described, send_file
from definemed_runner.run.files import list_files, write_atomically, write_json_atomically
from definemed_runner.run.kept import KEPT, counting_up, parse_mark, read_mark

_KEPT_CHECKPOINTS = 2
_LARGEST_MARK = 64 << 20


class _Superseded(Exception):
    """A newer checkpoint makes this one needless, or the attempt is done."""


class Carrier:
    """Sends what the next attempt can use: each checkpoint once it is complete, and each folder that is kept
    (run/kept.py), their marks last. Of the checkpoints the newest two complete ones stay in the bucket.

    A checkpoint that is replaced here while it is being sent is given up for the newer one.
    """

    def __init__(self, bucket: Bucket, folder: Path, key: str, messenger: Messenger) -> None:
        self._bucket = bucket
        self._folder = folder
        self._key = key
        self._messenger = messenger
        self._sent_files: dict[str, tuple[int, int]] = {}
        self._sent_kept: set[str] = set()
        self._complete = sorted(self._marks_in_bucket())
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._send_regularly, name="carrier", daemon=True)

    def start(self) -> None:
        """Keep sending checkpoints, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more; a checkpoint under way stays without its mark."""
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()

    def send_last_checkpoint(self) -> None:
        """Send the newest checkpoint if it is not sent. Raises StoreFault. Call it after `stop`."""
        step = self._newest_here()
        if step is not None and step not in self._complete:
            patiently(lambda: self._send_checkpoint(step, lambda _: None))

    def send_kept(self) -> None:
        """Send what is kept and not sent yet. Raises StoreFault. Call it after `stop`."""
        patiently(lambda: self._send_kept(lambda _: None))

    def remove_kept(self) -> None:
        """Remove what this run's attempts keep in the bucket, once the manifest is there. Raises StoreFault."""
        run_key, _, attempt = self._key.rpartition("/")
        for number in range(1, int(attempt) + 1):
            prefix = f"{run_key}/{number}/{KEPT}/"
            for key, upload in self._bucket.uploads(prefix):
                self._bucket.drop_upload(key, upload)
            # The marks first, so that nothing half removed counts.
            for key, _ in sorted(self._bucket.names(prefix), key=lambda each: not each[0].endswith(COMPLETE)):
                self._bucket.remove(key)

    def send_outputs(self, progress: Callable[[int, int], None]) -> None:
        """Send every file that the manifest names. Raises StoreFault, or Cancelled when asked to stop."""
        files = json.loads((self._folder / "manifest.json").read_bytes())["files"]
        total = sum(each["bytes"] for each in files)
        done = 0

        def on_bytes(more: int) -> None:
            nonlocal done
            if self._messenger.cancelled():
                raise Cancelled
            done += more
            progress(done, total)

        for each in files:
            before = done

            def send(path: str = each["path"], sha256: str = each["sha256"], before: int = before) -> None:
                nonlocal done
                done = before
                if self._is_sent(path):
                    on_bytes((self._folder / path).stat().st_size)
                    return
                send_file(self._bucket, f"{self._key}/{path}", self._folder / path, sha256, on_bytes)

            patiently(send, given_up=self._messenger.cancelled)

    def send_manifest(self) -> None:
        """Send the manifest, once all else is there. Raises StoreFault, or Cancelled when asked to stop."""

        def finish() -> None:
            self._messenger.send_events()
            self._messenger.look()
            send_described(self._bucket, f"{self._key}/manifest.json", self._folder / "manifest.json")

        patiently(finish, given_up=self._messenger.cancelled)

    def send_outcome(self, seconds: float | None = None) -> None:
        """Send why the attempt failed, if need be for so many seconds. Raises StoreFault."""
        path = self._folder / "outcome.json"
        if not path.exists():
            return

        def finish() -> None:
            self._messenger.look()
            send_described(self._bucket, f"{self._key}/outcome.json", path)

        patiently(finish, seconds=seconds)

    def _send_regularly(self) -> None:
        while not self._done.wait(1.0):
            try:
                self._send_kept(self._check_done)
                self._send_newest()
            except _Superseded:
                continue
            except (StoreFault, OSError) as fault:
                # The messenger watches how long the store has been away; this thread just tries again.
                print(f"A checkpoint is not sent yet: {fault}", file=sys.stderr, flush=True)
                self._done.wait(5.0)

    def _check_done(self, _: int) -> None:
        if self._done.is_set():
            raise _Superseded

    def _send_kept(self, on_bytes: Callable[[int], None]) -> None:
        for mark in sorted(self._folder.glob(f"{KEPT}/*/{COMPLETE}")):
            name, files = mark.parent.name, read_mark(mark.parent)
            if name in self._sent_kept or files is None:
                continue
            try:
                for each in files:
                    path, key = mark.parent / each.path, f"{self._key}/{KEPT}/{name}/{each.path}"
                    # What an interrupted try has brought is there already.
                    found = self._bucket.look(key)
                    if found is None or found.sha256 != each.sha256:
                        send_file(self._bucket, key, path, each.sha256, on_bytes)
                self._messenger.look()
                send_described(self._bucket, f"{self._key}/{KEPT}/{name}/{COMPLETE}", mark)
            except FileNotFoundError:
                # The run is done, and nobody needs it any more.
                continue
            self._sent_kept.add(name)

    def _send_newest(self) -> None:
        step = self._newest_here()
        if step is None or step in self._complete:
            return

        def check(_: int) -> None:
            if self._done.is_set() or self._newest_here() != step:
                raise _Superseded

        self._send_checkpoint(step, check)

    def _newest_here(self) -> int | None:
        steps = [int(path.parent.name[5:]) for path in self._folder.glob(f"checkpoints/step-*/{COMPLETE}")]
        return max(steps, default=None)

    def _send_checkpoint(self, step: int, on_bytes: Callable[[int], None]) -> None:
        name = f"checkpoints/step-{step:08d}"
        mark = self._folder / name / COMPLETE
        try:
            described = json.loads(mark.read_text(encoding="utf-8"))
            # Marks first in the listing, last on the way: what a mark speaks of is then in the bucket before it.
            beside = [[*list_files(self._folder / each)] for each in reversed(described.get("beside", []))]
            for path in [file for files in reversed(beside) for file in files]:
                on_bytes(0)
                self._send(path, on_bytes)
            for each in described["files"]:
                self._send(self._folder / name / each, on_bytes)
            self._messenger.look()
            send_described(self._bucket, f"{self._key}/{name}/{COMPLETE}", mark)
        except FileNotFoundError as fault:
            raise _Superseded from fault
        self._complete = sorted({*self._complete, step})
        for old in self._complete[:-_KEPT_CHECKPOINTS]:
            self._remove_checkpoint(old)

    def _send(self, path: Path, on_bytes: Callable[[int], None]) -> None:
        relative = path.relative_to(self._folder).as_posix()
        if self._is_sent(relative):
            return
        info = path.stat()
        send_file(self._bucket, f"{self._key}/{relative}", path, file_sha256(path, on_bytes), on_bytes)
        self._sent_files[relative] = (info.st_size, info.st_mtime_ns)

    def _is_sent(self, relative: str) -> bool:
        info = (self._folder / relative).stat()
        return self._sent_files.get(relative) == (info.st_size, info.st_mtime_ns)

    def _remove_checkpoint(self, step: int) -> None:
        folder = f"{self._key}/checkpoints/step-{step:08d}/"
        self._bucket.remove(folder + COMPLETE)
        for name, _ in self._bucket.names(folder):
            self._bucket.remove(name)
        self._complete.remove(step)

    def _marks_in_bucket(self) -> Iterator[int]:
        for name, _ in self._bucket.names(f"{self._key}/checkpoints/"):
            if name.endswith(f"/{COMPLETE}"):
                yield int(name.split("/")[-2][5:])


@dataclass(frozen=True)
class _Fetched:
    key: str
    path: Path
    bytes: int


def fetch_checkpoint(bucket: Bucket, root: Path, address: str, on_bytes: Callable[[int], None]) -> None:
    """Fetch a complete checkpoint, and what lies beside it, to where it lies in the store."""
    key = address.removeprefix("store:")
    folder = root / key
    try:
        mark = bucket.read(f"{key}/{COMPLETE}", _LARGEST_MARK)
    except ValueError as fault:
        raise UserMistake("checkpoint_damaged", f"{folder.name}: {fault}.") from fault
    if mark is None:
        raise UserMistake(
            "checkpoint_incomplete", f"{folder.name} is no complete checkpoint. Continue from an earlier one."
        )
    try:
        described = json.loads(mark)
        wanted = [_Fetched(f"{key}/{name}", folder / name, int(size)) for name, size in described["files"].items()]
        attempt_key = key.rpartition("/checkpoints/")[0]
        for each in described.get("beside", []):
            for name, size in bucket.names(f"{attempt_key}/{each}/"):
                wanted.append(_Fetched(name, root / name, size))
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise UserMistake("checkpoint_damaged", f"The mark of {folder.name} can't be read.") from fault
    resolved_root = root.resolve()
    for each in wanted:
        if not each.path.resolve().is_relative_to(resolved_root):
            raise UserMistake("checkpoint_damaged", f"The mark of {folder.name} names files outside of it.")
        try:
            fetch_file(bucket, each.key, each.path, each.bytes, None, on_bytes)
        except (Damaged, FileNotFoundError) as fault:
            shutil.rmtree(folder, ignore_errors=True)
            raise UserMistake(
                "checkpoint_damaged", f"{folder.name} is damaged ({fault}). Continue from an earlier checkpoint."
            ) from fault
    write_json_atomically(folder / COMPLETE, described)


def fetch_kept(bucket: Bucket, root: Path, run_key: str, attempt: int, on_bytes: Callable[[int, int], None]) -> None:
    """Fetch what the attempts before `attempt` keep to where it lies in the store: of each name the newest whole one.

    `run_key` is `runs/ID/attempts`. What is damaged is left out, as if nobody had kept it. `on_bytes` hears how many
    bytes of how many are here, and may raise to stop.
    """
    found: set[str] = set()
    for number in range(attempt - 1, 0, -1):
        prefix = f"{run_key}/{number}/{KEPT}/"
        marks = [key for key, _ in bucket.names(prefix) if key.endswith(f"/{COMPLETE}")]
        for key in marks:
            name = key.removeprefix(prefix).removesuffix(f"/{COMPLETE}")
            if name not in found and Path(name).name == name and _fetch_kept(bucket, root, key, on_bytes):
                found.add(name)


def _fetch_kept(bucket: Bucket, root: Path, mark_key: str, on_bytes: Callable[[int, int], None]) -> bool:
    folder = (root / mark_key).parent
    try:
        mark = bucket.read(mark_key, _LARGEST_MARK)
        files = None if mark is None else parse_mark(mark)
        if mark is None or files is None:
            return False
        count = counting_up(files, on_bytes)
        for each in files:
            key = f"{mark_key.rpartition('/')[0]}/{each.path}"
            fetch_file(bucket, key, folder / each.path, each.bytes, each.sha256, count)
    except (Damaged, FileNotFoundError, ValueError):
        shutil.rmtree(folder, ignore_errors=True)
        return False
    write_atomically(folder / COMPLETE, mark)
    return True
