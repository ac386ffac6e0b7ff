"""Examples before the questions: as lm-evaluation-harness puts them, and never one that is asked."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from definemed_runner.language_models import evaluate
from definemed_runner.language_models.few_shot import choose_examples
from definemed_runner.language_models.questions import read_questions
from definemed_runner.run import RunContext, RunResult, UserMistake
from language_models.few_shot_questions import EXAMPLES, QUESTIONS
from language_models.tiny_models import RecordedEvents, make_context, make_model, make_spec, write_jsonl

# Measured by benchmarks/evaluate/harness.py on the model that `reference_model` makes, with the first examples.
REFERENCE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "evaluate" / "lm-evaluation-harness-0.4.13.json").read_text("utf-8")
)
IDS = [example["id"] for example in EXAMPLES]


def reference_model(folder: Path, chat: bool) -> Path:
    return make_model(folder, 5, chat=chat, max_position_embeddings=2048)


def context_of(
    folder: Path,
    model: Path,
    rows: list[dict[str, Any]],
    examples: list[dict[str, Any]] | None,
    events: RecordedEvents | None = None,
    *,
    seed: int = 1,
    template: str = "letter-de",
    **wanted: Any,
) -> RunContext:
    """`examples` None: they stand in the file of the questions."""
    folder.mkdir(exist_ok=True)
    questions = write_jsonl(folder / "questions.jsonl", rows)
    other = questions if examples is None else write_jsonl(folder / "examples.jsonl", examples)
    parameters = {
        "template": template, "batchSize": 3,
        "examples": {"count": 3, "choice": "first", "subject": "any", **wanted},
    }  # fmt: skip
    spec = make_spec("evaluate", {"model": model, "questions": questions, "examples": other}, parameters, seed=seed)
    return make_context(folder / "store", spec, events)


def answers(result: RunResult) -> list[dict[str, Any]]:
    return pq.read_table(result.outputs["answers"]).to_pylist()


def chosen_ids(folder: Path, rows: list[dict[str, Any]], examples: list[dict[str, Any]] | None, **wanted: Any) -> Any:
    """The examples' ids by subject, without a model that reads them."""
    context = context_of(folder, folder, rows, examples, **wanted)
    chosen = choose_examples(context, read_questions(context, context.input_path("questions")))
    return {subject: [each.id for each in some] for subject, some in chosen.items()}


@pytest.mark.parametrize(
    "case", REFERENCE, ids=lambda case: f"{case['template']}, {case['examples']} examples, chat {case['chat']}"
)
def test_every_option_scores_as_in_the_reference(tmp_path: Path, case: dict[str, Any]) -> None:
    model = reference_model(tmp_path / "model", case["chat"])
    if case["examples"] == 0:
        questions = write_jsonl(tmp_path / "questions.jsonl", QUESTIONS)
        parameters = {"template": case["template"], "batchSize": 3}
        spec = make_spec("evaluate", {"model": model, "questions": questions}, parameters)
        result = evaluate.run(make_context(tmp_path / "store", spec))
    else:
        context = context_of(tmp_path, model, QUESTIONS, EXAMPLES, template=case["template"], count=case["examples"])
        result = evaluate.run(context)
    found = {row["id"]: row["logLikelihoods"] for row in answers(result)}
    assert found.keys() == case["logLikelihoods"].keys()
    for number, values in case["logLikelihoods"].items():
        assert found[number] == pytest.approx(values, abs=2e-3)


def test_examples_of_the_subject_are_another_beginning_for_each_subject(tmp_path: Path) -> None:
    model = reference_model(tmp_path / "model", chat=True)
    context = context_of(tmp_path, model, QUESTIONS, EXAMPLES, count=2, subject="same")
    together = {row["id"]: row["logLikelihoods"] for row in answers(evaluate.run(context))}
    for subject in ("Anatomie", "Pharmakologie"):
        asked = [row for row in QUESTIONS if row["subject"] == subject]
        shown = [row for row in EXAMPLES if row["subject"] == subject]
        alone = context_of(tmp_path / subject, model, asked, shown, count=2)
        for row in answers(evaluate.run(alone)):
            assert together[row["id"]] == pytest.approx(row["logLikelihoods"], abs=1e-4)


