"""Addresses, digests and files that appear whole."""

import hashlib
from pathlib import Path

import pytest

from definemed_runner.run.digests import digest_of
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.files import atomic_file, list_files, write_atomically
from definemed_runner.run.store import Store


def test_addresses_lead_into_the_store_and_back(store: Store) -> None:
    path = store.locate("store:runs/a/attempts/1/outputs/model")
    assert path == store.root / "runs/a/attempts/1/outputs/model"
    assert store.address_of(path) == "store:runs/a/attempts/1/outputs/model"
    assert store.locate("file:///models/a%20b#c") == Path("/models/a b#c")


@pytest.mark.parametrize(
    "address",
    [
        "store:",
        "store:../a",
        "store:a/../../b",
        "store:/etc/passwd",
        "store:a\\b",
        "file:///a/../b",
        "/a",
        "http://a/b",
    ],
)
def test_other_addresses_are_refused(store: Store, address: str) -> None:
    with pytest.raises(UserMistake, match="address_invalid"):
        store.locate(address)


def test_a_hub_address_needs_a_revision(store: Store) -> None:
    with pytest.raises(UserMistake, match="address_invalid"):
        store.locate("hf:owner/name")


def test_a_hub_that_cannot_be_reached_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(UserMistake, match="hub_unreachable"):
        store.locate("hf:owner/surely-not-cached@main")


@pytest.mark.parametrize("value", ["", "s3://bucket", "file:///surely/not/there", "/a/path"])
def test_a_store_that_is_not_there_is_refused_early(value: str) -> None:
    with pytest.raises(UserMistake, match="store_missing"):
        Store.from_environment({"DEFINEMED_STORE": value})


def test_the_store_of_the_environment_may_have_any_name(tmp_path: Path) -> None:
    root = tmp_path / "Studie ä #1"
    root.mkdir()
    assert Store.from_environment({"DEFINEMED_STORE": root.as_uri()}).root == root


def test_the_digest_of_a_folder_is_over_its_sorted_lines(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.txt").write_bytes(b"inner")
    (tmp_path / "b.txt").write_bytes(b"outer")
    (tmp_path / "ä").write_bytes(b"")
    (tmp_path / ".writing-1-b.txt").write_bytes(b"half")
    # Bytewise, "b.txt" comes before "b/c.txt": "." is less than "/".
    lines = "".join(
        f"{name}\t{len(content)}\t{hashlib.sha256(content).hexdigest()}\n"
        for name, content in [("b.txt", b"outer"), ("b/c.txt", b"inner"), ("ä", b"")]
    )
    assert digest_of(tmp_path) == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()
    assert digest_of(tmp_path / "b.txt") == "sha256:" + hashlib.sha256(b"outer").hexdigest()


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, b"old")

    def write_half() -> None:
        with atomic_file(path) as temporary:
            temporary.write_bytes(b"ne")
            raise OSError("lost")

    with pytest.raises(OSError, match="lost"):
        write_half()
    assert path.read_bytes() == b"old"
    assert list_files(tmp_path) == [path]
    assert list(tmp_path.iterdir()) == [path]
