"""evaluate: multiple-choice questions, answered by the option that the model finds most likely.

`letter-de` lists the options and compares the likelihood of their letters; `text-de` hides them and compares the
likelihood of their texts per byte. A tokenizer's chat template is applied. Examples may stand before each question
(few_shot.py). `logLikelihoods` are natural logarithms, summed over an answer's tokens, in the order of the choices;
nothing is drawn but examples, by the seed, so a run repeats itself.
"""

import json
import math
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.language_models.conversation import Conversation
from definemed_runner.language_models.few_shot import (
    Examples,
    choose_examples,
    example_rows,
    examples_digest,
    examples_of,
)
from definemed_runner.language_models.inference import InferenceModel, load_for_inference
from definemed_runner.language_models.question_templates import TEMPLATE_VERSIONS, ScoredOption, scored_options
from definemed_runner.language_models.questions import Question, read_questions
from definemed_runner.language_models.scoring import score_questions
from definemed_runner.run import Cancelled, RunContext, RunResult, UserMistake

_ANSWERS = pa.schema(
    [
        ("id", pa.string()), ("subject", pa.string()), ("answer", pa.string()), ("chosen", pa.string()),
        ("correct", pa.bool_()), ("logLikelihoods", pa.list_(pa.float64())),
    ]
)  # fmt: skip


def run(context: RunContext) -> RunResult:
    """Ask the input `questions` of the input `model`; see docs/runner-contract.md for parameters and outputs."""
    read = read_questions(context, context.input_path("questions"))
    examples = choose_examples(context, read)
    questions = [question for question in read if not question.example]
    if not questions:
        raise UserMistake("questions_empty", "The file holds no question that is to be asked.")
    inference = load_for_inference(context, context.input_path("model"))
    options, cut = _prepare(context, inference, questions, examples)
    # What stands before the questions is computed once; with examples by subject, once a subject. Texts that lost their
    # beginning have none in common.
    alike = [(number in cut, examples_of(examples, question)) for number, question in enumerate(questions)]
    answers: list[dict[str, Any] | None] = [None] * len(questions)
    started = time.monotonic()
    batch_size = context.spec.parameters["batchSize"]
    for done, (number, scores) in enumerate(score_questions(inference, options, batch_size, alike), start=1):
        answers[number] = _answer(questions[number], options[number], scores)
        if context.stop_requested():
            raise Cancelled
        context.progress(done, len(questions), "questions", "answering")
        if done % 50 == 0 or done == len(questions):
            context.metric("questions_per_second", done, done / max(time.monotonic() - started, 1e-9))
    output = context.output_path("answers.parquet")
    pq.write_table(pa.Table.from_pylist(answers, schema=_ANSWERS), output)
    correct = sum(answer["correct"] for answer in answers if answer is not None)
    version = TEMPLATE_VERSIONS[context.spec.parameters["template"]]
    summary: dict[str, Any] = {"questions": len(questions), "correct": correct, "templateVersion": version}
    if examples:
        summary["examplesDigest"] = examples_digest(examples)
    return RunResult(outputs={"answers": output, **_write_examples(context, examples)}, summary=summary)


def _write_examples(context: RunContext, examples: Examples) -> dict[str, Path]:
    if not examples:
        return {}
    output = context.output_path("examples.jsonl")
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in example_rows(examples)]
    output.write_text("".join(lines), encoding="utf-8")
    return {"examples": output}


def _answer(question: Question, options: list[ScoredOption], scores: list[float]) -> dict[str, Any]:
    if not all(map(math.isfinite, scores)):
        # Of numbers that can't be compared the first option would come out as chosen, and look like an answer.
        raise UserMistake(
            "scores_not_finite",
            f"The model gives no finite probabilities for the question {question.id}: its weights are damaged, or too "
            "large for the type in which they are stored.",
        )
    compared = [score / option.weight for score, option in zip(scores, options, strict=True)]
    chosen = question.labels[compared.index(max(compared))]
    return {
        "id": question.id,
        "subject": question.subject,
        "answer": question.answer,
        "chosen": chosen,
        "correct": chosen == question.answer,
        "logLikelihoods": scores,
    }


def _prepare(
    context: RunContext,
    inference: InferenceModel,
    questions: list[Question],
    examples: Examples,
) -> tuple[list[list[ScoredOption]], set[int]]:
    conversation = Conversation(inference.tokenizer)
    if not conversation.has_template:
        context.warning("no_chat_template", "The tokenizer has no chat template: the questions are put as plain text.")
    template = context.spec.parameters["template"]
    prepared, cut = [], set[int]()
    for number, question in enumerate(questions):
        options = scored_options(question, template, conversation, examples_of(examples, question))
        shortened = [_within(option, inference.window) for option in options]
        if shortened != options:
            cut.add(number)
        prepared.append(shortened)
    if cut:
        context.warning(
            "questions_cut",
            f"{len(cut)} questions exceed the model's {inference.window} tokens and lose their beginning.",
        )
    return prepared, cut


def _within(option: ScoredOption, window: int | None) -> ScoredOption:
    excess = 0 if window is None else min(len(option.tokens) - window, option.start - 1)
    return option if excess <= 0 else ScoredOption(option.tokens[excess:], option.start - excess, option.weight)
