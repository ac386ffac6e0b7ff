"""Multiple-choice questions, read from JSONL."""

import json
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from definemed_runner.run import RunContext, UserMistake


@dataclass(frozen=True)
class Question:
    """`answer` is one of `labels`; `choices` are the options' texts in the order of the labels. `example`: it stands in
    a part of the file that is not asked."""

    id: str
    subject: str
    question: str
    labels: tuple[str, ...]
    choices: tuple[str, ...]
    answer: str
    example: bool = False


# The parts of a file that are there to learn from, by the names that they go by.
_EXAMPLE_PARTS = ("train", "dev", "validation", "val")


def read_questions(context: RunContext, path: Path) -> list[Question]:
    """The questions that have an answer, in the file's order.

    `choices` is a list, labelled A, B, …, or an object from label to text; `answer` is a label, in either case, or a
    place from 0 on; `split`, where there is one, is test, or train, dev or validation for examples.
    Rows whose answer is none of the choices are left out with the warning `questions_left_out`. UserMistake
    `questions_invalid` for a row that is no question, `questions_empty` where none is left.
    """
    questions: list[Question] = []
    left_out: list[str] = []
    seen: set[str] = set()
    # At line feeds alone: texts from the web have other line separators, which JSON lets stand within a line.
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        row = _parse(line, number)
        if row["id"] in seen:
            raise UserMistake("questions_invalid", f"Line {number}: the id {row['id']} occurs twice.")
        seen.add(row["id"])
        question = _question(row)
        if question is None:
            left_out.append(row["id"])
        else:
            questions.append(question)
    if left_out:
        context.warning(
            "questions_left_out",
            f"Left out, because the answer key is none of the choices: {len(left_out)} of {len(seen)} "
            f"({', '.join(left_out[:5])}{', …' if len(left_out) > 5 else ''}).",
        )
    if not questions:
        raise UserMistake("questions_empty", "The file holds no question with a valid answer key.")
    return questions


def _parse(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as fault:
        raise UserMistake("questions_invalid", f"Line {number} is no JSON: {fault}.") from fault
    wanted = {"id", "question", "choices", "answer"}
    if not isinstance(row, dict) or not wanted <= row.keys():
        raise UserMistake("questions_invalid", f"Line {number} lacks one of {', '.join(sorted(wanted))}.")
    choices = row["choices"]
    texts = list(choices.values()) if isinstance(choices, dict) else choices
    if not isinstance(texts, list) or not 2 <= len(texts) <= 26 or not all(isinstance(text, str) for text in texts):
        raise UserMistake("questions_invalid", f"Line {number}: choices must be 2 to 26 texts.")
    split = str(row.get("split") or "test").strip().lower()
    if split not in ("test", *_EXAMPLE_PARTS):
        raise UserMistake(
            "questions_invalid", f"Line {number}: split must be test, train, dev or validation, not {split}."
        )
    return {**row, "id": str(row["id"]), "split": split}


def _question(row: dict[str, Any]) -> Question | None:
    choices, key = row["choices"], row["answer"]
    labels = tuple(choices) if isinstance(choices, dict) else tuple(ascii_uppercase[: len(choices)])
    texts = tuple(choices.values()) if isinstance(choices, dict) else tuple(choices)
    answer = _label_of(key, labels)
    if answer is None:
        return None
    example = row["split"] in _EXAMPLE_PARTS
    return Question(row["id"], str(row.get("subject") or ""), str(row["question"]), labels, texts, answer, example)


def _label_of(key: Any, labels: tuple[str, ...]) -> str | None:
    """The label that a key means: itself, also as a number or in the other case; else a number is a place from 0 on."""
    text = str(key).strip()
    if text in labels:
        return text
    if isinstance(key, int) and not isinstance(key, bool):
        return labels[key] if 0 <= key < len(labels) else None
    return next((label for label in labels if label.casefold() == text.casefold()), None)
