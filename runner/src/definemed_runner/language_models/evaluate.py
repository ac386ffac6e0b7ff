"""evaluate: multiple-choice questions, answered by the option that the model finds most likely.

`letter-de` lists the options and compares the likelihood of their letters; `text-de` hides them and compares the
likelihood of their texts per byte. A tokenizer's chat template is applied. `logLikelihoods` are natural logarithms,
summed over an answer's tokens, in the order of the choices; nothing is drawn, so a run repeats itself.
"""

import time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.language_models.conversation import Conversation
from definemed_runner.language_models.inference import InferenceModel, load_for_inference
from definemed_runner.language_models.question_templates import TEMPLATE_VERSIONS, ScoredOption, scored_options
from definemed_runner.language_models.questions import Question, read_questions
from definemed_runner.language_models.scoring import score_questions
from definemed_runner.run import Cancelled, RunContext, RunResult

_ANSWERS = pa.schema(
    [
        ("id", pa.string()), ("subject", pa.string()), ("answer", pa.string()), ("chosen", pa.string()),
        ("correct", pa.bool_()), ("logLikelihoods", pa.list_(pa.float64())),
    ]
)  # fmt: skip


def run(context: RunContext) -> RunResult:
    """Ask the input `questions` of the input `model`; see docs/runner-contract.md for parameters and outputs."""
    questions = read_questions(context, context.input_path("questions"))
    inference = load_for_inference(context, context.input_path("model"))
    options = _prepare(context, inference, questions)
    answers: list[dict[str, Any] | None] = [None] * len(questions)
    started = time.monotonic()
    batch_size = context.spec.parameters["batchSize"]
    for done, (number, scores) in enumerate(score_questions(inference, options, batch_size), start=1):
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
    summary = {"questions": len(questions), "correct": correct, "templateVersion": version}
    return RunResult(outputs={"answers": output}, summary=summary)


def _answer(question: Question, options: list[ScoredOption], scores: list[float]) -> dict[str, Any]:
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


def _prepare(context: RunContext, inference: InferenceModel, questions: list[Question]) -> list[list[ScoredOption]]:
    conversation = Conversation(inference.tokenizer)
    if not conversation.has_template:
        context.warning("no_chat_template", "The tokenizer has no chat template: the questions are put as plain text.")
    template = context.spec.parameters["template"]
    prepared, cut = [], 0
    for question in questions:
        options = scored_options(question, template, conversation)
        shortened = [_within(option, inference.window) for option in options]
        cut += shortened != options
        prepared.append(shortened)
    if cut:
        context.warning(
            "questions_cut",
            f"{cut} questions exceed the model's {inference.window} tokens and lose their beginning.",
        )
    return prepared


def _within(option: ScoredOption, window: int | None) -> ScoredOption:
    excess = 0 if window is None else min(len(option.tokens) - window, option.start - 1)
    return option if excess <= 0 else ScoredOption(option.tokens[excess:], option.start - excess, option.weight)
