"""Files that appear whole or not at all, also when the process is killed or the machine loses power."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TEMPORARY_PREFIX = ".writing-"


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path`; what was written there becomes `path` when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{path.name}")
    try:
        yield temporary
        sync_file(temporary)
        temporary.replace(path)
        sync_file(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` whole; an existing file is replaced."""
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def write_json_atomically(path: Path, value: Any) -> None:
    """Write `value` as JSON that other languages can read (no NaN) to `path` whole."""
    write_atomically(path, (json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode())


def sync_file(path: Path) -> None:
    """Push a file's bytes, or a folder's names, down to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def list_files(folder: Path) -> list[Path]:
    """Every regular file below `folder`, sorted by relative path bytewise; half-written temporaries are left out."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(TEMPORARY_PREFIX)]
    return sorted(files, key=lambda path: os.fsencode(path.relative_to(folder).as_posix()))
