"""Examples with their answers that stand before each question.

They come from the file `examples`: where that is the file of the questions itself, from its parts train, dev and
validation, else from all of it. A question that is asked is never an example. All questions get the same examples in
the same order; with `subject: same`, all questions of a subject.
"""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from definemed_runner.language_models.questions import Question, read_questions
from definemed_runner.run import RunContext, UserMistake

# By the subject of the questions that they stand before; None: of any.
Examples = Mapping[str | None, tuple[Question, ...]]


def choose_examples(context: RunContext, questions: Sequence[Question]) -> Examples:
    """What stands before the questions; nothing where the run wants no examples.

    `choice: first` takes them in the file's order, `drawn` as Python's `random.Random(seed).sample` draws them, of each
    subject anew. UserMistake `examples_too_few`.
    """
    wanted = context.spec.parameters.get("examples")
    if wanted is None:
        return {}
    asked = [each for each in questions if not each.example]
    pool = _pool(context, questions, {_content(each) for each in asked})
    if wanted["subject"] == "any":
        return {None: _choose(pool, wanted, context.spec.seed, None)}
    return {
        subject: _choose([each for each in pool if each.subject == subject], wanted, context.spec.seed, subject)
        for subject in sorted({each.subject for each in asked})
    }


def examples_of(chosen: Examples, question: Question) -> tuple[Question, ...]:
    """The examples that stand before a question."""
    return chosen.get(None, ()) or chosen.get(question.subject, ())


def example_rows(chosen: Examples) -> list[dict[str, Any]]:
    """The examples as they are kept with the answers: `before` is the subject of the questions that they stand before,
    null for any."""
    return [
        {
            "before": subject, "id": each.id, "subject": each.subject, "question": each.question,
            "choices": dict(zip(each.labels, each.choices, strict=True)), "answer": each.answer,
        }
        for subject, examples in chosen.items()
        for each in examples
    ]  # fmt: skip


def examples_digest(chosen: Examples) -> str:
    """The same for two runs whose questions had the same examples before them, in the same order."""
    text = json.dumps(example_rows(chosen), ensure_ascii=False, sort_keys=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _pool(context: RunContext, questions: Sequence[Question], asked: set[tuple[str, ...]]) -> list[Question]:
    inputs = context.spec.inputs
    if inputs["examples"].address == inputs["questions"].address:
        pool = [each for each in questions if each.example]
    else:
        pool = read_questions(context, context.input_path("examples"))
    unasked = [each for each in pool if _content(each) not in asked]
    if len(unasked) < len(pool):
        context.warning(
            "examples_asked",
            f"{len(pool) - len(unasked)} of {len(pool)} possible examples are asked as questions and are not used.",
        )
    return unasked


def _content(question: Question) -> tuple[str, ...]:
    return tuple(" ".join(text.split()).casefold() for text in (question.question, *sorted(question.choices)))


def _choose(
    pool: Sequence[Question], wanted: Mapping[str, Any], seed: int, subject: str | None
) -> tuple[Question, ...]:
    count = wanted["count"]
    if len(pool) < count:
        where = "" if subject is None else f" of the subject {subject}"
        raise UserMistake(
            "examples_too_few",
            f"{count} examples{where} are wanted and there are {len(pool)}. Ask for fewer, take them from any subject, "
            "or name a question set that has more.",
        )
    if wanted["choice"] == "first":
        return tuple(pool[:count])
    return tuple(random.Random(seed).sample(pool, count))  # noqa: S311
