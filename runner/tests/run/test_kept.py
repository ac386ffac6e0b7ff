"""What attempts keep for the next one goes through a bucket whole, or not at all."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from definemed_runner.run import Cancelled
from definemed_runner.run.digests import describe_folder
from definemed_runner.run.exchange.bucket import Bucket
from definemed_runner.run.exchange.carrier import Carrier, fetch_kept
from definemed_runner.run.exchange.messenger import Messenger
from definemed_runner.run.kept import mark_kept
from object_store import Wire, cluster_environment, object_store, objects, open_bucket, put

RUN = "runs/run-1/attempts"


@pytest.fixture
def wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    with object_store() as wire:
        for name, value in cluster_environment(wire, tmp_path / "unused").items():
            monkeypatch.setenv(name, value)
        yield wire


def keep(root: Path, attempt: int, content: bytes) -> Path:
    """An attempt's folder in which something is kept."""
    folder = root / RUN / str(attempt)
    kept = folder / "kept" / "tokens"
    kept.mkdir(parents=True)
    (kept / "large").write_bytes(content * 1000)
    (kept / "empty").touch()
    mark_kept(kept, {"made": "here"}, describe_folder(kept))
    return folder


def carrier_of(bucket: Bucket, folder: Path) -> Carrier:
    key = f"{RUN}/{folder.name}"
    return Carrier(bucket, folder, key, Messenger(bucket, folder, key))


def fetch(bucket: Bucket, root: Path, attempt: int) -> dict[str, bytes]:
    """What an attempt on another machine finds of the ones before."""
    fetch_kept(bucket, root, RUN, attempt, lambda _done, _total: None)
    return {path.relative_to(root / RUN).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_it_arrives_on_another_machine_and_is_removed_in_the_end(wire: Wire, tmp_path: Path) -> None:
    bucket = open_bucket()
    carrier = carrier_of(bucket, keep(tmp_path / "one", 1, b"first"))
    assert fetch(bucket, tmp_path / "before", 2) == {}
    carrier.send_kept()
    carrier.send_kept()
    assert wire.count("PUT", "kept/tokens/large") == 1
    found = fetch(bucket, tmp_path / "two", 2)
    assert found == {
        path.relative_to(tmp_path / "one" / RUN).as_posix(): path.read_bytes()
        for path in (tmp_path / "one").rglob("*")
        if path.is_file()
    }
    assert fetch(bucket, tmp_path / "same", 1) == {}
    carrier_of(bucket, tmp_path / "two" / RUN / "2").remove_kept()
    assert objects(bucket, RUN) == {}


def test_what_broke_off_goes_on_and_its_mark_comes_last(wire: Wire, tmp_path: Path) -> None:
    bucket = open_bucket()
    folder = keep(tmp_path / "one", 1, b"first")
    put(bucket, f"{RUN}/1/kept/tokens/large", (folder / "kept" / "tokens" / "large").read_bytes())
    assert fetch(bucket, tmp_path / "two", 2) == {}
    carrier_of(bucket, folder).send_kept()
    assert wire.count("PUT", "kept/tokens/large") == 1
    sent = [each for each in wire.seen if each.startswith("PUT") and "/kept/" in each]
    assert "complete.json" in sent[-1]


def named(mark: bytes, name: str) -> bytes:
    document = json.loads(mark)
    document["files"][name] = document["files"].pop("large")
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("large", lambda content: content[:-1]),
        ("large", lambda content: content[:-1] + b"!"),
        ("complete.json", lambda content: content[:-5]),
        ("complete.json", lambda content: named(content, "../../../../large")),
        ("complete.json", lambda content: named(content, "missing")),
    ],
)
@pytest.mark.usefixtures("wire")
def test_what_is_damaged_is_left_out_and_the_one_before_taken(
    tmp_path: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    bucket = open_bucket()
    for attempt, content in ((1, b"first"), (2, b"second")):
        folder = keep(tmp_path / "one", attempt, content)
        carrier_of(bucket, folder).send_kept()
    key = f"{RUN}/2/kept/tokens/{name}"
    put(bucket, key, change(bucket.read(key, 1 << 20) or b""))
    found = fetch(bucket, tmp_path / "two", 3)
    assert sorted(found) == [f"1/kept/tokens/{each}" for each in ("complete.json", "empty", "large")]
    assert found["1/kept/tokens/large"] == b"first" * 1000


@pytest.mark.usefixtures("wire")
def test_fetching_ends_when_asked_to(tmp_path: Path) -> None:
    bucket = open_bucket()
    carrier_of(bucket, keep(tmp_path / "one", 1, b"first")).send_kept()

    def stop(_done: int, _total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        fetch_kept(bucket, tmp_path / "two", RUN, 2, stop)
    assert not list((tmp_path / "two").rglob("complete.json"))
