"""The bucket, by its few verbs; every error of the library becomes a StoreFault with a code and a sentence."""

import os
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from definemed_runner.run.errors import StoreFault, UserMistake

# The rules of S3 for a bucket's name; a prefix of plain characters, so that a key never has to be escaped.
_ADDRESS = re.compile(
    r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>(?:[A-Za-z0-9._-][A-Za-z0-9._/-]*)?))?"
)
_SHA256 = "sha256"
_DENIED = {
    "AccessDenied", "AccountProblem", "AllAccessDisabled", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken",
    "SignatureDoesNotMatch", "TokenRefreshRequired", "UnauthorizedAccess",
}  # fmt: skip
_FULL = {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "XMinioAdminBucketQuotaExceeded"}
_PASSING = {"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable", "Throttling", "BadDigest"}


class StoreUnreachable(StoreFault):
    """It may pass: the store did not answer, or answered that it can't just now."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "store_unreachable",
            f"The artifact store does not answer ({detail}). Check that the cluster reaches it, then start again.",
        )


class StoreAccessDenied(StoreFault):
    """The store knows this cluster and says no."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            "store_access_denied",
            f"The artifact store refuses this cluster ({detail}). Give the cluster's AWS_ACCESS_KEY_ID or role the "
            "right to list, read, write and delete there, then start again.",
        )


class AlreadyThere(Exception):
    """An object that was to be written only where there is none."""


@dataclass(frozen=True)
class ObjectInfo:
    """What the store tells of an object; `sha256` is null where another program wrote it."""

    bytes: int
    etag: str
    sha256: str | None


@dataclass(frozen=True)
class Part:
    """A part of an upload that is under way. `etag` is the hex MD5 of its bytes, except under some encryptions."""

    number: int
    bytes: int
    etag: str


