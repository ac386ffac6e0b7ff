"""A real S3-speaking server process, a wire in front of it that tests can cut, and what the studio sends there."""

import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

from definemed_runner.run.digests import FileEntry, describe_folder, digest_of, file_sha256
from definemed_runner.run.exchange.bucket import Bucket
from support import SOURCES, TESTS

# A server of one's own to test against, in place of the one that the tests start (docs/compute-backends.md).
GIVEN = os.environ.get("TEST_S3_ENDPOINT")
_NAME = os.environ.get("TEST_S3_BUCKET", "studies")
# A given server may hold anything else: nothing outside of this is read or removed.
_PREFIX = f"tests-{secrets.token_hex(6)}"
BUCKET = f"s3://{_NAME}/{_PREFIX}"
KEY = "runs/run-1/attempts/1"


@dataclass
class Wire:
    """What happens to requests on their way; `seen` are those that the server has answered, as `PUT key?query`."""

    address: str
    seen: list[str] = field(default_factory=list)
    cut: bool = False
    refuse: str | None = None
    slow_seconds: float = 0.0
    # Requests that were cut off or refused.
    failed: int = 0
    # As an older store: a put with a condition is not known.
    no_conditions: bool = False
    # Puts of keys with this ending are held back until it is None.
    hold: str | None = None

    def count(self, method: str, ending: str) -> int:
        """How many such requests got an answer."""
        return sum(each.startswith(f"{method} ") and each.partition("?")[0].endswith(ending) for each in self.seen)


@contextmanager
def object_store() -> Iterator[Wire]:
    """A server with nothing below the prefix; ends with the block."""
    if GIVEN:
        with _proxy(GIVEN) as wire:
            try:
                yield wire
            finally:
                _empty(wire)
        return
    port = _free_port()
    # What it logs would fill a pipe that nobody reads.
    with subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait_for_port(port)
            with _proxy(f"http://127.0.0.1:{port}") as wire:
                yield wire
        finally:
            server.kill()


