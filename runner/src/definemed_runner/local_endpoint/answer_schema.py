"""JSON Schemas that an answer can be held to: a choice, or an object of choices and short texts."""

import json
from dataclasses import dataclass
from typing import Any

from definemed_runner.local_endpoint.api_error import ApiError, bad_request

_MAX_OPTIONS = 256
_DEFAULT_TEXT_TOKENS = 128


@dataclass(frozen=True)
class Choice:
    """One of these, each written as JSON."""

    options: tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """A string that the model writes freely, of at most so many characters."""

    max_characters: int | None
    max_tokens: int = _DEFAULT_TEXT_TOKENS


@dataclass(frozen=True)
class AnswerSchema:
    """The values in the order in which they are written. A bare choice has the single name None."""

    values: tuple[tuple[str | None, Choice | Text], ...]

    def literal_before(self, index: int) -> str:
        """The JSON text between the value before and this one."""
        name = self.values[index][0]
        if name is None:
            return ""
        return f"{'{' if index == 0 else ', '}{json.dumps(name, ensure_ascii=False)}: "

    def literal_after(self, index: int) -> str:
        """The JSON text that ends this value, as far as it does not depend on the next one."""
        if self.values[index][0] is None:
            return ""
        return "}" if index == len(self.values) - 1 else ","


def read_answer_schema(schema: Any) -> AnswerSchema:
    """What the schema asks for; ApiError `unsupported_schema` where this server cannot hold an answer to it."""
    if not isinstance(schema, dict):
        raise _unsupported("the schema is not an object")
    if schema.get("type") != "object":
        return AnswerSchema(((None, _read_value(schema, "the schema")),))
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        raise _unsupported("the schema names no properties")
    return AnswerSchema(tuple((name, _read_value(value, name)) for name, value in properties.items()))


def _read_value(schema: Any, name: str) -> Choice | Text:
    if not isinstance(schema, dict):
        raise _unsupported(f"{name} has no schema")
    if "const" in schema:
        return _choice([schema["const"]], name)
    if isinstance(schema.get("enum"), list):
        return _choice(schema["enum"], name)
    match schema.get("type"):
        case "boolean":
            return _choice([True, False], name)
        case "integer" if isinstance(schema.get("minimum"), int) and isinstance(schema.get("maximum"), int):
            return _choice(list(range(schema["minimum"], schema["maximum"] + 1)[: _MAX_OPTIONS + 1]), name)
        case "string":
            longest = schema.get("maxLength")
            return Text(longest if isinstance(longest, int) else None)
    raise _unsupported(f"{name} is neither an enum, a const, a boolean, an integer with bounds, nor a string")


def _choice(values: list[Any], name: str) -> Choice:
    if not values or len(values) > _MAX_OPTIONS:
        raise _unsupported(f"{name} has {len(values)} options; 1 to {_MAX_OPTIONS} are possible")
    if any(isinstance(value, dict | list) for value in values):
        raise _unsupported(f"{name} has options that are objects or arrays")
    return Choice(tuple(dict.fromkeys(json.dumps(value, ensure_ascii=False) for value in values)))


def _unsupported(reason: str) -> ApiError:
    return bad_request(
        "unsupported_schema",
        f"This server cannot hold an answer to that schema: {reason}. Simplify it, or leave response_format out.",
        "response_format",
    )