def test_the_examples_are_kept_with_the_answers(tmp_path: Path) -> None:
    model = reference_model(tmp_path / "model", chat=False)
    result = evaluate.run(context_of(tmp_path, model, QUESTIONS, EXAMPLES, count=2, subject="same"))
    rows = [json.loads(line) for line in result.outputs["examples"].read_text("utf-8").splitlines()]
    assert [(row["before"], row["id"]) for row in rows] == [
        ("Anatomie", "e1"), ("Anatomie", "e3"), ("Pharmakologie", "e2"), ("Pharmakologie", "e4"),
    ]  # fmt: skip
    assert rows[0]["choices"] == {"A": "im Kopf", "B": "in der Brust"}
    again = evaluate.run(context_of(tmp_path / "b", model, QUESTIONS, EXAMPLES, count=2, subject="same"))
    fewer = evaluate.run(context_of(tmp_path / "c", model, QUESTIONS, EXAMPLES, count=1, subject="same"))
    assert result.summary["examplesDigest"] == again.summary["examplesDigest"] != fewer.summary["examplesDigest"]


def test_parts_of_the_file_that_are_there_to_learn_from_are_shown_and_never_asked(tmp_path: Path) -> None:
    parts = zip(EXAMPLES, ("train", "Dev", "validation", "val"), strict=True)
    rows = [*QUESTIONS[:2], *({**example, "split": part} for example, part in parts), *QUESTIONS[2:]]
    rows[0] = {**rows[0], "split": "test"}
    assert chosen_ids(tmp_path, rows, None, count=4) == {None: IDS}
    model = reference_model(tmp_path / "model", chat=False)
    result = evaluate.run(context_of(tmp_path, model, rows, None, count=4))
    assert [row["id"] for row in answers(result)] == ["q1", "q2", "q3", "q4"]
    assert result.summary["questions"] == 4


def test_what_is_drawn_follows_from_the_seed(tmp_path: Path) -> None:
    drawn = [chosen_ids(tmp_path, QUESTIONS, EXAMPLES, choice="drawn", seed=seed)[None] for seed in range(20)]
    assert all(len(set(ids)) == 3 and set(ids) < set(IDS) for ids in drawn)
    assert len({tuple(ids) for ids in drawn}) > 5
    assert drawn[7] == chosen_ids(tmp_path, QUESTIONS, EXAMPLES, choice="drawn", seed=7)[None]


def test_a_question_that_is_asked_is_no_example_whatever_its_id(tmp_path: Path) -> None:
    turned = {"choices": QUESTIONS[0]["choices"][::-1], "answer": "C"}
    same = {**QUESTIONS[0], "id": "other", "question": "  welches Organ  pumpt Blut? ", **turned}
    events = RecordedEvents()
    context = context_of(tmp_path, tmp_path, QUESTIONS, [same, *EXAMPLES], events)
    chosen = choose_examples(context, read_questions(context, context.input_path("questions")))
    assert [each.id for each in chosen[None]] == ["e1", "e2", "e3"]
    assert events.warnings() == ["examples_asked"]


@pytest.mark.parametrize(
    ("examples", "wanted"),
    [(EXAMPLES, {"count": 5}), (None, {"count": 1}), (EXAMPLES, {"subject": "same"}), (QUESTIONS, {"count": 1})],
)
def test_too_few_examples_are_told_with_how_many_there_are(tmp_path: Path, examples: Any, wanted: Any) -> None:
    with pytest.raises(UserMistake) as mistake:
        chosen_ids(tmp_path, QUESTIONS, examples, **wanted)
    assert mistake.value.code == "examples_too_few"


def test_a_part_of_another_name_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="Line 2: split must be") as mistake:
        chosen_ids(tmp_path, [QUESTIONS[0], {**QUESTIONS[1], "split": "holdout"}], EXAMPLES)
    assert mistake.value.code == "questions_invalid"


def test_a_file_of_examples_alone_asks_nothing(tmp_path: Path) -> None:
    rows = [{**example, "split": "dev"} for example in EXAMPLES]
    with pytest.raises(UserMistake) as mistake:
        evaluate.run(context_of(tmp_path, tmp_path, rows, None, count=1))
    assert mistake.value.code == "questions_empty"
