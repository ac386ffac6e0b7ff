"""Files between this machine and the bucket: whole or not at all, checked by SHA-256, taken up where they broke off."""

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from definemed_runner.run.digests import file_sha256
from definemed_runner.run.errors import StoreFault
from definemed_runner.run.exchange.bucket import Bucket, Part, StoreUnreachable
from definemed_runner.run.files import TEMPORARY_PREFIX, sync_file

# A part is repeated whole when its connection breaks; four are under way at a time, so memory is four parts.
PART_BYTES = 16 << 20
_MOST_PARTS = 10_000
_SIDE_BY_SIDE = 4
_CHUNK_BYTES = 8 << 20


class Damaged(Exception):
    """What arrived is not what was sent."""


def _nothing(_: int) -> None:
    return None


def send_file(bucket: Bucket, key: str, path: Path, sha256: str, on_bytes: Callable[[int], None] = _nothing) -> None:
    """Send a file with its hex SHA-256; it is visible when this returns, and never in part.

    `on_bytes` hears of bytes that have arrived, also of those that an earlier try had brought; it may raise to stop.
    A large file goes in parts: an upload of it that was interrupted goes on behind the parts that the store has.
    """
    size = path.stat().st_size
    if size <= PART_BYTES:
        bucket.write(key, path.read_bytes(), sha256)
        on_bytes(size)
        return
    under_way = [upload for name, upload in bucket.uploads(key) if name == key]
    upload = under_way[-1] if under_way else bucket.begin_upload(key, sha256)
    _send_parts(bucket, key, path, upload, on_bytes)
    found = bucket.look(key)
    if found is None or found.bytes != size:
        raise StoreUnreachable("an upload did not become visible")
    if found.sha256 == sha256:
        return
    # The upload that was taken up had been begun for another content: this one gets its own.
    if not under_way:
        raise StoreFault("store_unwritable", "The artifact store does not keep the metadata of objects.")
    _send_parts(bucket, key, path, bucket.begin_upload(key, sha256), _nothing)


def _send_parts(bucket: Bucket, key: str, path: Path, upload: str, on_bytes: Callable[[int], None]) -> None:
    size = path.stat().st_size
    part_bytes = max(PART_BYTES, -(-size // _MOST_PARTS))
    there = bucket.parts(key, upload)
    descriptor = os.open(path, os.O_RDONLY)

    def send(number: int) -> Part:
        content = os.pread(descriptor, part_bytes, (number - 1) * part_bytes)
        known = there.get(number)
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if known is not None and (known.bytes, known.etag) == (len(content), digest):
            return known
        return bucket.write_part(key, upload, number, content)

    parts: list[Part] = []
    executor = ThreadPoolExecutor(_SIDE_BY_SIDE, thread_name_prefix="parts")
    try:
        for part in executor.map(send, range(1, -(-size // part_bytes) + 1)):
            parts.append(part)
            on_bytes(part.bytes)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        os.close(descriptor)
    bucket.end_upload(key, upload, parts)


def fetch_file(
    bucket: Bucket, key: str, path: Path, size: int, sha256: str | None, on_bytes: Callable[[int], None] = _nothing
) -> None:
    """Fetch an object to `path`, which appears whole; what an earlier try brought is kept and not fetched again.

    `sha256` None: that which the object was written with. Raises Damaged where the bytes are others, FileNotFoundError
    where there is no such object. `on_bytes` hears of bytes that are here; it may raise to stop.
    """
    found = bucket.look(key)
    if found is None:
        raise FileNotFoundError(key)
    wanted = sha256 or found.sha256
    if found.bytes != size or wanted is None:
        raise Damaged(f"{key} has {found.bytes} bytes instead of {size}")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{TEMPORARY_PREFIX}{path.name}")
    have = partial.stat().st_size if partial.exists() else 0
    if have > size:
        partial.unlink()
        have = 0
    digest = hashlib.sha256()
    with partial.open("ab") as target:
        for chunk in _chunks_of(partial):
            digest.update(chunk)
        on_bytes(have)
        if have < size:
            for chunk in bucket.stream(key, have, found.etag):
                target.write(chunk)
                digest.update(chunk)
                on_bytes(len(chunk))
        target.flush()
    if digest.hexdigest() != wanted or partial.stat().st_size != size:
        partial.unlink()
        raise Damaged(f"{key} is not what was sent: its SHA-256 is another")
    sync_file(partial)
    partial.replace(path)


def _chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK_BYTES):
            yield chunk


def send_described(bucket: Bucket, key: str, path: Path, on_bytes: Callable[[int], None] = _nothing) -> None:
    """As `send_file`, for a file whose SHA-256 is not known yet."""
    send_file(bucket, key, path, file_sha256(path), on_bytes)