class Bucket:
    """The objects below the prefix of `s3://bucket/prefix`; keys are relative to it. Safe to use from several threads.

    Credentials, region and endpoint come from the machine's own environment (`AWS_…`, instance role), never from the
    studio.
    """

    def __init__(self, address: str) -> None:
        parts = _ADDRESS.fullmatch(address)
        if parts is None or ".." in address or "//" in (parts["prefix"] or ""):
            raise UserMistake("store_missing", "DEFINEMED_STORE must be file:///… or s3://bucket/prefix.")
        self.address = address
        self._bucket = parts["bucket"]
        self._prefix = (parts["prefix"] or "").strip("/")
        # A hospital's own store rarely has a name for each bucket; Amazon's has.
        own = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        with _told():
            self._client: Any = Session().client(
                "s3",
                config=Config(
                    connect_timeout=10,
                    read_timeout=60,
                    max_pool_connections=16,
                    retries={"mode": "standard", "max_attempts": 3},
                    s3={"addressing_style": "path"} if own else {},
                    # Not every store knows the newer checksums; Content-MD5 and our own SHA-256 are understood by all.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )

    def read(self, key: str, limit_bytes: int) -> bytes | None:
        """A small object whole; None where there is none. Raises ValueError for one beyond the limit."""
        with _told():
            try:
                answer = self._client.get_object(**self._at(key))
            except ClientError as fault:
                if _is_missing(fault):
                    return None
                raise
            if answer["ContentLength"] > limit_bytes:
                raise ValueError(f"{key} has {answer['ContentLength']} bytes, more than {limit_bytes}")
            return answer["Body"].read()

    def stream(self, key: str, start: int, etag: str) -> Iterator[bytes]:
        """The object's bytes from `start` on, while it is still the one with that etag."""
        wanted = {"Range": f"bytes={start}-"} if start > 0 else {}
        with _told():
            answer = self._client.get_object(**self._at(key), IfMatch=etag, **wanted)
            yield from answer["Body"].iter_chunks(1 << 20)

    def look(self, key: str) -> ObjectInfo | None:
        """What is known of an object without reading it; None where there is none."""
        with _told():
            try:
                answer = self._client.head_object(**self._at(key))
            except ClientError as fault:
                if _is_missing(fault):
                    return None
                raise
            return ObjectInfo(answer["ContentLength"], answer["ETag"], answer.get("Metadata", {}).get(_SHA256))

    def write(self, key: str, content: bytes, sha256: str, *, only_new: bool = False) -> None:
        """A small object whole. With `only_new` raises AlreadyThere where another content has that key already."""
        with _told():
            try:
                self._put(key, content, sha256, {"IfNoneMatch": "*"} if only_new else {})
                return
            except ClientError as fault:
                knows_none = only_new and _code_of(fault) == "NotImplemented"
                if not knows_none and _code_of(fault) not in {"PreconditionFailed", "ConditionalRequestConflict"}:
                    raise
        # A reply may have been lost: then what is there is what was to be written.
        found = self.look(key)
        if found is None and knows_none:
            # An older store that has no conditions: looking first is the best that can be done there.
            with _told():
                self._put(key, content, sha256, {})
            return
        if found is None or found.sha256 != sha256:
            raise AlreadyThere(key)

    def names(self, prefix: str) -> list[tuple[str, int]]:
        """Key and bytes of every object whose key begins with `prefix`, sorted by key."""
        found: list[tuple[str, int]] = []
        with _told():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._full(prefix)
            )
            for page in pages:
                found.extend((self._relative(each["Key"]), each["Size"]) for each in page.get("Contents", []))
        return found

    def remove(self, key: str) -> None:
        """Remove an object; one that is not there is fine."""
        with _told():
            self._client.delete_object(**self._at(key))

    def begin_upload(self, key: str, sha256: str) -> str:
        """Begin an upload in parts; nothing is visible before `end_upload`. Answers its id."""
        with _told():
            return self._client.create_multipart_upload(**self._at(key), Metadata={_SHA256: sha256})["UploadId"]

    def uploads(self, prefix: str) -> list[tuple[str, str]]:
        """Key and id of the uploads under way whose key begins with `prefix`, the newest last."""
        with _told():
            pages = self._client.get_paginator("list_multipart_uploads").paginate(
                Bucket=self._bucket, Prefix=self._full(prefix)
            )
            found = [each for page in pages for each in page.get("Uploads", [])]
        found.sort(key=lambda each: each["Initiated"])
        return [(self._relative(each["Key"]), each["UploadId"]) for each in found]

    def parts(self, key: str, upload: str) -> dict[int, Part]:
        """The parts that an upload under way has already, by number."""
        with _told():
            pages = self._client.get_paginator("list_parts").paginate(**self._at(key), UploadId=upload)
            listed = [each for page in pages for each in page.get("Parts", [])]
        return {each["PartNumber"]: Part(each["PartNumber"], each["Size"], each["ETag"].strip('"')) for each in listed}

    def write_part(self, key: str, upload: str, number: int, content: bytes) -> Part:
        """Send one part; the store checks its MD5."""
        with _told():
            answer = self._client.upload_part(
                **self._at(key), UploadId=upload, PartNumber=number, Body=content, ContentMD5=_md5(content)
            )
        return Part(number, len(content), answer["ETag"].strip('"'))

    def end_upload(self, key: str, upload: str, parts: list[Part]) -> None:
        """Make the object visible, whole."""
        listed = [{"PartNumber": each.number, "ETag": f'"{each.etag}"'} for each in parts]
        with _told():
            self._client.complete_multipart_upload(**self._at(key), UploadId=upload, MultipartUpload={"Parts": listed})

    def drop_upload(self, key: str, upload: str) -> None:
        """Give an upload up; its parts are freed."""
        with _told():
            try:
                self._client.abort_multipart_upload(**self._at(key), UploadId=upload)
            except ClientError as fault:
                if not _is_missing(fault):
                    raise

    def _put(self, key: str, content: bytes, sha256: str, condition: Mapping[str, str]) -> None:
        self._client.put_object(
            **self._at(key), Body=content, ContentMD5=_md5(content), Metadata={_SHA256: sha256}, **condition
        )

    def _at(self, key: str) -> Mapping[str, str]:
        return {"Bucket": self._bucket, "Key": self._full(key)}

    def _full(self, key: str) -> str:
        return f"{self._prefix}/{key}" if self._prefix else key

    def _relative(self, key: str) -> str:
        return key.removeprefix(f"{self._prefix}/") if self._prefix else key


def _md5(content: bytes) -> str:
    # The protocol's own check of what came over the wire; no secret hangs on it.
    return b64encode(md5(content, usedforsecurity=False).digest()).decode()


def _code_of(fault: ClientError) -> str:
    return str(fault.response.get("Error", {}).get("Code", ""))


def _is_missing(fault: ClientError) -> bool:
    return _code_of(fault) in {"404", "NoSuchKey", "NotFound", "NoSuchUpload"}


@contextmanager
def _told() -> Iterator[None]:
    """Turns what the library raises into a StoreFault that says what to do."""
    try:
        yield
    except ClientError as fault:
        raise as_fault(fault) from fault
    except (NoCredentialsError, PartialCredentialsError) as fault:
        raise StoreAccessDenied("there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") from fault
    except BotoCoreError as fault:
        # The connection, in all its ways; the sentences name no secret, but may name the whole address.
        raise StoreUnreachable(type(fault).__name__) from fault
    except OSError as fault:
        if fault.errno is None or isinstance(fault, ConnectionError | TimeoutError):
            raise StoreUnreachable(type(fault).__name__) from fault
        raise


def as_fault(fault: ClientError) -> StoreFault:
    """What an answer of the store means."""
    code = _code_of(fault)
    status = int(fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code == "RequestTimeTooSkewed":
        return StoreFault(
            "store_clock_differs", "The clocks of the cluster and of the artifact store differ. Set them, then retry."
        )
    if code in {"NoSuchBucket", "InvalidBucketName"}:
        return StoreFault("store_missing", "The artifact store has no such bucket. Create it, or correct the address.")
    if code in _FULL or status == 507:
        return StoreFault("store_full", "The artifact store is full. Free some space there, then start the run again.")
    if code in _PASSING or (status >= 500 and status != 501) or status == 429:
        return StoreUnreachable(f"{code or status}")
    if code in _DENIED or status in {401, 403}:
        return StoreAccessDenied(code or str(status))
    return StoreFault("store_unwritable", f"The artifact store does not take it: {code or status}.")
