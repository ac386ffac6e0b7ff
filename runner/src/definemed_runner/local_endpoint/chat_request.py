"""The body of `POST /v1/chat/completions`, checked."""

from dataclasses import dataclass
from typing import Any

from definemed_runner.local_endpoint.answer_schema import AnswerSchema, read_answer_schema
from definemed_runner.local_endpoint.api_error import bad_request

_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_DEFAULT_MAX_TOKENS = 256
_MAX_TOP_LOGPROBS = 20
# Fields that would change the answer if they were heard; the others of OpenAI's interface are passed over.
_UNSUPPORTED = ("tools", "functions", "tool_choice", "logit_bias", "audio", "modalities", "web_search_options")


@dataclass(frozen=True)
class Message:
    """One turn of the conversation."""

    role: str
    content: str


@dataclass(frozen=True)
class ChatRequest:
    """What is asked for, every default written out. Temperature 0 is the likeliest answer."""

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float
    top_p: float
    seed: int | None
    stop: tuple[str, ...]
    top_logprobs: int | None
    schema: AnswerSchema | None


def read_chat_request(body: Any) -> ChatRequest:
    """The request in a body that was parsed from JSON; ApiError names the field that is wrong."""
    if not isinstance(body, dict):
        raise bad_request("invalid_body", "The body must be a JSON object.")
    for name in _UNSUPPORTED:
        if body.get(name):
            raise bad_request("unsupported_parameter", f"This server does not know {name}. Leave it out.", name)
    if body.get("stream"):
        raise bad_request("unsupported_parameter", "This server answers whole. Set stream to false.", "stream")
    if body.get("n") not in (None, 1):
        raise bad_request("unsupported_parameter", "This server gives one answer a request. Set n to 1.", "n")
    limit_name = "max_completion_tokens" if body.get("max_completion_tokens") is not None else "max_tokens"
    return ChatRequest(
        messages=_messages(body.get("messages")),
        max_tokens=int(_number(body, limit_name, _DEFAULT_MAX_TOKENS, 1, 1 << 20, whole=True)),
        temperature=_number(body, "temperature", 1.0, 0, 2),
        top_p=_number(body, "top_p", 1.0, 0, 1),
        seed=None if body.get("seed") is None else int(_number(body, "seed", 0, -(1 << 63), (1 << 63) - 1, whole=True)),
        stop=_stop(body.get("stop")),
        top_logprobs=int(_number(body, "top_logprobs", 0, 0, _MAX_TOP_LOGPROBS, whole=True))
        if body.get("logprobs")
        else None,
        schema=_schema(body.get("response_format")),
    )


def _messages(value: Any) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise bad_request("invalid_messages", "messages must be a list of at least one message.", "messages")
    messages = []
    for index, message in enumerate(value):
        where = f"messages[{index}]"
        role = message.get("role") if isinstance(message, dict) else None
        if not isinstance(role, str) or role not in _ROLES:
            raise bad_request("invalid_messages", f"{where} needs one of the roles {', '.join(_ROLES)}.", where)
        messages.append(Message(_ROLES[role], _content(message.get("content"), where)))
    return tuple(messages)


def _content(value: Any, where: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(
        isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str) for part in value
    ):
        return "".join(part["text"] for part in value)
    raise bad_request("invalid_messages", f"{where}.content must be a text.", f"{where}.content")


def _number(body: dict[str, Any], name: str, default: float, least: float, most: float, whole: bool = False) -> float:
    value = body.get(name)
    if value is None:
        return default
    expected: type | tuple[type, ...] = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, expected) or not least <= value <= most:
        kind = "a whole number" if whole else "a number"
        raise bad_request("invalid_value", f"{name} must be {kind} from {least} to {most}.", name)
    return value


def _stop(value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value or []
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise bad_request("invalid_value", "stop must be a text or a list of texts.", "stop")
    return tuple(texts)


def _schema(value: Any) -> AnswerSchema | None:
    kind = value.get("type") if isinstance(value, dict) else value
    if kind in (None, "text"):
        return None
    if kind == "json_schema" and isinstance(value, dict) and isinstance(value.get("json_schema"), dict):
        return read_answer_schema(value["json_schema"].get("schema"))
    raise bad_request(
        "unsupported_response_format",
        "response_format must be of the type text or json_schema, the latter with its schema.",
        "response_format",
    )
