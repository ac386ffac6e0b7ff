"""Files go to the bucket and come from it whole or not at all."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from definemed_runner.run.errors import StoreFault, UserMistake
from definemed_runner.run.exchange import transfers
from definemed_runner.run.exchange.bucket import AlreadyThere, Bucket, StoreAccessDenied, StoreUnreachable
from definemed_runner.run.exchange.transfers import Damaged, fetch_file, send_described
from object_store import Wire, cluster_environment, object_store, objects, open_bucket, put

FIVE_MEBIBYTES = 5 << 20


@pytest.fixture(scope="module")
def server() -> Iterator[Wire]:
    with object_store() as wire:
        yield wire


@pytest.fixture
def wire(server: Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    for name, value in cluster_environment(server, tmp_path / "scratch").items():
        monkeypatch.setenv(name, value)
    # The least that S3 takes, so that a file of a few parts stays small.
    monkeypatch.setattr(transfers, "PART_BYTES", FIVE_MEBIBYTES)
    server.seen.clear()
    yield server
    server.cut, server.refuse, server.slow_seconds, server.no_conditions = False, None, 0.0, False


@pytest.fixture
def bucket(wire: Wire) -> Bucket:
    return open_bucket()


def make_file(path: Path, size: int) -> Path:
    path.write_bytes(os.urandom(size))
    return path


@pytest.mark.parametrize("size", [0, 1, FIVE_MEBIBYTES, FIVE_MEBIBYTES + 1, 2 * FIVE_MEBIBYTES + 7])
def test_a_file_comes_back_as_it_went(bucket: Bucket, tmp_path: Path, size: int) -> None:
    path = make_file(tmp_path / "sent", size)
    send_described(bucket, f"sizes/{size}", path)
    fetch_file(bucket, f"sizes/{size}", tmp_path / "fetched", size, None)
    assert (tmp_path / "fetched").read_bytes() == path.read_bytes()


def test_an_interrupted_upload_shows_nothing_and_goes_on_behind_its_parts(
    bucket: Bucket, wire: Wire, tmp_path: Path
) -> None:
    path = make_file(tmp_path / "large", 5 * FIVE_MEBIBYTES)

    class Broken(Exception):
        pass

    def break_after_two_parts(count: int) -> None:
        if wire.count("PUT", "large") >= 2:
            raise Broken

    with pytest.raises(Broken):
        send_described(bucket, "interrupted/large", path, break_after_two_parts)
    there = wire.count("PUT", "large")
    assert objects(bucket, "interrupted/") == {}
    send_described(bucket, "interrupted/large", path)
    assert wire.count("PUT", "large") == 5, "parts that had arrived were sent again"
    assert there >= 2
    assert objects(bucket, "interrupted/")["large"] == path.read_bytes()
    assert bucket.uploads("interrupted/") == []


def test_an_upload_that_was_begun_for_another_content_is_not_mixed_with_it(bucket: Bucket, tmp_path: Path) -> None:
    upload = bucket.begin_upload("mixed/large", hashlib.sha256(b"another").hexdigest())
    bucket.write_part("mixed/large", upload, 1, os.urandom(FIVE_MEBIBYTES))
    path = make_file(tmp_path / "large", FIVE_MEBIBYTES + 5)
    send_described(bucket, "mixed/large", path)
    assert objects(bucket, "mixed/")["large"] == path.read_bytes()
    found = bucket.look("mixed/large")
    assert found is not None
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_download_that_broke_goes_on_where_it_was(bucket: Bucket, wire: Wire, tmp_path: Path) -> None:
    path = make_file(tmp_path / "sent", 3 << 20)
    send_described(bucket, "broken/file", path)

    class Broken(Exception):
        pass

    came = 0

    def break_in_the_middle(count: int) -> None:
        nonlocal came
        came += count
        if came >= 1 << 20:
            raise Broken

    with pytest.raises(Broken):
        fetch_file(bucket, "broken/file", tmp_path / "fetched", 3 << 20, None, break_in_the_middle)
    assert not (tmp_path / "fetched").exists()
    counts: list[int] = []
    fetch_file(bucket, "broken/file", tmp_path / "fetched", 3 << 20, None, counts.append)
    assert (tmp_path / "fetched").read_bytes() == path.read_bytes()
    assert counts[0] >= 1 << 20, "it began from the start"


def test_an_altered_byte_is_found_and_nothing_is_kept(bucket: Bucket, tmp_path: Path) -> None:
    path = make_file(tmp_path / "sent", 1000)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    altered = bytearray(path.read_bytes())
    altered[500] ^= 1
    bucket.write("altered/file", bytes(altered), digest)
    with pytest.raises(Damaged):
        fetch_file(bucket, "altered/file", tmp_path / "fetched", 1000, digest)
    assert [each.name for each in tmp_path.iterdir() if "fetched" in each.name] == []


def test_what_is_there_is_not_replaced_by_something_else(bucket: Bucket) -> None:
    bucket.write("events/000001.jsonl", b"first", hashlib.sha256(b"first").hexdigest(), only_new=True)
    # Its reply was lost, and it is sent again.
    bucket.write("events/000001.jsonl", b"first", hashlib.sha256(b"first").hexdigest(), only_new=True)
    with pytest.raises(AlreadyThere):
        bucket.write("events/000001.jsonl", b"second", hashlib.sha256(b"second").hexdigest(), only_new=True)
    assert bucket.read("events/000001.jsonl", 100) == b"first"


def test_a_store_without_conditions_is_looked_at_first(bucket: Bucket, wire: Wire) -> None:
    wire.no_conditions = True
    bucket.write("old/1", b"first", hashlib.sha256(b"first").hexdigest(), only_new=True)
    with pytest.raises(AlreadyThere):
        bucket.write("old/1", b"second", hashlib.sha256(b"second").hexdigest(), only_new=True)
    assert bucket.read("old/1", 100) == b"first"


def test_a_large_object_is_not_read_as_a_small_one(bucket: Bucket) -> None:
    put(bucket, "small/file", b"0123456789")
    with pytest.raises(ValueError, match="more than 9"):
        bucket.read("small/file", 9)
    assert bucket.read("small/none", 9) is None


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("403 AccessDenied", "store_access_denied"),
        ("403 InvalidAccessKeyId", "store_access_denied"),
        ("403 RequestTimeTooSkewed", "store_clock_differs"),
        ("404 NoSuchBucket", "store_missing"),
        ("507 InsufficientStorage", "store_full"),
        ("503 SlowDown", "store_unreachable"),
        ("400 EntityTooLarge", "store_unwritable"),
        ("501 NotImplemented", "store_unwritable"),
    ],
)
def test_what_the_store_answers_becomes_a_code_that_says_what_to_do(
    bucket: Bucket, wire: Wire, answer: str, code: str
) -> None:
    wire.refuse = answer
    with pytest.raises(StoreFault) as told:
        put(bucket, "refused/file", b"x")
    assert told.value.code == code


def test_a_store_that_breaks_connections_is_unreachable(bucket: Bucket, wire: Wire) -> None:
    put(bucket, "cut/file", b"x")
    wire.cut = True
    with pytest.raises(StoreUnreachable):
        bucket.read("cut/file", 10)


def test_without_credentials_access_is_denied(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(StoreAccessDenied, match="AWS_ACCESS_KEY_ID"):
        Bucket("s3://studies/exchange").look("any")


@pytest.mark.parametrize("address", ["s3://", "s3://A", "s3://studies/../other", "s3://studies//x", "s3://studies/ä"])
def test_an_address_that_is_none_is_refused(wire: Wire, address: str) -> None:
    with pytest.raises(UserMistake, match="store_missing"):
        Bucket(address)
