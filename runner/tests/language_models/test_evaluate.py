"""Multiple choice against a naive computation, option by option, without batches or padding."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

from definemed_runner.language_models import evaluate
from definemed_runner.language_models.inference import load_for_inference
from definemed_runner.language_models.prompts import read_prompts
from definemed_runner.language_models.question_templates import TEMPLATE_VERSIONS, letter_prompt, text_prompt
from definemed_runner.language_models.questions import Question, read_questions
from definemed_runner.language_models.scoring import takes_trees
from definemed_runner.run import RunResult, UserMistake
from language_models.tiny_models import RecordedEvents, make_context, make_model, make_spec, write_jsonl

QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "subject": "Anatomie", "question": "Welches Organ pumpt Blut?",
     "choices": ["Leber", "Herz", "Milz", "Niere"], "answer": "B"},
    {"id": "2", "subject": "Pharmakologie", "question": "Was senkt Fieber?",
     "choices": ["Ein Antibiotikum, dreimal täglich nach dem Essen", "Paracetamol"], "answer": 1},
    {"id": "3", "subject": "Anatomie",
     "question": "Eine Patientin klagt seit drei Tagen über Fieber. Wie viele Knochen hat die Hand des Menschen?",
     "choices": {"A": "27", "B": "54", "C": "12"}, "answer": "a"},
    {"id": "4", "subject": "", "question": "Wo ist die Lunge?", "choices": ["im Kopf", "in der Brust"], "answer": "B"},
]  # fmt: skip
INVALID = {"id": "x", "subject": "", "question": "Ohne Schlüssel?", "choices": ["ja", "nein"], "answer": "@"}


def evaluated(
    folder: Path, model: Path, rows: list[dict[str, Any]], events: RecordedEvents | None = None, **changes: Any
) -> RunResult:
    questions = write_jsonl(folder / "questions.jsonl", rows)
    parameters = {"template": "letter-de", "batchSize": 4, **changes}
    spec = make_spec("evaluate", {"model": model, "questions": questions}, parameters)
    return evaluate.run(make_context(folder / "store", spec, events))


def answers(result: RunResult) -> list[dict[str, Any]]:
    return pq.read_table(result.outputs["answers"]).to_pylist()


@torch.no_grad()
def naive(model: Any, tokenizer: Any, question: dict[str, Any], template: str, chat: bool) -> list[float]:
    """Each option alone: the whole text's next-token log-probabilities, summed over the option's tokens."""
    choices = question["choices"]
    labels, texts = list("ABCD"), choices
    if isinstance(choices, dict):
        labels, texts = list(choices), list(choices.values())
    if template == "letter-de":
        listed = "\n".join(f"{label}) {text}" for label, text in zip(labels, texts, strict=False))
        message = (
            "Beantworten Sie die folgende Frage. Genau eine Antwort ist richtig. "
            f"Nennen Sie nur ihren Buchstaben.\n\nFrage: {question['question']}\n{listed}"
        )
        options = labels[: len(texts)]
    else:
        message = f"Beantworten Sie die folgende Frage so kurz wie möglich.\n\nFrage: {question['question']}"
        options = texts
    prompt = f"<|user|>{message}<|end|><|assistant|>" if chat else f"{message}\nAntwort:"
    scores = []
    for option in options:
        start = len(tokenizer(prompt)["input_ids"])
        tokens = torch.tensor(tokenizer(prompt + ("" if chat else " ") + option)["input_ids"])
        likely = model(input_ids=tokens[None]).logits[0].double().log_softmax(-1)
        scores.append(sum(likely[place - 1, tokens[place]].item() for place in range(start, len(tokens))))
    return scores


@pytest.mark.parametrize("chat", [False, True])
@pytest.mark.parametrize("template", ["letter-de", "text-de"])
def test_scores_equal_the_naive_ones_for_any_batch_size(tmp_path: Path, template: str, chat: bool) -> None:
    folder = make_model(tmp_path / "model", 1, chat=chat)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    wanted = [naive(model, tokenizer, question, template, chat) for question in QUESTIONS]
    for batch_size in (1, 3, 8):
        rows = answers(evaluated(tmp_path, folder, QUESTIONS, template=template, batchSize=batch_size))
        for row, question, scores in zip(rows, QUESTIONS, wanted, strict=True):
            assert row["id"] == question["id"]
            assert row["logLikelihoods"] == pytest.approx(scores, abs=1e-4)


def test_the_likeliest_letter_is_chosen_and_counted(tmp_path: Path) -> None:
    result = evaluated(tmp_path, make_model(tmp_path / "model", 1, chat=True), QUESTIONS)
    rows = answers(result)
    for row in rows:
        assert row["chosen"] == "ABCD"[row["logLikelihoods"].index(max(row["logLikelihoods"]))]
        assert row["correct"] == (row["chosen"] == row["answer"])
    assert [row["answer"] for row in rows] == ["B", "B", "A", "B"]
    correct = sum(row["correct"] for row in rows)
    assert result.summary == {"questions": 4, "correct": correct, "templateVersion": 1}


def test_texts_are_compared_per_byte(tmp_path: Path) -> None:
    rows = answers(evaluated(tmp_path, make_model(tmp_path / "model", 1), QUESTIONS, template="text-de"))
    for row, question in zip(rows, QUESTIONS, strict=True):
        choices = question["choices"]
        texts = list(choices.values()) if isinstance(choices, dict) else choices
        values = [score / len(text.encode()) for score, text in zip(row["logLikelihoods"], texts, strict=True)]
        assert row["chosen"] == "ABCD"[values.index(max(values))]


def test_rows_without_a_valid_key_are_left_out_and_told(tmp_path: Path) -> None:
    events = RecordedEvents()
    result = evaluated(tmp_path, make_model(tmp_path / "model", 1, chat=True), [INVALID, *QUESTIONS], events)
    assert result.summary["questions"] == 4
    assert events.warnings() == ["questions_left_out"]
    assert list(events.metrics("questions_per_second")) == [4]


@pytest.mark.parametrize(
    ("choices", "key", "answer"),
    [
        ({"a": "27", "b": "54"}, "b", "b"),
        ({"a": "27", "b": "54"}, "A", "a"),
        ({"1": "27", "2": "54", "3": "12"}, "2", "2"),
        ({"1": "27", "2": "54", "3": "12"}, 2, "2"),
        (["27", "54"], 1, "B"),
        (["27", "54"], "1", None),
        (["27", "54"], True, None),
    ],
)
def test_a_key_is_a_label_whatever_its_case_and_else_a_place(
    tmp_path: Path, choices: object, key: object, answer: str | None
) -> None:
    events = RecordedEvents()
    row = {"id": "1", "question": "Wie viele Knochen hat die Hand?", "choices": choices, "answer": key}
    path = write_jsonl(tmp_path / "questions.jsonl", [row, QUESTIONS[3]])
    read = read_questions(make_context(tmp_path / "store", make_spec("evaluate", {}, {}), events), path)
    assert [each.answer for each in read] == ([] if answer is None else [answer]) + ["B"]
    assert events.warnings() == (["questions_left_out"] if answer is None else [])


def test_line_separators_within_a_text_part_no_line(tmp_path: Path) -> None:
    text = "Erste Zeile.\u2028Zweite\u2029Zeile.\x85Dritte."
    path = tmp_path / "questions.jsonl"
    rows = [{**QUESTIONS[0], "question": text}, QUESTIONS[1]]
    path.write_text("\r\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\r\n", encoding="utf-8")
    read = read_questions(make_context(tmp_path / "store", make_spec("evaluate", {}, {}), RecordedEvents()), path)
    assert [each.question for each in read] == [text, QUESTIONS[1]["question"]]
    path.write_text(json.dumps({"id": "1", "prompt": text}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert [each.prompt for each in read_prompts(path)] == [text]


def test_a_model_without_finite_probabilities_answers_nothing(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", 1)
    weights = load_file(folder / "model.safetensors")
    weights["model.norm.weight"].fill_(float("nan"))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserMistake) as mistake:
        evaluated(tmp_path, folder, QUESTIONS)
    assert mistake.value.code == "scores_not_finite"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([INVALID], "questions_empty"),
        ([QUESTIONS[0], QUESTIONS[0]], "questions_invalid"),
        ([{"id": "1", "question": "Ohne Antworten?"}], "questions_invalid"),
        ([{**QUESTIONS[0], "choices": ["nur eine"]}], "questions_invalid"),
    ],
)
def test_files_that_hold_no_questions_are_refused(tmp_path: Path, rows: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(UserMistake) as mistake:
        evaluated(tmp_path, make_model(tmp_path / "model", 1), rows)
    assert mistake.value.code == code


def test_a_question_beyond_the_window_loses_its_beginning(tmp_path: Path) -> None:
    events = RecordedEvents()
    long = {**QUESTIONS[0], "question": "Der Blutdruck wurde gemessen. " * 60 + "Welches Organ pumpt Blut?"}
    rows = answers(evaluated(tmp_path, make_model(tmp_path / "model", 1, chat=True), [long], events))
    assert len(rows[0]["logLikelihoods"]) == 4
    assert events.warnings() == ["questions_cut"]


def test_long_answers_and_a_shared_beginning_score_as_if_each_text_stood_alone(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", 3, chat=True)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    long = {**QUESTIONS[0], "id": "long", "choices": [f"{word} " * 9 for word in ("Herz", "Fieber", "Rosen", "Zug")]}
    rows = [*QUESTIONS, long]
    wanted = [naive(model, tokenizer, question, "text-de", True) for question in rows]
    found = answers(evaluated(tmp_path, folder, rows, template="text-de", batchSize=5))
    for row, scores in zip(found, wanted, strict=True):
        assert row["logLikelihoods"] == pytest.approx(scores, abs=1e-4)


def test_a_model_that_does_not_hear_our_mask_answers_the_same_more_slowly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_model(tmp_path / "model", 1, chat=True)
    usual = answers(evaluated(tmp_path, folder, QUESTIONS, template="text-de"))
    forward = LlamaForCausalLM.forward

    def deaf(self: LlamaForCausalLM, *arguments: Any, attention_mask: Any = None, **options: Any) -> Any:
        heard = attention_mask if attention_mask is not None and attention_mask.dim() == 2 else None
        return forward(self, *arguments, attention_mask=heard, **options)

    monkeypatch.setattr(LlamaForCausalLM, "forward", deaf)
    for row, alone in zip(answers(evaluated(tmp_path, folder, QUESTIONS, template="text-de")), usual, strict=True):
        assert row["logLikelihoods"] == pytest.approx(alone["logLikelihoods"], abs=1e-4)


def test_a_model_that_looks_back_only_so_far_keeps_its_limit(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", 1, chat=True)
    inference = load_for_inference(make_context(tmp_path / "store", make_spec("evaluate", {}, {})), folder)
    assert takes_trees(inference, longest=100)
    inference.model.config.sliding_window = 64
    assert not takes_trees(inference, longest=100)
    assert takes_trees(inference, longest=60)


@pytest.mark.parametrize(
    ("template", "version", "wording"),
    [
        ("letter-de", 1, "Beantworten Sie die folgende Frage. Genau eine Antwort ist richtig. Nennen Sie nur ihren "
         "Buchstaben.\n\nFrage: Wo ist die Lunge?\nA) im Kopf\nB) in der Brust"),
        ("text-de", 1, "Beantworten Sie die folgende Frage so kurz wie möglich.\n\nFrage: Wo ist die Lunge?"),
    ],
)  # fmt: skip
def test_a_template_keeps_its_wording_as_long_as_its_version(template: str, version: int, wording: str) -> None:
    question = Question("4", "", "Wo ist die Lunge?", ("A", "B"), ("im Kopf", "in der Brust"), "B")
    prompt = letter_prompt(question) if template == "letter-de" else text_prompt(question)
    assert (TEMPLATE_VERSIONS[template], prompt) == (version, wording)
