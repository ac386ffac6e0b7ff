"""The spec of an attempt: read, checked against the studio's JSON Schema and the rules that it can't say, frozen."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from definemed_runner.run.errors import UserMistake
from definemed_runner.run.spec_rules import broken_rule

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True)
class Input:
    """Where an input lies, and the digest that it must have (None: not checked)."""

    address: str
    digest: str | None


@dataclass(frozen=True)
class Resources:
    """What the attempt may use: so many processes on all nodes together, and so many threads each."""

    processes: int
    threads: int
    nodes: int = 1

    @property
    def processes_per_node(self) -> int:
        return self.processes // self.nodes


@dataclass(frozen=True)
class RunSpec:
    """Everything that repeats the run. `parameters` are the kind's, camelCase as in the contract, defaults included."""

    kind: str
    run_id: str
    attempt: int
    seed: int
    resume: str | None
    inputs: Mapping[str, Input]
    parameters: Mapping[str, Any]
    resources: Resources
    digest: str


def read_spec(path: Path) -> RunSpec:
    """The spec in `path`. Raises UserMistake `spec_missing`, `spec_invalid`, or the code of the broken rule."""
    try:
        content = path.read_bytes()
    except FileNotFoundError as fault:
        raise UserMistake("spec_missing", f"There is no {path.name} in {path.parent}.") from fault
    return parse_spec(content)


def parse_spec(content: bytes) -> RunSpec:
    """As `read_spec`, from the file's bytes."""
    try:
        document = json.loads(content)
    except ValueError as fault:
        raise UserMistake("spec_invalid", f"spec.json is no JSON: {fault}.") from fault
    check_document(document)
    return RunSpec(
        kind=document["kind"],
        run_id=document["runId"],
        attempt=document["attempt"],
        seed=document["seed"],
        resume=document["resume"],
        inputs=MappingProxyType({name: Input(**value) for name, value in document["inputs"].items()}),
        parameters=MappingProxyType(document["parameters"]),
        resources=Resources(**document["resources"]),
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
    )


def check_document(document: Any) -> None:
    """Raises UserMistake when a spec, as read from JSON, breaks its kind's schema or a rule between fields."""
    kind = document.get("kind") if isinstance(document, dict) else None
    if kind not in known_kinds():
        raise UserMistake("spec_invalid", f"kind: {kind!r} is none of {', '.join(known_kinds())}.")
    error: ValidationError | None = min(
        _validator(kind).iter_errors(document), key=lambda each: list(map(str, each.absolute_path)), default=None
    )
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "spec"
        raise UserMistake("spec_invalid", f"{place}: {error.message}")
    broken = broken_rule(document)
    if broken is not None:
        raise UserMistake(*broken)


@cache
def known_kinds() -> tuple[str, ...]:
    """The kinds that have a schema."""
    names = (entry.name for entry in resources.files("definemed_runner.schemas").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@cache
def _validator(kind: str) -> Draft202012Validator:
    text = resources.files("definemed_runner.schemas").joinpath(f"{kind}.json").read_text(encoding="utf-8")
    return Draft202012Validator(json.loads(text))
