"""One attempt whose artifact store is a bucket: fetch, work here as in a shared folder, send; the manifest last."""

import json
import os
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from definemed_runner.run.context import PROGRESS_SECONDS
from definemed_runner.run.errors import Cancelled, StoreFault, ToldError, UserMistake, as_store_fault
from definemed_runner.run.events import EventWriter
from definemed_runner.run.exchange.bucket import Bucket, StoreAccessDenied, StoreUnreachable
from definemed_runner.run.exchange.carrier import Carrier, fetch_checkpoint, fetch_kept
from definemed_runner.run.exchange.inputs import SentInput, fetch_input, read_index, show_input
from definemed_runner.run.exchange.messenger import Messenger
from definemed_runner.run.exchange.patience import patiently
from definemed_runner.run.exchange.scratch import Scratch, ScratchFull
from definemed_runner.run.execute import execute_attempt, read_attempt_spec
from definemed_runner.run.files import write_atomically
from definemed_runner.run.outcome import tell_failure
from definemed_runner.run.release import check_release
from definemed_runner.run.spec import RUN_ID
from definemed_runner.run.stop import CANCELLED_EXIT_CODE
from definemed_runner.run.store import Store

_LARGEST_SPEC = 64 << 20


def execute_in_bucket(address: str, run_id: str, attempt: int) -> int:
    """As `execute_attempt`, for a store `s3://bucket/prefix`; never raises. Where the store can't be told why the
    attempt failed, the last line of standard output still does.
    """
    if RUN_ID.fullmatch(run_id) is None or attempt < 1:
        return tell_failure(None, 2, UserMistake("spec_missing", f"There is no attempt {attempt} of run {run_id!r}."))
    try:
        bucket = Bucket(address)
        scratch = Scratch(address)
        key = f"runs/{run_id}/attempts/{attempt}"
        if patiently(lambda: bucket.look(f"{key}/manifest.json")) is not None:
            print(f"Attempt {attempt} of run {run_id} is already done.")
            return 0
        with scratch.attempt_root(run_id, attempt) as root:
            return _Attempt(bucket, scratch, Store(root), run_id, attempt, key).execute()
    except ToldError as error:
        return tell_failure(None, 2 if isinstance(error, UserMistake) else 1, error)
    except Cancelled:
        print("Cancelled on request.", file=sys.stderr)
        return CANCELLED_EXIT_CODE
    except Exception as fault:
        traceback.print_exc()
        return tell_failure(None, 1, _told(fault, Path.cwd()))


