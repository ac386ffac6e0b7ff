"""The fixtures that the studio's tests validate too: both sides accept and refuse the same specs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from definemed_runner.kinds import KINDS
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.spec import check_document, known_kinds, parse_spec
from support import SPECS, valid_spec


def invalid_cases() -> Iterator[Any]:
    for path in sorted((SPECS / "invalid").glob("*.json")):
        for case in json.loads(path.read_text(encoding="utf-8")):
            yield pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}")


@pytest.mark.parametrize("path", sorted((SPECS / "valid").glob("*.json")), ids=lambda path: path.stem)
def test_a_valid_spec_is_accepted(path: Path) -> None:
    spec = parse_spec(path.read_bytes())
    assert spec.kind in KINDS
    assert spec.digest.startswith("sha256:")


@pytest.mark.parametrize(("kind", "case"), invalid_cases())
def test_an_invalid_spec_is_refused_with_its_code(kind: str, case: dict[str, Any]) -> None:
    with pytest.raises(UserMistake) as refused:
        check_document(changed(valid_spec(kind), case))
    assert refused.value.code == case["code"]


def test_every_kind_has_a_schema_and_a_fixture() -> None:
    assert set(known_kinds()) == set(KINDS)
    assert set(KINDS) <= {path.stem for path in (SPECS / "valid").glob("*.json")}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}"])
def test_what_is_no_spec_is_refused(content: bytes) -> None:
    with pytest.raises(UserMistake, match="spec_invalid"):
        parse_spec(content)


def changed(spec: dict[str, Any], case: dict[str, Any]) -> dict[str, Any]:
    for path, value in case["set"].items():
        *folders, name = path.split(".")
        place(spec, folders)[name] = value
    for path in case["remove"]:
        *folders, name = path.split(".")
        del place(spec, folders)[name]
    return spec


def place(spec: dict[str, Any], folders: list[str]) -> dict[str, Any]:
    for folder in folders:
        spec = spec[folder]
    return spec
