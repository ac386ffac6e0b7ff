"""The server's manners: tokens, errors, a full queue, clients that leave."""

import http.client
import threading
from typing import Any

import pytest
import torch

from definemed_runner.local_endpoint.language_model import LanguageModel
from definemed_runner.local_endpoint.server import EndpointServer, Handler
from local_endpoint.endpoint_client import TOKEN, Reply, ask, call, choice_format

CHAT = "/v1/chat/completions"


class Gate:
    """Holds the model back until it is opened."""

    def __init__(self, model: LanguageModel, patch: pytest.MonkeyPatch) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()
        self.calls = 0
        original = model.next_scores

        def wait(ids: list[int]) -> torch.Tensor:
            self.calls += 1
            self.entered.set()
            assert self.open.wait(60)
            return original(ids)

        patch.setattr(model, "next_scores", wait)


@pytest.fixture
def gate(model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(model, monkeypatch)


def ask_in_background(port: int) -> tuple[threading.Thread, list[Reply]]:
    replies: list[Reply] = []
    thread = threading.Thread(target=lambda: replies.append(ask(port, max_tokens=1)))
    thread.start()
    return thread, replies


@pytest.mark.parametrize("token", [None, "", "wrong", "sécret"])
def test_without_the_token_nothing_is_told(port: int, token: str | None) -> None:
    assert call(port, "/v1/models", token=token).status == 401
    reply = call(port, CHAT, {"model": "tiny", "messages": []}, token=token)
    assert (reply.status, reply.code) == (401, "invalid_api_key")


def test_health_needs_no_token(port: int) -> None:
    assert call(port, "/health", token=None).body == {"status": "ready", "waiting": 0}


def test_the_model_is_listed_and_any_other_is_refused(port: int) -> None:
    assert [model["id"] for model in call(port, "/v1/models").body["data"]] == ["tiny"]
    reply = ask(port, model="gpt-4")
    assert (reply.status, reply.code) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"temperature": 3}, "temperature"),
        ({"stream": True}, "stream"),
        ({"n": 2}, "n"),
        ({"tools": [{}]}, "tools"),
        ({"stop": 5}, "stop"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"response_format": choice_format({"type": "object", "properties": {}})}, "response_format"),
        ({"response_format": choice_format({"type": "array"})}, "response_format"),
    ],
)
def test_a_request_that_cannot_be_met_names_the_field(port: int, fields: dict[str, Any], param: str) -> None:
    reply = ask(port, **fields)
    assert reply.status == 400
    assert reply.body["error"]["param"] == param
    assert reply.body["error"]["type"] == "invalid_request_error"


def test_what_is_no_json_is_refused_and_the_connection_goes_on(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    assert call(port, CHAT, b"{", connection=connection).code == "invalid_body"
    assert call(port, CHAT, b"[]", connection=connection).code == "invalid_body"
    assert call(port, "/v1/embeddings", {}, connection=connection).status == 404
    assert call(port, "/v1/models", connection=connection).status == 200


def test_a_body_that_is_too_large_is_refused_unread(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("POST", CHAT)
    connection.putheader("Content-Length", str(1 << 30))
    connection.endheaders()
    assert connection.getresponse().status == 413


def test_more_than_the_queue_holds_is_sent_away_for_a_moment(port: int, server: EndpointServer, gate: Gate) -> None:
    running, first = ask_in_background(port)
    assert gate.entered.wait(60)
    waiting = [ask_in_background(port) for _ in range(2)]
    while server.worker.waiting < 2:
        threading.Event().wait(0.01)
    reply = ask(port)
    assert (reply.status, reply.code, reply.headers["Retry-After"]) == (429, "queue_full", "1")
    gate.open.set()
    for thread, replies in [(running, first), *waiting]:
        thread.join()
        assert replies[0].status == 200


def test_the_work_for_a_client_that_left_is_dropped(port: int, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    noticed = threading.Event()
    original = Handler._client_has_gone

    def watch(handler: Handler) -> bool:
        gone = original(handler)
        if gone:
            noticed.set()
        return gone

    monkeypatch.setattr(Handler, "_client_has_gone", watch)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = b'{"model": "tiny", "messages": [{"role": "user", "content": "x"}], "max_tokens": 200, "temperature": 0}'
    connection.request("POST", CHAT, body, {"Authorization": f"Bearer {TOKEN}"})
    assert gate.entered.wait(60)
    connection.close()
    assert noticed.wait(60)
    gate.open.set()
    assert ask(port, max_tokens=1).status == 200
    assert gate.calls <= 4  # the token in progress, at most one before the drop is seen, then the new request's one


def test_a_fault_of_the_model_is_an_error_and_the_next_request_works(
    port: int, model: LanguageModel, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: list[int]) -> None:
        raise MemoryError("too large")

    with monkeypatch.context() as patch:
        patch.setattr(model, "next_scores", fail)
        reply = ask(port)
    assert (reply.status, reply.code) == (500, "internal_error")
    assert "too large" in capsys.readouterr().err
    assert ask(port).status == 200
