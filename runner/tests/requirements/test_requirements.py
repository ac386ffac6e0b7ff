"""The compiled requirements are what pyproject.toml asks for, verifiable, and free of any index's address."""

import re
import tomllib
from pathlib import Path

import pytest

RUNNER = Path(__file__).parents[2]
FILES = ("requirements.txt", "requirements-dev.txt", "requirements-uv.txt")


def pinned(file: str) -> dict[str, str]:
    """Each requirement's line with the hashes that follow it, by name."""
    text = (RUNNER / file).read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    return {block.split("==", 1)[0]: block for block in blocks}


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_is_verified_by_a_hash(file: str) -> None:
    assert [name for name, block in pinned(file).items() if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("file", FILES)
def test_no_address_is_inside(file: str) -> None:
    text = (RUNNER / file).read_text(encoding="utf-8")
    assert re.findall(r"\w+://\S+|--(?:extra-)?index-url|--find-links", text) == []


@pytest.mark.parametrize(("file", "extras"), [("requirements.txt", []), ("requirements-dev.txt", ["development"])])
def test_they_were_compiled_after_the_last_change_of_the_project_file(file: str, extras: list[str]) -> None:
    project = tomllib.loads((RUNNER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    found = pinned(file)
    for requirement in wanted:
        name, version = re.sub(r"\[.*]", "", requirement).split("==")
        line = found.get(name, "missing").split()[0]
        assert line == f"{name}=={version}", "run runner/compile-requirements.sh"


def test_tests_run_on_the_versions_that_people_get() -> None:
    development = pinned("requirements-dev.txt")
    for name, block in pinned("requirements.txt").items():
        assert development[name].split()[0] == block.split()[0]
