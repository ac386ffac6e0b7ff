"""The inputs of an attempt: fetched once by their digest, kept on this machine, and shown under their address.

`inputs/<hex of the digest>/index.json` in the bucket is written last by the studio: it names every file with size and
SHA-256, and the digest of the whole follows from it, so that nothing has to be trusted.
"""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from definemed_runner.run.digests import FileEntry, folder_digest
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.exchange.bucket import Bucket
from definemed_runner.run.exchange.patience import patiently
from definemed_runner.run.exchange.scratch import Scratch, locked
from definemed_runner.run.exchange.transfers import Damaged, fetch_file
from definemed_runner.run.store import Store

_LARGEST_INDEX = 256 << 20
_SIDE_BY_SIDE = 4


@dataclass(frozen=True)
class Index:
    """What an input consists of; a file's one entry has the path `content`."""

    is_folder: bool
    entries: list[FileEntry]

    @property
    def bytes(self) -> int:
        return sum(entry.bytes for entry in self.entries)


@dataclass(frozen=True)
class SentInput:
    """An input that the studio has sent: its `store:` address, and the digest under which it lies."""

    name: str
    address: str
    digest: str

    @property
    def hex(self) -> str:
        return self.digest.removeprefix("sha256:")


def read_index(bucket: Bucket, wanted: SentInput) -> Index:
    """The list of the input's files, which gives the wanted digest."""
    try:
        content = bucket.read(f"inputs/{wanted.hex}/index.json", _LARGEST_INDEX)
    except ValueError as fault:
        raise _mismatch(wanted, str(fault)) from fault
    if content is None:
        raise UserMistake(
            "input_missing",
            f"The input {wanted.name} ({wanted.address}) is no longer in the artifact store. Start the run again: the "
            "studio sends it again.",
        )
    try:
        document = json.loads(content)
        entries = [FileEntry(str(each["path"]), int(each["bytes"]), str(each["sha256"])) for each in document["files"]]
        index = Index(document["kind"] == "folder", entries)
    except (ValueError, KeyError, TypeError) as fault:
        raise _mismatch(wanted, "its list of files can't be read") from fault
    found = folder_digest(index.entries) if index.is_folder else f"sha256:{index.entries[0].sha256}"
    if found != wanted.digest or (not index.is_folder and len(index.entries) != 1):
        raise _mismatch(wanted, f"its list of files has the digest {found}")
    for entry in index.entries:
        path = PurePosixPath(entry.path)
        if path.is_absolute() or ".." in path.parts or not path.parts or "\\" in entry.path or "\0" in entry.path:
            raise _mismatch(wanted, "its list of files leaves the input")
    return index


def fetch_input(
    bucket: Bucket,
    scratch: Scratch,
    wanted: SentInput,
    index: Index,
    on_bytes: Callable[[int], None],
    given_up: Callable[[], bool],
) -> Path:
    """The folder below which the input's files lie, fetched where they do not lie there yet."""
    folder = scratch.inputs / wanted.hex
    with locked(folder.with_suffix(".lock"), wait=True):
        files = folder / "files"
        files.mkdir(mode=0o700, parents=True, exist_ok=True)
        missing = []
        for entry in index.entries:
            path = files / entry.path
            if path.is_file() and path.stat().st_size == entry.bytes:
                on_bytes(entry.bytes)
            else:
                missing.append(entry)
        (folder / "used").touch()

        def fetch(entry: FileEntry) -> None:
            counted = 0

            def count(more: int) -> None:
                nonlocal counted
                counted += more
                on_bytes(more)

            def attempt() -> None:
                nonlocal counted
                on_bytes(-counted)
                counted = 0
                key = f"inputs/{wanted.hex}/files/{entry.path}"
                fetch_file(bucket, key, files / entry.path, entry.bytes, entry.sha256, count)

            try:
                try:
                    patiently(attempt, given_up=given_up)
                except Damaged:
                    # Once more: it may have happened on the way.
                    patiently(attempt, given_up=given_up)
            except Damaged as fault:
                raise _mismatch(wanted, str(fault)) from fault
            except FileNotFoundError as fault:
                raise UserMistake(
                    "input_missing", f"{entry.path} of the input {wanted.name} is not in the artifact store."
                ) from fault

        with ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="inputs") as executor:
            try:
                for _ in executor.map(fetch, missing):
                    pass
            except BaseException:
                executor.shutdown(wait=False, cancel_futures=True)
                raise
        return files


def show_input(store: Store, files: Path, wanted: SentInput, index: Index) -> None:
    """Show the fetched files under the input's address; by hard links, so that a later clean-up takes nothing away."""
    target = store.locate(wanted.address)
    if index.is_folder:
        target.mkdir(parents=True, exist_ok=True)
    for entry in index.entries:
        shown = target / entry.path if index.is_folder else target
        shown.parent.mkdir(parents=True, exist_ok=True)
        if not shown.exists():
            os.link(files / entry.path, shown)


def _mismatch(wanted: SentInput, detail: str) -> UserMistake:
    return UserMistake(
        "digest_mismatch",
        f"The input {wanted.name} ({wanted.address}) is not what the run was planned with: {detail}. Remove "
        f"inputs/{wanted.hex} from the artifact store and start the run again: the studio sends it again.",
    )
