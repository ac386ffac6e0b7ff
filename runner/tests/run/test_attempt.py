"""An attempt as the studio sees it: a real process, its exit code, and what it leaves in the store."""

import hashlib
import json
import os
import signal
import time
from pathlib import Path

import pytest

from definemed_runner.run.digests import digest_of
from definemed_runner.run.store import Store
from support import TESTS, read_events, read_manifest, start_runner, wait_for, write_attempt

PROGRAM = [str(TESTS / "run" / "small_kinds.py")]
MERGE = {"method": "slerp", "t": {"default": 0.5, "layers": None, "rules": []}}


def prepare(store: Store, attempt: int = 1, resume: str | None = None) -> Path:
    for name in ("first", "second"):
        (store.root / name).mkdir(exist_ok=True)
        (store.root / name / "config.json").write_text(name)
    inputs = {name: store.root / name for name in ("first", "second")}
    return write_attempt(store, "merge", inputs, MERGE, attempt=attempt, resume=resume)


def run(store: Store, kind: str, attempt: int = 1, **environment: str) -> tuple[int, str, str]:
    process = start_runner(store, attempt=attempt, program=PROGRAM, SMALL_KIND=kind, **environment)
    output, errors = process.communicate(timeout=300)
    return process.returncode, output, errors


def test_success_ends_with_a_manifest_that_describes_every_file(store: Store) -> None:
    folder = prepare(store)
    code, _, errors = run(store, "writes_a_model")
    assert code == 0, errors
    manifest = read_manifest(folder)
    assert manifest["summary"] == {"tensors": 2}
    assert manifest["specDigest"] == digest_of(folder / "spec.json")
    outputs = {output["name"]: output for output in manifest["outputs"]}
    assert outputs["model"]["address"] == "store:runs/run-1/attempts/1/outputs/model"
    assert outputs["model"]["digest"] == digest_of(folder / "outputs" / "model")
    assert outputs["model"]["bytes"] == 9
    assert outputs["report"]["digest"] == "sha256:" + hashlib.sha256(b"ok").hexdigest()
    assert [file["path"] for file in manifest["files"]] == [
        "outputs/model/config.json",
        "outputs/model/weights.bin",
        "outputs/report.txt",
    ]
    assert manifest["packages"]["torch"]
    assert manifest["hardware"]["device"] == "cpu"
    events = read_events(folder)
    assert [event["type"] for event in events if event["type"] != "progress"] == ["metric", "log"]
    verified = [event for event in events if event["type"] == "progress"][-1]
    assert verified["phase"] == "verifying"
    assert verified["done"] == verified["total"] == len("first" + "second")


def test_a_done_attempt_is_left_as_it_is(store: Store) -> None:
    folder = prepare(store)
    (folder / "manifest.json").write_text("{}")
    code, _, _ = run(store, "breaks")
    assert code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "spec.json"]


def test_the_users_mistake_is_told_as_the_last_line_and_in_the_store(store: Store) -> None:
    folder = prepare(store)
    code, output, _ = run(store, "makes_a_mistake")
    assert code == 2
    told = {"code": "architectures_differ", "message": "Choose two checkpoints of one architecture."}
    assert json.loads(output.splitlines()[-1]) == told
    assert json.loads((folder / "outcome.json").read_text()) == told
    assert not (folder / "manifest.json").exists()


def test_an_unexpected_fault_leaves_its_traceback(store: Store) -> None:
    folder = prepare(store)
    code, output, errors = run(store, "breaks")
    assert code == 1
    assert "ValueError: surprise" in errors
    assert json.loads(output.splitlines()[-1])["code"] == "unexpected_fault"
    assert not (folder / "manifest.json").exists()


@pytest.mark.parametrize("how", ["control/cancel", "SIGTERM"])
def test_cancelling_leaves_a_checkpoint_that_the_next_attempt_continues_from(store: Store, how: str) -> None:
    folder = prepare(store)
    process = start_runner(store, program=PROGRAM, SMALL_KIND="counts_until_stopped")
    wait_for(folder / "events" / "000001.jsonl", process)
    if how == "SIGTERM":
        process.send_signal(signal.SIGTERM)
    else:
        (folder / "control").mkdir()
        (folder / "control" / "cancel").touch()
    process.communicate(timeout=300)
    assert process.returncode == 3
    assert not (folder / "manifest.json").exists()
    events = read_events(folder)
    checkpoint = events[-1]
    assert checkpoint["type"] == "checkpoint"
    steps = [event["step"] for event in events if event["type"] == "metric"]
    assert steps == list(range(1, checkpoint["step"] + 1))

    second = prepare(store, attempt=2, resume=checkpoint["address"])
    code, _, errors = run(store, "resumes", attempt=2)
    assert code == 0, errors
    assert (second / "outputs" / "resumed.txt").read_text() == str(checkpoint["step"])
    assert read_manifest(second)["summary"] == {"reached": checkpoint["step"]}


