"""A client for a server under test, over real HTTP."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TOKEN = "secret"  # noqa: S105


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: Any

    @property
    def content(self) -> str:
        """The text of the answer."""
        return self.body["choices"][0]["message"]["content"]

    @property
    def code(self) -> str:
        """The code of the error."""
        return self.body["error"]["code"]


def call(
    port: int,
    path: str,
    body: object = None,
    token: str | None = TOKEN,
    connection: http.client.HTTPConnection | None = None,
) -> Reply:
    """POST where there is a body (bytes are sent as they are), else GET."""
    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    if body is None:
        connection.request("GET", path, headers=headers)
    else:
        connection.request("POST", path, content, {**headers, "Content-Type": "application/json"})
    response = connection.getresponse()
    return Reply(response.status, response.headers, json.loads(response.read()))


def ask(port: int, content: str = "Ist das medizinisch?", **fields: Any) -> Reply:
    """A chat completion of one user message, greedy unless said otherwise."""
    body = {"model": "tiny", "messages": [{"role": "user", "content": content}], "temperature": 0, "max_tokens": 8}
    return call(port, "/v1/chat/completions", {**body, **fields})


def choice_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    """`response_format` for a schema."""
    return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}


def label_schema(*labels: str) -> dict[str, Any]:
    """An object with one label."""
    return {
        "type": "object",
        "properties": {"label": {"type": "string", "enum": list(labels)}},
        "required": ["label"],
        "additionalProperties": False,
    }
