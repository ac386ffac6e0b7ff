"""SHA-256 digests of files and folders, as docs/runner-contract.md defines them."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from definemed_runner.run.files import list_files

_CHUNK_BYTES = 8 << 20


@dataclass(frozen=True)
class FileEntry:
    """A file with its path relative to the folder that was listed."""

    path: str
    bytes: int
    sha256: str


def _nothing(_: int) -> None:
    return None


def file_sha256(path: Path, on_bytes: Callable[[int], None] = _nothing) -> str:
    """The hex SHA-256 of a file's bytes; `on_bytes` hears of each chunk read and may raise to stop."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            on_bytes(len(chunk))
    return digest.hexdigest()


def describe_folder(folder: Path, on_bytes: Callable[[int], None] = _nothing) -> list[FileEntry]:
    """Size and SHA-256 of every file below `folder`, sorted by relative path."""
    return [
        FileEntry(path.relative_to(folder).as_posix(), path.stat().st_size, file_sha256(path, on_bytes))
        for path in list_files(folder)
    ]


def folder_digest(entries: Iterable[FileEntry]) -> str:
    """The digest of a folder from its entries, which must be sorted by path."""
    lines = "".join(f"{entry.path}\t{entry.bytes}\t{entry.sha256}\n" for entry in entries)
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def digest_of(path: Path, on_bytes: Callable[[int], None] = _nothing) -> str:
    """`sha256:…` of a file or a folder."""
    if path.is_dir():
        return folder_digest(describe_folder(path, on_bytes))
    return "sha256:" + file_sha256(path, on_bytes)