def test_a_cancel_before_the_start_does_no_work(store: Store) -> None:
    folder = prepare(store)
    (folder / "control").mkdir()
    (folder / "control" / "cancel").touch()
    code, _, _ = run(store, "writes_a_model")
    assert code == 3
    assert not (folder / "outputs").exists()


def test_a_fenced_attempt_ends_at_once_and_writes_nothing_more(store: Store) -> None:
    folder = prepare(store)
    process = start_runner(store, program=PROGRAM, SMALL_KIND="counts_until_stopped")
    wait_for(folder / "events" / "000001.jsonl", process)
    (folder / "control").mkdir()
    (folder / "control" / "fenced").touch()
    process.communicate(timeout=300)
    assert process.returncode == 3
    assert not (folder / "manifest.json").exists()
    assert not (folder / "checkpoints").exists()


def test_a_fence_that_stands_already_lets_nothing_begin(store: Store) -> None:
    folder = prepare(store)
    (folder / "control").mkdir()
    (folder / "control" / "fenced").touch()
    code, _, _ = run(store, "writes_a_model")
    assert code == 3
    assert sorted(path.name for path in folder.iterdir()) == ["control", "spec.json"]


def test_killing_it_leaves_whole_events_without_gaps_and_no_manifest(store: Store) -> None:
    folder = prepare(store)
    process = start_runner(store, program=PROGRAM, SMALL_KIND="counts_until_stopped")
    wait_for(folder / "events" / "000002.jsonl", process)
    process.kill()
    process.communicate(timeout=300)
    steps = [event["step"] for event in read_events(folder) if event["type"] == "metric"]
    assert steps == list(range(1, len(steps) + 1))
    assert not (folder / "manifest.json").exists()


def test_an_input_that_changed_is_refused(store: Store) -> None:
    folder = prepare(store)
    (store.root / "second" / "config.json").write_text("changed")
    code, output, _ = run(store, "writes_a_model")
    assert code == 2
    assert json.loads(output.splitlines()[-1])["code"] == "digest_mismatch"
    assert not (folder / "outputs").exists()


def test_an_input_that_is_missing_is_refused(store: Store) -> None:
    prepare(store)
    (store.root / "second" / "config.json").unlink()
    (store.root / "second").rmdir()
    code, output, _ = run(store, "writes_a_model")
    assert (code, json.loads(output.splitlines()[-1])["code"]) == (2, "input_missing")


def test_an_attempt_that_was_never_written_is_refused(store: Store) -> None:
    code, output, _ = run(store, "writes_a_model", attempt=7)
    assert (code, json.loads(output.splitlines()[-1])["code"]) == (2, "spec_missing")
    assert list(store.root.iterdir()) == []


def test_a_full_store_is_a_clear_error_that_is_tried_again(store: Store) -> None:
    folder = prepare(store)
    limited = ["-c", LIMITED.format(program=PROGRAM[0])]
    process = start_runner(store, program=limited, SMALL_KIND="fills_the_disk")
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 1, errors
    assert json.loads(output.splitlines()[-1])["code"] == "store_full"
    assert json.loads((folder / "outcome.json").read_text())["code"] == "store_full"
    assert not (folder / "manifest.json").exists()


LIMITED = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))
runpy.run_path({program!r}, run_name="__main__")
"""


def test_it_dies_with_its_parent_where_that_is_asked_for(store: Store) -> None:
    folder = prepare(store)
    reader, writer = os.pipe()
    parent = os.fork()
    if parent == 0:
        process = start_runner(store, program=PROGRAM, SMALL_KIND="counts_until_stopped", DEFINEMED_DIE_WITH_PARENT="1")
        os.write(writer, str(process.pid).encode())
        time.sleep(600)
    child = int(os.read(reader, 100))
    while not (folder / "events" / "000001.jsonl").exists():
        assert is_running(child)
        time.sleep(0.01)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    for _ in range(30_000):
        if not is_running(child):
            break
        time.sleep(0.01)
    assert not is_running(child)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
