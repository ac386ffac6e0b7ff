"""What one attempt makes on its way and the next attempt of the run can use: `kept/<name>/` in the attempt's folder.

It counts only with its mark, written last. The mark names what it was made from (the key) and size and SHA-256 of each
file: what is cut, changed, or made from something else is not taken, and made again. Once the run has its manifest it
is removed, as nothing continues any more.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from definemed_runner.run.context import COMPLETE, RunContext
from definemed_runner.run.digests import FileEntry, file_sha256
from definemed_runner.run.files import write_json_atomically

KEPT = "kept"
_VERSION = 1


def kept_folder(context: RunContext, name: str) -> Path:
    """Where this attempt puts what it keeps under the name; made where it is missing, and without a mark."""
    folder = context.attempt_folder / KEPT / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / COMPLETE).unlink(missing_ok=True)
    return folder


def mark_kept(folder: Path, key: Mapping[str, Any], entries: list[FileEntry]) -> None:
    """Declare a folder complete; `key` says what it was made from, `entries` are its files, on the disk already."""
    files = {entry.path: {"bytes": entry.bytes, "sha256": entry.sha256} for entry in entries}
    write_json_atomically(folder / COMPLETE, {"version": _VERSION, "key": dict(key), "files": files})


def find_kept(
    context: RunContext, name: str, key: Mapping[str, Any], on_bytes: Callable[[int, int], None]
) -> Path | None:
    """The newest folder of that name that an attempt of this run, this one included, made from the same and that is
    whole; None where there is none. `on_bytes` hears how many bytes of how many are verified, and may raise to stop.
    """
    for attempt in range(context.spec.attempt, 0, -1):
        folder = context.store.attempt_folder(context.spec.run_id, attempt) / KEPT / name
        files = read_mark(folder, key)
        if files is not None and _is_whole(folder, files, on_bytes):
            return folder
    return None


def read_mark(folder: Path, key: Mapping[str, Any] | None = None) -> list[FileEntry] | None:
    """The files that a folder's mark names; None without a readable mark, or where it has another key."""
    try:
        return parse_mark((folder / COMPLETE).read_bytes(), key)
    except OSError:
        return None


def parse_mark(content: bytes, key: Mapping[str, Any] | None = None) -> list[FileEntry] | None:
    """As `read_mark`, from the mark's bytes. Names are plain: they lead nowhere but into the folder."""
    try:
        mark = json.loads(content)
        files = [FileEntry(str(name), int(each["bytes"]), str(each["sha256"])) for name, each in mark["files"].items()]
        if mark["version"] != _VERSION or (key is not None and mark["key"] != dict(key)):
            return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    plain = all(Path(each.path).name == each.path and each.path not in {"", ".", "..", COMPLETE} for each in files)
    return files if plain else None


def _is_whole(folder: Path, files: list[FileEntry], on_bytes: Callable[[int, int], None]) -> bool:
    try:
        if any((folder / each.path).stat().st_size != each.bytes for each in files):
            return False
        count = counting_up(files, on_bytes)
        return all(file_sha256(folder / each.path, count) == each.sha256 for each in files)
    except OSError:
        return False


def counting_up(files: list[FileEntry], on_bytes: Callable[[int, int], None]) -> Callable[[int], None]:
    """What hears how many more bytes of the files are done, and tells `on_bytes` how many of how many are."""
    total = sum(each.bytes for each in files)
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        on_bytes(done, total)

    return count


def remove_kept(context: RunContext) -> None:
    """Remove what all attempts of the run keep. What can't be removed stays: it takes room and does no harm."""
    for attempt in range(1, context.spec.attempt + 1):
        shutil.rmtree(context.store.attempt_folder(context.spec.run_id, attempt) / KEPT, ignore_errors=True)