class _Attempt:
    def __init__(self, bucket: Bucket, scratch: Scratch, store: Store, run_id: str, attempt: int, key: str) -> None:
        self._bucket = bucket
        self._scratch = scratch
        self._store = store
        self._run_id = run_id
        self._attempt = attempt
        self._key = key
        self._folder = store.attempt_folder(run_id, attempt)
        self._folder.mkdir(parents=True)
        self._inputs: list[Path] = []
        self._store_is_away = False
        self._messenger = Messenger(bucket, self._folder, key)

    def execute(self) -> int:
        with self._listening():
            patiently(self._messenger.start)
            try:
                carrier = patiently(lambda: Carrier(self._bucket, self._folder, self._key, self._messenger))
                code = self._fetch()
                if code is None:
                    # Processes that the kind starts find the same folder.
                    os.environ["DEFINEMED_STORE"] = self._store.root.as_uri()
                    carrier.start()
                    code = self._execute_here()
                carrier.stop()
                return self._send(carrier, code)
            finally:
                self._messenger.stop()

    def _execute_here(self) -> int:
        code = execute_attempt(self._store, self._run_id, self._attempt)
        outcome = self._folder / "outcome.json"
        failure = json.loads(outcome.read_bytes())["code"] if code in {1, 2} and outcome.exists() else None
        if failure == "digest_mismatch":
            # What is kept here has changed since it was fetched: the next attempt fetches it again.
            for files in self._inputs:
                shutil.rmtree(files.parent, ignore_errors=True)
        if failure == "store_full":
            return tell_failure(self._folder, code, ScratchFull(self._scratch.root))
        return code

    def _fetch(self) -> int | None:
        """Bring here what the spec names; answers the exit code where that can't be."""
        try:
            # Before anything large is fetched for a runner that is not the studio's.
            check_release()
            with self._progress("fetching") as report:
                self._fetch_documents()
                self._fetch_inputs(report)
            return None
        except UserMistake as mistake:
            return tell_failure(self._folder, 2, mistake)
        except Cancelled:
            return CANCELLED_EXIT_CODE
        except Exception as fault:
            traceback.print_exc()
            # It has been waited for long enough.
            self._store_is_away = isinstance(fault, StoreUnreachable | StoreAccessDenied)
            return tell_failure(self._folder, 1, _told(fault, self._scratch.root))

    def _fetch_documents(self) -> None:
        for name in ("spec.json", "exchange.json"):
            content = patiently(
                lambda name=name: self._bucket.read(f"{self._key}/{name}", _LARGEST_SPEC),
                given_up=self._messenger.cancelled,
            )
            if content is None:
                raise UserMistake("spec_missing", f"There is no {name} of this attempt in the artifact store.")
            write_atomically(self._folder / name, content)

    def _fetch_inputs(self, report: Callable[[int, int], None]) -> None:
        spec = read_attempt_spec(self._store, self._run_id, self._attempt)
        sent = json.loads((self._folder / "exchange.json").read_bytes())["inputs"]
        wanted = [
            SentInput(name, each.address, each.digest or sent[name])
            for name, each in spec.inputs.items()
            if each.address.startswith("store:")
        ]
        given_up = self._messenger.cancelled
        indexes = [patiently(lambda each=each: read_index(self._bucket, each), given_up=given_up) for each in wanted]
        total = sum(index.bytes for index in indexes)
        here = sum(file.stat().st_size for each in wanted for file in (self._scratch.inputs / each.hex).rglob("*"))
        self._scratch.make_room(total - here, {each.hex for each in wanted})
        done = 0
        lock = threading.Lock()

        def on_bytes(more: int) -> None:
            nonlocal done
            if given_up():
                raise Cancelled
            with lock:
                done += more
                report(done, total)

        for each, index in zip(wanted, indexes, strict=True):
            files = fetch_input(self._bucket, self._scratch, each, index, on_bytes, given_up)
            show_input(self._store, files, each, index)
            self._inputs.append(files)
        resume = spec.resume
        if resume is not None and resume.startswith("store:"):
            patiently(
                lambda: fetch_checkpoint(self._bucket, self._store.root, resume, lambda _: None), given_up=given_up
            )

        def on_kept(done: int, total: int) -> None:
            if given_up():
                raise Cancelled
            report(done, total)

        run_key = self._key.rpartition("/")[0]
        patiently(
            lambda: fetch_kept(self._bucket, self._store.root, run_key, self._attempt, on_kept), given_up=given_up
        )

    def _send(self, carrier: Carrier, code: int) -> int:
        """Send what the attempt has made; answers the exit code that holds once it is sent."""
        try:
            if self._messenger.fault is not None:
                raise self._messenger.fault
            if code == 0:
                with self._progress("sending") as report:
                    carrier.send_outputs(report)
                carrier.send_manifest()
                self._clear_away(carrier)
                return 0
            if self._store_is_away:
                carrier.send_outcome(seconds=0)
                return code
            carrier.send_last_checkpoint()
            if code == 1:
                # It is tried again, perhaps on another machine.
                carrier.send_kept()
            patiently(self._messenger.send_events)
            if code != CANCELLED_EXIT_CODE:
                carrier.send_outcome()
            return code
        except Cancelled:
            return CANCELLED_EXIT_CODE
        except Exception as fault:
            # The attempt's own failure tells more, and has been told.
            if code in {1, 2}:
                print(f"The store could not be told: {fault}", file=sys.stderr, flush=True)
                return code
            if not isinstance(fault, ToldError):
                traceback.print_exc()
            failed = tell_failure(self._folder, 1, _told(fault, self._scratch.root))
            try:
                carrier.send_outcome(seconds=0)
            except Exception as again:
                print(f"The store could not be told: {again}", file=sys.stderr, flush=True)
            return failed

    def _clear_away(self, carrier: Carrier) -> None:
        """The attempt is done, whether or not what it kept can be removed."""
        try:
            carrier.remove_kept()
        except StoreFault as fault:
            print(f"What the run kept stays in the store: {fault}", file=sys.stderr, flush=True)

    @contextmanager
    def _progress(self, phase: str) -> Iterator[Callable[[int, int], None]]:
        """Tells done and total bytes of a phase, at most once a second and at its end."""
        events = EventWriter(self._folder / "events")
        last = 0.0

        def report(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if total > 0 and (done >= total or now - last >= PROGRESS_SECONDS):
                last = now
                events.emit({"type": "progress", "done": done, "total": total, "unit": "bytes", "phase": phase})

        try:
            yield report
        finally:
            events.close()

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """SIGTERM while fetching and sending means the same as the sign: end soon, and lose nothing."""

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            self._messenger.request_stop()

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def _told(fault: Exception, scratch: Path) -> ToldError:
    if isinstance(fault, ToldError):
        return fault
    found = as_store_fault(fault)
    if found is not None:
        # Nothing but the bucket's own errors, which are told already, comes from elsewhere than this machine's disk.
        return ScratchFull(scratch) if found.code == "store_full" else StoreFault("scratch_unusable", found.message)
    return ToldError("unexpected_fault", f"{type(fault).__name__}: {fault}")
