"""An attempt whose artifact store is a bucket, as a real process against a real S3-speaking server."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from definemed_runner.run.errors import StoreFault
from definemed_runner.run.exchange.bucket import Bucket
from definemed_runner.run.exchange.messenger import Messenger
from definemed_runner.run.exchange.scratch import Scratch, ScratchFull
from object_store import (
    BUCKET,
    KEY,
    Wire,
    cluster_environment,
    events_of,
    object_store,
    objects,
    open_bucket,
    put,
    send_attempt,
    start_in_bucket,
    wait_until,
)

MERGE = {"method": "slerp", "t": {"default": 0.5, "layers": None}}


@pytest.fixture(scope="module")
def server() -> Iterator[Wire]:
    with object_store() as wire:
        yield wire


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    return tmp_path / "scratch"


@pytest.fixture
def wire(server: Wire, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    for name, value in cluster_environment(server, scratch).items():
        monkeypatch.setenv(name, value)
    yield server
    server.cut, server.refuse, server.hold, server.slow_seconds = False, None, None, 0.0


@pytest.fixture
def bucket(wire: Wire) -> Bucket:
    found = open_bucket()
    for name, _ in found.names(""):
        found.remove(name)
    wire.seen.clear()
    return found


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "deeper").mkdir(parents=True)
    (folder / "weights.bin").write_bytes(b"weights")
    (folder / "deeper" / "config.json").write_text("{}")
    return folder


def last_line(output: str) -> dict[str, str]:
    return json.loads(output.splitlines()[-1])


def fails(wire: Wire, times: int, process: subprocess.Popen[str]) -> None:
    """Wait until so many more requests have failed and the process goes on all the same. The client itself gives each
    three tries."""
    before = wire.failed
    while wire.failed < before + times:
        assert process.poll() is None, "it gave up"
        time.sleep(0.02)
    assert process.poll() is None, "it gave up"


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=300)
    return process.returncode, output, errors


def test_inputs_come_and_outputs_go_with_the_manifest_last(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    wire.seen.clear()
    code, _, errors = ended(start_in_bucket(wire, scratch, "copies_its_input"))
    assert code == 0, errors
    found = objects(bucket, f"{KEY}/")
    assert found["outputs/copy/weights.bin"] == b"weights"
    assert found["outputs/copy/deeper/config.json"] == b"{}"
    manifest = json.loads(found["manifest.json"])
    assert {each["path"] for each in manifest["files"]} == {
        "outputs/copy/weights.bin",
        "outputs/copy/deeper/config.json",
    }
    written = [each.partition("?")[0] for each in wire.seen if each.startswith("PUT ")]
    assert written[-1] == f"PUT {KEY}/manifest.json"
    events = events_of(bucket)
    assert {"loss"} == {each["name"] for each in events if each["type"] == "metric"}
    assert {"fetching", "sending"} <= {each["phase"] for each in events if each["type"] == "progress"}
    assert list(Scratch(BUCKET).root.glob("attempts/*/*")) == [], "the attempt's folder stayed on the machine"


def test_an_input_that_a_machine_has_is_not_fetched_again(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    for attempt in (1, 2):
        send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE, attempt=attempt)
        assert ended(start_in_bucket(wire, scratch, "copies_its_input", attempt))[0] == 0
    assert wire.count("GET", "files/weights.bin") == 1


def test_an_attempt_that_has_its_manifest_is_left_as_it_is(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    assert ended(start_in_bucket(wire, scratch, "copies_its_input"))[0] == 0
    before = objects(bucket)
    code, output, _ = ended(start_in_bucket(wire, scratch, "copies_its_input"))
    assert (code, "already done" in output) == (0, True)
    assert objects(bucket) == before


def test_a_cancelled_attempt_leaves_a_checkpoint_from_which_the_next_goes_on(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    process = start_in_bucket(wire, scratch, "counts_until_stopped")
    wait_until(bucket, f"{KEY}/events/000002.jsonl", process)
    put(bucket, f"{KEY}/control/cancel", b"now")
    assert ended(process)[0] == 3
    [mark] = [name for name in objects(bucket, f"{KEY}/") if name.endswith("complete.json")]
    told = [each for each in events_of(bucket) if each["type"] == "checkpoint"]
    assert told[0]["address"] == f"store:{KEY}/{mark.removesuffix('/complete.json')}"
    resumed = {"attempt": 2, "resume": told[0]["address"]}
    key = send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE, **resumed)
    code, _, errors = ended(start_in_bucket(wire, scratch, "resumes", 2))
    assert code == 0, errors
    assert objects(bucket, f"{key}/")["outputs/resumed.txt"] == str(told[0]["step"]).encode()


def test_sigterm_means_the_same_as_the_sign(bucket: Bucket, wire: Wire, scratch: Path, model: Path) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    process = start_in_bucket(wire, scratch, "counts_until_stopped")
    wait_until(bucket, f"{KEY}/events/000002.jsonl", process)
    process.send_signal(signal.SIGTERM)
    assert ended(process)[0] == 3
    assert [name for name in objects(bucket, f"{KEY}/checkpoints/") if name.endswith("complete.json")]


def test_killed_while_it_sends_a_checkpoint_the_next_goes_on_from_the_one_before(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    process = start_in_bucket(wire, scratch, "checkpoints_steadily")
    wait_until(bucket, f"{KEY}/checkpoints/step-00000001/complete.json", process)
    wire.hold = "/complete.json"
    # What the held mark belongs to has arrived: this upload is in the middle.
    seen = wire.count("PUT", "/state.bin")
    while wire.count("PUT", "/state.bin") <= seen:
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.kill()
    process.communicate()
    wire.hold = None
    time.sleep(0.1)
    steps = {name.split("/")[0] for name in objects(bucket, f"{KEY}/checkpoints/")}
    whole = {name.split("/")[0] for name in objects(bucket, f"{KEY}/checkpoints/") if name.endswith("complete.json")}
    # The held request may still have come through when the wire was released: what it marks was whole.
    assert "step-00000001" in whole or len(whole) == 2
    assert "manifest.json" not in objects(bucket, f"{KEY}/")
    assert steps >= whole
    newest = int(max(whole)[5:])
    address = f"store:{KEY}/checkpoints/{max(whole)}"
    key = send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE, attempt=2, resume=address)
    second = start_in_bucket(wire, scratch, "checkpoints_steadily", 2, LAST_STEP=str(newest + 1))
    code, _, errors = ended(second)
    assert code == 0, errors
    assert objects(bucket, f"{key}/")["outputs/state.bin"] == bytes([newest + 1])
    assert [each["step"] for each in events_of(bucket, key) if each["type"] == "metric"] == [newest + 1]


def test_only_the_newest_two_checkpoints_stay(bucket: Bucket, wire: Wire, scratch: Path, model: Path) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    process = start_in_bucket(wire, scratch, "checkpoints_steadily", LAST_STEP="4")
    assert ended(process)[0] == 0
    assert len({name.split("/")[0] for name in objects(bucket, f"{KEY}/checkpoints/")}) <= 3
    whole = [name for name in objects(bucket, f"{KEY}/checkpoints/") if name.endswith("complete.json")]
    assert 1 <= len(whole) <= 2


def test_a_store_that_is_away_for_a_while_costs_nothing(bucket: Bucket, wire: Wire, scratch: Path, model: Path) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    process = start_in_bucket(wire, scratch, "checkpoints_steadily", LAST_STEP="4")
    wait_until(bucket, f"{KEY}/events/000001.jsonl", process)
    wire.cut = True
    fails(wire, 7, process)
    wire.cut = False
    code, _, errors = ended(process)
    assert code == 0, errors
    assert [each["step"] for each in events_of(bucket) if each["type"] == "metric"] == [1, 2, 3, 4]
    assert "manifest.json" in objects(bucket, f"{KEY}/")


def test_a_slow_store_that_asks_for_patience_is_given_it(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    wire.slow_seconds = 0.2
    wire.refuse = "503 SlowDown"
    process = start_in_bucket(wire, scratch, "copies_its_input")
    fails(wire, 4, process)
    wire.refuse = None
    assert ended(process)[0] == 0


def test_a_store_that_stays_away_ends_the_attempt_with_a_reason(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    process = start_in_bucket(wire, scratch, "checkpoints_steadily", DEFINEMED_STORE_PATIENCE_SECONDS="2")
    wait_until(bucket, f"{KEY}/events/000001.jsonl", process)
    wire.cut = True
    code, output, _ = ended(process)
    assert (code, last_line(output)["code"]) == (1, "store_unreachable")


def test_a_cluster_without_rights_is_told_so(bucket: Bucket, wire: Wire, scratch: Path, model: Path) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    wire.refuse = "403 AccessDenied"
    process = start_in_bucket(wire, scratch, "copies_its_input", DEFINEMED_STORE_PATIENCE_SECONDS="0")
    code, output, errors = ended(process)
    assert (code, last_line(output)["code"]) == (1, "store_access_denied")
    assert "a secret of the cluster" not in output + errors


def test_a_runner_that_is_not_the_studios_fetches_nothing(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    process = start_in_bucket(wire, scratch, "copies_its_input", DEFINEMED_RUNNER_RELEASE="0.0.1+another")
    code, output, _ = ended(process)
    assert (code, last_line(output)["code"]) == (1, "runner_differs")
    assert json.loads(objects(bucket, f"{KEY}/")["outcome.json"])["code"] == "runner_differs"
    assert wire.count("GET", "files/weights.bin") == 0


def test_an_altered_byte_in_an_input_is_found(bucket: Bucket, wire: Wire, scratch: Path, model: Path) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    [name] = [name for name in objects(bucket) if name.endswith("files/weights.bin")]
    found = bucket.look(name)
    assert found is not None
    bucket.write(name, b"weightz", str(found.sha256))
    code, output, _ = ended(start_in_bucket(wire, scratch, "copies_its_input"))
    assert (code, last_line(output)["code"]) == (2, "digest_mismatch")
    assert json.loads(objects(bucket, f"{KEY}/")["outcome.json"])["code"] == "digest_mismatch"


def test_an_altered_byte_in_a_checkpoint_is_found(bucket: Bucket, wire: Wire, scratch: Path, model: Path) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    assert ended(start_in_bucket(wire, scratch, "checkpoints_steadily", LAST_STEP="2"))[0] == 0
    folder = f"{KEY}/checkpoints/step-00000001"
    found = bucket.look(f"{folder}/state.bin")
    assert found is not None
    bucket.write(f"{folder}/state.bin", bytes([2]) * 1000, str(found.sha256))
    resumed = {"attempt": 2, "resume": f"store:{folder}"}
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE, **resumed)
    code, output, _ = ended(start_in_bucket(wire, scratch, "checkpoints_steadily", 2))
    assert (code, last_line(output)["code"]) == (2, "checkpoint_damaged")


def test_a_fenced_attempt_writes_nothing_more(bucket: Bucket, wire: Wire, scratch: Path, model: Path) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    process = start_in_bucket(wire, scratch, "checkpoints_steadily")
    wait_until(bucket, f"{KEY}/checkpoints/step-00000001/complete.json", process)
    put(bucket, f"{KEY}/control/fenced", b"now")
    assert ended(process)[0] == 3
    after = objects(bucket, f"{KEY}/")
    assert "manifest.json" not in after
    time.sleep(1)
    assert objects(bucket, f"{KEY}/") == after


def test_an_attempt_that_is_fenced_while_it_sends_its_outputs_gets_no_manifest(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    wire.hold = "/outputs/copy/weights.bin"
    process = start_in_bucket(wire, scratch, "copies_its_input")
    wait_until(bucket, f"{KEY}/outputs/copy/deeper/config.json", process)
    put(bucket, f"{KEY}/control/fenced", b"now")
    wire.hold = None
    assert ended(process)[0] == 3
    assert "manifest.json" not in objects(bucket, f"{KEY}/")


def test_two_processes_of_one_attempt_do_not_mix_their_events(bucket: Bucket, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "other"]
    messengers = [Messenger(bucket, folder, KEY, interval_seconds=1000) for folder in folders]
    for messenger, folder in zip(messengers, folders, strict=True):
        messenger.start()
        (folder / "events" / "000001.jsonl").write_text(folder.name)
    messengers[0].send_events()
    with pytest.raises(StoreFault, match="attempt_in_use"):
        messengers[1].send_events()
    assert objects(bucket, f"{KEY}/events/") == {"000001.jsonl": b"one"}
    for messenger in messengers:
        messenger.stop()


def test_a_process_of_an_attempt_goes_on_behind_the_events_of_the_one_before(bucket: Bucket, tmp_path: Path) -> None:
    put(bucket, f"{KEY}/events/000001.jsonl", b"earlier")
    messenger = Messenger(bucket, tmp_path, KEY, interval_seconds=1000)
    messenger.start()
    (tmp_path / "events" / "000002.jsonl").write_text("later")
    messenger.send_events()
    messenger.stop()
    assert objects(bucket, f"{KEY}/events/") == {"000001.jsonl": b"earlier", "000002.jsonl": b"later"}


def test_a_disk_without_room_for_the_inputs_is_told_before_anything_is_fetched(wire: Wire) -> None:
    scratch = Scratch(BUCKET)
    unused = scratch.inputs / "a"
    unused.mkdir()
    (unused / "used").touch()
    with pytest.raises(ScratchFull, match="DEFINEMED_SCRATCH"):
        scratch.make_room(1 << 60, keep=set())
    assert not unused.exists(), "what was not in use should have made room"


def test_a_disk_that_is_full_while_the_attempt_works_is_told_as_this_machines(
    bucket: Bucket, wire: Wire, scratch: Path, model: Path
) -> None:
    send_attempt(bucket, "merge", {"first": model, "second": model}, MERGE)
    code, output, errors = ended(start_in_bucket(wire, scratch, "fills_the_disk", FILE_LIMIT=str(8 << 20)))
    assert (code, last_line(output)["code"]) == (1, "scratch_full"), errors
    assert json.loads(objects(bucket, f"{KEY}/")["outcome.json"])["code"] == "scratch_full"


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_uses_is_not(wire: Wire) -> None:
    scratch = Scratch(BUCKET)
    abandoned = scratch.root / "attempts" / "killed-1"
    abandoned.mkdir()
    with scratch.attempt_root("alive", 1) as alive, scratch.attempt_root("second", 1):
        assert alive.exists()
        assert not abandoned.exists()
        with pytest.raises(StoreFault, match="attempt_in_use"), scratch.attempt_root("alive", 1):
            pass
        assert alive.exists()
    assert not alive.exists()
