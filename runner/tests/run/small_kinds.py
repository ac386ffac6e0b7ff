"""Stand-in kinds for tests of the core, and a program that runs them as the runner would run its own.

`python small_kinds.py run --run-id … --attempt …` carries out a `merge` spec with the function that the environment
variable SMALL_KIND names.
"""

import os
import resource
import shutil
import sys
import time

from definemed_runner.__main__ import main
from definemed_runner.run import execute
from definemed_runner.run.context import RunContext, RunResult
from definemed_runner.run.errors import Cancelled, UserMistake


def writes_a_model(context: RunContext) -> RunResult:
    """Two files and a figure."""
    folder = context.output_path("model")
    folder.mkdir()
    (folder / "weights.bin").write_bytes(b"weights")
    (folder / "config.json").write_text("{}")
    report = context.output_path("report.txt")
    report.write_text("ok")
    context.metric("loss", 1, 0.5)
    context.log("Written.")
    return RunResult({"model": folder, "report": report}, {"tensors": 2})


def makes_a_mistake(context: RunContext) -> RunResult:
    raise UserMistake("architectures_differ", "Choose two checkpoints of one architecture.")


def breaks(context: RunContext) -> RunResult:
    raise ValueError("surprise")


def fills_the_disk(context: RunContext) -> RunResult:
    """Writes until the store takes no more, as a model that is too large does."""
    with context.output_path("model.bin").open("wb") as target:
        while True:
            target.write(b"\0" * (1 << 20))


def counts_until_stopped(context: RunContext) -> RunResult:
    """Emits numbered metrics without end; checkpoints and ends when asked to."""
    step = 0
    if context.resume_folder() is not None:
        step = context.resume_state()["step"]
    while True:
        step += 1
        context.metric("loss", step, 1 / step)
        if context.stop_requested():
            folder = context.checkpoint_folder(step)
            (folder / "state.txt").write_text(str(step))
            context.mark_checkpoint(step, {"reached": step})
            raise Cancelled
        time.sleep(0.001)


def resumes(context: RunContext) -> RunResult:
    """Writes down where it continued from."""
    folder = context.resume_folder()
    assert folder is not None
    found = context.output_path("resumed.txt")
    found.write_text((folder / "state.txt").read_text())
    return RunResult({"resumed": found}, {"reached": context.resume_state()["reached"]})


def copies_its_input(context: RunContext) -> RunResult:
    """Its first input, file by file, as its output."""
    shutil.copytree(context.input_path("first"), context.output_path("copy"))
    context.metric("loss", 1, 0.5)
    return RunResult({"copy": context.output_path("copy")}, {})


def checkpoints_steadily(context: RunContext) -> RunResult:
    """A checkpoint a step and what lies beside it, from the last one on, until it is at LAST_STEP."""
    step = 0
    earlier = context.resume_folder()
    if earlier is not None:
        step = context.resume_state()["step"]
        assert (earlier / "state.bin").read_bytes() == bytes([step]) * 1000
        assert (earlier.parent.parent / "marks" / f"{step}.json").read_text() == str(step)
    while step < int(os.environ.get("LAST_STEP", "1000000")):
        step += 1
        context.metric("loss", step, 1 / step)
        marks = context.attempt_folder / "marks"
        marks.mkdir(exist_ok=True)
        (marks / f"{step}.json").write_text(str(step))
        (context.checkpoint_folder(step) / "state.bin").write_bytes(bytes([step]) * 1000)
        context.mark_checkpoint(step, beside=["marks"])
        for _ in range(15):
            if context.stop_requested():
                raise Cancelled
            time.sleep(0.1)
    found = context.output_path("state.bin")
    found.write_bytes(bytes([step]))
    return RunResult({"state": found}, {"reached": step})


if __name__ == "__main__":
    if limit := os.environ.get("FILE_LIMIT"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    chosen = globals()[os.environ["SMALL_KIND"]]
    execute.load_kind = lambda kind: chosen
    sys.exit(main())
