"""Prompts to be answered, read from JSONL."""

import json
from dataclasses import dataclass
from pathlib import Path

from definemed_runner.run import UserMistake


@dataclass(frozen=True)
class Prompt:
    """What a model is asked. The category is the studio's affair."""

    id: str
    prompt: str


def read_prompts(path: Path) -> list[Prompt]:
    """The prompts in the file's order. UserMistake `prompts_invalid` or `prompts_empty`."""
    prompts: dict[str, Prompt] = {}
    # At line feeds alone: texts from the web have other line separators, which JSON lets stand within a line.
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            prompt = Prompt(str(row["id"]), row["prompt"])
        except (ValueError, KeyError, TypeError) as fault:
            raise UserMistake("prompts_invalid", f"Line {number} needs an id and a prompt: {fault}.") from fault
        if not isinstance(prompt.prompt, str) or not prompt.prompt.strip():
            raise UserMistake("prompts_invalid", f"Line {number}: the prompt must be a text.")
        if prompt.id in prompts:
            raise UserMistake("prompts_invalid", f"Line {number}: the id {prompt.id} occurs twice.")
        prompts[prompt.id] = prompt
    if not prompts:
        raise UserMistake("prompts_empty", "The file holds no prompt.")
    return list(prompts.values())