@contextmanager
def _proxy(server_address: str) -> Iterator[Wire]:
    wire = Wire("")
    server_at = urlsplit(server_address)
    connect = HTTPSConnection if server_at.scheme == "https" else HTTPConnection

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            with suppress(ConnectionError, HTTPException, OSError):
                super().handle_one_request()
                return
            self.close_connection = True

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target = urlsplit(self.path)
            key = unquote(target.path).removeprefix(f"/{_NAME}/{_PREFIX}/")
            while wire.hold is not None and self.command == "PUT" and key.endswith(wire.hold):
                time.sleep(0.02)
            if wire.slow_seconds:
                time.sleep(wire.slow_seconds)
            if wire.cut or wire.refuse is not None:
                wire.failed += 1
            if wire.cut:
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(socket.SHUT_RDWR)
                return
            if wire.refuse is not None:
                status, code = wire.refuse.split()
                self._answer(int(status), {}, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())
                return
            if wire.no_conditions and self.headers.get("If-None-Match"):
                self._answer(501, {}, b"<Error><Code>NotImplemented</Code><Message>no</Message></Error>")
                return
            connection = connect(server_at.hostname or "", server_at.port)
            connection.request(self.command, self.path, body, dict(self.headers))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            wire.seen.append(f"{self.command} {key}?{target.query}")
            self._answer(answer.status, dict(answer.getheaders()), content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815

        def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in {"transfer-encoding", "connection", "date", "server"} and (
                    self.command == "HEAD" or name.lower() != "content-length"
                ):
                    self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    wire.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield wire
    finally:
        wire.hold = None
        server.shutdown()
        server.server_close()


def cluster_environment(wire: Wire, scratch: Path) -> dict[str, str]:
    """What an administrator sets on the cluster."""
    return {
        "AWS_ENDPOINT_URL_S3": wire.address,
        "AWS_ACCESS_KEY_ID": os.environ.get("TEST_S3_ACCESS_KEY_ID", "cluster"),
        "AWS_SECRET_ACCESS_KEY": os.environ.get("TEST_S3_SECRET_ACCESS_KEY", "a secret of the cluster"),
        "AWS_REGION": os.environ.get("TEST_S3_REGION", "us-east-1"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "DEFINEMED_SCRATCH": str(scratch),
        "DEFINEMED_STORE": BUCKET,
    }


def open_bucket() -> Bucket:
    """The bucket as the tests' own process sees it, made where it is missing."""
    bucket = Bucket(BUCKET)
    with suppress(Exception):
        bucket._client.create_bucket(Bucket=_NAME)
    return bucket


def _empty(wire: Wire) -> None:
    """Remove what the tests left on a given server."""
    wire.cut, wire.refuse, wire.hold, wire.slow_seconds = False, None, None, 0.0
    with patch.dict(os.environ, cluster_environment(wire, Path())):
        bucket = Bucket(BUCKET)
        for name, _ in bucket.names(""):
            bucket.remove(name)


def put(bucket: Bucket, key: str, content: bytes) -> None:
    """An object as the studio writes it."""
    bucket.write(key, content, hashlib.sha256(content).hexdigest())


def send_input(bucket: Bucket, path: Path) -> str:
    """Send a file or folder as the studio does; answers its digest."""
    digest = digest_of(path)
    where = f"inputs/{digest.removeprefix('sha256:')}"
    content = FileEntry("content", path.stat().st_size, "" if path.is_dir() else file_sha256(path))
    entries = describe_folder(path) if path.is_dir() else [content]
    for entry in entries:
        source = path / entry.path if path.is_dir() else path
        put(bucket, f"{where}/files/{entry.path}", source.read_bytes())
    index = {
        "version": 1,
        "kind": "folder" if path.is_dir() else "file",
        "files": [{"path": each.path, "bytes": each.bytes, "sha256": each.sha256} for each in entries],
    }
    put(bucket, f"{where}/index.json", json.dumps(index).encode())
    return digest


def send_attempt(
    bucket: Bucket,
    kind: str,
    inputs: Mapping[str, Path],
    parameters: Mapping[str, Any],
    *,
    attempt: int = 1,
    resume: str | None = None,
    resources: Mapping[str, int] | None = None,
) -> str:
    """Send what the studio sends before it submits an attempt of `run-1`; answers the key of the attempt's folder."""
    key = f"runs/run-1/attempts/{attempt}"
    digests = {name: send_input(bucket, path) for name, path in inputs.items()}
    spec = {
        "version": 1,
        "kind": kind,
        "runId": "run-1",
        "attempt": attempt,
        "seed": 1,
        "resume": resume,
        "inputs": {
            name: {"address": f"store:corpora/{path.name}", "digest": digests[name]} for name, path in inputs.items()
        },
        "parameters": dict(parameters),
        "resources": dict(resources or {"processes": 1, "threads": 1}),
    }
    put(bucket, f"{key}/spec.json", json.dumps(spec).encode())
    put(bucket, f"{key}/exchange.json", json.dumps({"version": 1, "inputs": digests}).encode())
    return key


def objects(bucket: Bucket, prefix: str = "") -> dict[str, bytes]:
    """What can be seen in the bucket, by key relative to the prefix."""
    return {name.removeprefix(prefix): bucket.read(name, 1 << 30) or b"" for name, _ in bucket.names(prefix)}


def events_of(bucket: Bucket, key: str = KEY) -> list[dict[str, Any]]:
    """All events of an attempt in order; fails when the files' numbers have gaps."""
    files = objects(bucket, f"{key}/events/")
    assert list(files) == [f"{number:06d}.jsonl" for number in range(1, len(files) + 1)]
    return [json.loads(line) for content in files.values() for line in content.decode().splitlines()]


def wait_until(bucket: Bucket, key: str, process: subprocess.Popen[str]) -> None:
    """Wait until the object is there; fails when the process has ended without it."""
    while bucket.look(key) is None:
        ended = process.poll() is not None
        if ended and bucket.look(key) is None:
            raise AssertionError(f"{key} never appeared:\n{process.communicate()}")
        time.sleep(0.05)


def start_in_bucket(
    wire: Wire, scratch: Path, kind: str, attempt: int = 1, **environment: str
) -> subprocess.Popen[str]:
    """As `start_runner_in_bucket`, with a small kind of `small_kinds.py`."""
    program = [str(TESTS / "run" / "small_kinds.py")]
    return start_runner_in_bucket(wire, scratch, program, attempt, SMALL_KIND=kind, **environment)


def start_runner_in_bucket(
    wire: Wire, scratch: Path, program: Sequence[str], attempt: int = 1, **environment: str
) -> subprocess.Popen[str]:
    """Start an attempt as Ray would on a node of the cluster."""
    return subprocess.Popen(
        [sys.executable, *program, "run", "--run-id", "run-1", "--attempt", str(attempt)],
        env={
            **os.environ,
            **cluster_environment(wire, scratch),
            "PYTHONPATH": f"{SOURCES}:{TESTS}",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for_port(port: int) -> None:
    for _ in range(3000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the S3 server did not start")
