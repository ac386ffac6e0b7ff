"""HTTP around the worker."""

import hmac
import json
import select
import socket
import sys
import time
import traceback
from concurrent.futures import TimeoutError as NotYet
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from definemed_runner.local_endpoint.api_error import ApiError, bad_request
from definemed_runner.local_endpoint.chat_request import read_chat_request
from definemed_runner.local_endpoint.language_model import LanguageModel
from definemed_runner.local_endpoint.responses import completion_body, models_body
from definemed_runner.local_endpoint.worker import Completion, Job, Worker

_MAX_BODY_BYTES = 4 << 20
_LOOK_FOR_CLIENT_SECONDS = 0.5


class EndpointServer(ThreadingHTTPServer):
    """Listens on this machine only."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, token: str, model: LanguageModel, queue_limit: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.token = token
        self.model_name = model.name
        self.fingerprint = f"{model.name}-{model.precision}"
        self.worker = Worker(model, queue_limit)
        self.started = int(time.time())

    @property
    def address(self) -> str:
        """The base URL for OpenAI's clients."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: EndpointServer  # pyright: ignore[reportIncompatibleVariableOverride]
    protocol_version = "HTTP/1.1"
    server_version = "definemed-local-endpoint"
    sys_version = ""
    timeout = 75  # of an idle connection
    wbufsize = -1  # headers and body leave in one piece

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _get(self) -> None:
        match self.path.partition("?")[0]:
            case "/health":
                self._send(HTTPStatus.OK, {"status": "ready", "waiting": self.server.worker.waiting})
            case "/v1/models":
                self._require_token()
                self._send(HTTPStatus.OK, models_body(self.server.model_name, self.server.started))
            case _:
                raise self._not_found()

    def _post(self) -> None:
        # Read before anything is refused, or its rest would be taken for the next request.
        body = self._read_body()
        self._require_token()
        if self.path.partition("?")[0] != "/v1/chat/completions":
            raise self._not_found()
        try:
            value = json.loads(body)
        except ValueError as fault:
            raise bad_request("invalid_body", f"The body is not JSON: {fault}") from fault
        request = read_chat_request(value)
        self._require_model(value.get("model"))
        completion = self._wait(self.server.worker.submit(request))
        body = completion_body(
            self.server.model_name, self.server.fingerprint, completion, request.top_logprobs is not None
        )
        headers = {
            "X-Processing-Seconds": f"{completion.seconds:.3f}",
            "X-Clipped-Tokens": str(completion.clipped_tokens),
        }
        self._send(HTTPStatus.OK, body, headers)

    def _wait(self, job: Job) -> Completion:
        """The completion; the work is dropped when the client has gone."""
        while True:
            try:
                return job.result.result(_LOOK_FOR_CLIENT_SECONDS)
            except NotYet:
                if self._client_has_gone():
                    job.abandoned.set()
                    raise ConnectionAbortedError from None

    def _client_has_gone(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""

    def _answer(self, work: Any) -> None:
        try:
            work()
        except ApiError as error:
            self._send(error.status, error.body(), error.headers)
        except ConnectionError:
            self.close_connection = True
        except Exception:
            traceback.print_exc(file=sys.stderr)
            fault = ApiError(
                HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", "The model failed on this request; see the log."
            )
            self._send(fault.status, fault.body())

    def _read_body(self) -> bytes:
        try:
            length = int(self.headers.get("Content-Length", ""))
        except ValueError:
            self.close_connection = True
            raise ApiError(
                HTTPStatus.LENGTH_REQUIRED, "length_required", "Send the body with a Content-Length."
            ) from None
        if not 0 <= length <= _MAX_BODY_BYTES:
            self.close_connection = True
            raise ApiError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "body_too_large",
                f"The body has {length} bytes, {_MAX_BODY_BYTES} are possible.",
            )
        return self.rfile.read(length)

    def _require_token(self) -> None:
        given = self.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.server.token}".encode()):
            raise ApiError(
                HTTPStatus.UNAUTHORIZED,
                "invalid_api_key",
                "Send the server's token as Authorization: Bearer ….",
                headers={"WWW-Authenticate": "Bearer"},
            )

    def _require_model(self, model: object) -> None:
        if model != self.server.model_name:
            raise ApiError(
                HTTPStatus.NOT_FOUND,
                "model_not_found",
                f"This server has the model {self.server.model_name} only.",
                "model",
            )

    def _not_found(self) -> ApiError:
        return ApiError(HTTPStatus.NOT_FOUND, "not_found", f"There is nothing at {self.command} {self.path}.")

    def _send(self, status: HTTPStatus, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()
        except ConnectionError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """No line per request: a labelling run makes thousands."""
