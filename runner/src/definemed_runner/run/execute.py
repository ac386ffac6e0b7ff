"""Carries one attempt out: spec, inputs, the kind's function, manifest, exit code."""

import sys
import time
import traceback

from definemed_runner.kinds import load_kind
from definemed_runner.run.context import RunContext, check_checkpoint
from definemed_runner.run.digests import digest_of
from definemed_runner.run.environment import prepare_environment
from definemed_runner.run.errors import (
    Cancelled,
    RankFault,
    RunnerDiffers,
    StoreFault,
    ToldError,
    UserMistake,
    as_out_of_memory,
    as_store_fault,
)
from definemed_runner.run.events import Events, EventWriter, NoEvents
from definemed_runner.run.files import list_files
from definemed_runner.run.kept import remove_kept
from definemed_runner.run.manifest import write_manifest
from definemed_runner.run.outcome import tell_failure
from definemed_runner.run.release import check_release
from definemed_runner.run.spec import RUN_ID, RunSpec, read_spec
from definemed_runner.run.stop import CANCELLED_EXIT_CODE, StopWatch
from definemed_runner.run.store import Store


def execute_attempt(store: Store, run_id: str, attempt: int) -> int:
    """Carry the attempt out and return its exit code (docs/runner-contract.md); never raises.

    An attempt that already has its manifest is left as it is. Errors are told three ways: the traceback on standard
    error, `outcome.json` in the attempt's folder, and the same JSON as the last line of standard output.
    """
    if RUN_ID.fullmatch(run_id) is None or attempt < 1:
        return tell_failure(None, 2, UserMistake("spec_missing", f"There is no attempt {attempt} of run {run_id!r}."))
    folder = store.attempt_folder(run_id, attempt)
    if (folder / "manifest.json").exists():
        print(f"Attempt {attempt} of run {run_id} is already done.")
        return 0
    try:
        check_release()
        _carry_out(store, read_attempt_spec(store, run_id, attempt))
    except RunnerDiffers as fault:
        return tell_failure(folder, 1, fault)
    except UserMistake as mistake:
        return tell_failure(folder, 2, mistake)
    except Cancelled:
        print("Cancelled on request.", file=sys.stderr)
        return CANCELLED_EXIT_CODE
    except Exception as fault:
        traceback.print_exc()
        out_of_memory = as_out_of_memory(fault)
        if out_of_memory is not None:
            return tell_failure(folder, 2, out_of_memory)
        known = fault if isinstance(fault, StoreFault | RankFault) else as_store_fault(fault)
        told = known or ToldError("unexpected_fault", f"{type(fault).__name__}: {fault}")
        return tell_failure(folder, 1, told)
    return 0


def read_attempt_spec(store: Store, run_id: str, attempt: int) -> RunSpec:
    """The spec in the attempt's folder, which must be that attempt's."""
    spec = read_spec(store.attempt_folder(run_id, attempt) / "spec.json")
    if (spec.run_id, spec.attempt) != (run_id, attempt):
        raise UserMistake("spec_invalid", f"spec.json is of run {spec.run_id}, attempt {spec.attempt}.")
    return spec


def open_run(store: Store, spec: RunSpec, stop: StopWatch, events: Events | None = None) -> RunContext:
    """The context of an attempt. With `events`, its inputs are verified against their digests.

    Ranks other than the first leave `events` out: what they emit is dropped, and one verification is enough.
    """
    prepare_environment(spec)
    paths = {name: store.locate(each.address) for name, each in spec.inputs.items()}
    for name, path in paths.items():
        if not path.exists():
            address = spec.inputs[name].address
            raise UserMistake("input_missing", f"The input {name} ({address}) does not exist on this machine.")
    resume_folder = None if spec.resume is None else store.locate(spec.resume)
    if resume_folder is not None:
        check_checkpoint(resume_folder)
    context = RunContext(spec, store, paths, events or NoEvents(), stop, resume_folder)
    if events is not None:
        verify_digests(context)
    return context


def _carry_out(store: Store, spec: RunSpec) -> None:
    started_at, begun = time.time(), time.monotonic()
    folder = store.attempt_folder(spec.run_id, spec.attempt)
    stop = StopWatch(folder / "control")
    stop.start()
    (folder / "outcome.json").unlink(missing_ok=True)
    events = EventWriter(folder / "events")
    try:
        context = open_run(store, spec, stop, events)
        if stop.requested():
            raise Cancelled
        result = load_kind(spec.kind)(context)
        events.close()
        stop.look()
        write_manifest(context, result, started_at, time.monotonic() - begun)
        remove_kept(context)
    except BaseException:
        _close_after_fault(events)
        raise
    finally:
        stop.stop()


def _close_after_fault(events: EventWriter) -> None:
    try:
        events.close()
    except StoreFault as fault:
        # The fault that is already on its way tells more.
        print(f"The last events are lost. {fault}", file=sys.stderr)


def verify_digests(context: RunContext) -> None:
    """UserMistake `digest_mismatch` unless each input is what the spec names; Cancelled when asked to stop."""
    spec = context.spec
    paths = {name: context.input_path(name) for name in spec.inputs}
    wanted = {name: each.digest for name, each in spec.inputs.items() if each.digest is not None}
    files = [file for name in wanted for file in (list_files(paths[name]) if paths[name].is_dir() else [paths[name]])]
    total = sum(file.stat().st_size for file in files)
    done = 0

    def on_bytes(count: int) -> None:
        nonlocal done
        if context.stop_requested():
            raise Cancelled
        done += count
        context.progress(done, total, "bytes", "verifying")

    for name, digest in wanted.items():
        found = digest_of(paths[name], on_bytes)
        if found != digest:
            raise UserMistake(
                "digest_mismatch",
                f"The input {name} ({spec.inputs[name].address}) is not what the run was planned with: "
                f"its digest is {found} instead of {digest}. Restore it, or start a new run.",
            )
