"""generate: a model's answers to a set of prompts.

Prompts are answered in fixed batches of similar length. Each draws its own random numbers from (seed, id), and the
batches are the same in every attempt, so an attempt that continues gives the answers that one alone would have given.
Generation settings that the model brings along are not used, except for its end tokens.
"""

import json
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.language_models.answering import Answerer, AnswerSettings
from definemed_runner.language_models.conversation import Conversation
from definemed_runner.language_models.inference import InferenceModel, load_for_inference
from definemed_runner.language_models.prompts import Prompt, read_prompts
from definemed_runner.language_models.sampling import prompt_seed
from definemed_runner.run import Cancelled, RunContext, RunResult, UserMistake

_BATCH = 8
# Each checkpoint holds all answers so far; more than this many would only copy text around.
_CHECKPOINTS = 100
_ANSWERS_FILE = "answers.jsonl"

_ANSWERS = pa.schema(
    [
        ("id", pa.string()), ("prompt", pa.string()), ("answer", pa.string()), ("tokens", pa.int32()),
        ("finish", pa.string()),
    ]
)  # fmt: skip


def run(context: RunContext) -> RunResult:
    """Have the input `model` answer the input `prompts`; see docs/runner-contract.md for parameters and outputs."""
    parameters = context.spec.parameters
    settings = AnswerSettings(parameters["maxNewTokens"], parameters["temperature"], parameters["topP"])
    prompts = read_prompts(context.input_path("prompts"))
    inference = load_for_inference(context, context.input_path("model"))
    tokens = _format(context, inference, prompts, settings)
    answered = _answered_before(context, prompts)
    answerer = Answerer(inference, settings, context.stop_requested)
    _answer_all(context, answerer, prompts, tokens, answered)

    rows = [{"prompt": prompt.prompt, **answered[prompt.id]} for prompt in prompts]
    output = context.output_path("answers.parquet")
    pq.write_table(pa.Table.from_pylist(rows, schema=_ANSWERS), output)
    mean = sum(row["tokens"] for row in rows) / len(rows)
    return RunResult(outputs={"answers": output}, summary={"answers": len(rows), "meanTokens": mean})


def _answer_all(
    context: RunContext,
    answerer: Answerer,
    prompts: list[Prompt],
    tokens: list[list[int]],
    answered: dict[str, dict[str, Any]],
) -> None:
    batches = _batches(tokens)
    every = max(1, len(batches) // _CHECKPOINTS)
    saved = len(answered)
    begun, before = time.monotonic(), len(answered)
    for number, batch in enumerate(batches, start=1):
        asked = [prompts[place] for place in batch]
        if all(prompt.id in answered for prompt in asked):
            continue
        try:
            if context.stop_requested():
                raise Cancelled
            seeds = [prompt_seed(context.spec.seed, prompt.id) for prompt in asked]
            answers = answerer.answer([tokens[place] for place in batch], seeds)
        except Cancelled:
            if len(answered) > saved:
                _save(context, answered)
            raise
        for prompt, answer in zip(asked, answers, strict=True):
            answered[prompt.id] = {
                "id": prompt.id, "answer": answer.text, "tokens": answer.tokens, "finish": answer.finish,
            }  # fmt: skip
        if number % every == 0:
            _save(context, answered)
            saved = len(answered)
        context.progress(len(answered), len(prompts), "answers", "answering")
        rate = (len(answered) - before) / max(time.monotonic() - begun, 1e-9)
        context.metric("answers_per_second", len(answered), rate)


def _batches(tokens: list[list[int]]) -> list[list[int]]:
    order = sorted(range(len(tokens)), key=lambda place: (-len(tokens[place]), place))
    return [order[first : first + _BATCH] for first in range(0, len(order), _BATCH)]


def _format(
    context: RunContext, inference: InferenceModel, prompts: list[Prompt], settings: AnswerSettings
) -> list[list[int]]:
    conversation = Conversation(inference.tokenizer, context.spec.parameters["systemPrompt"])
    if not conversation.has_template:
        context.warning("no_chat_template", "The tokenizer has no chat template: the prompts are put as plain text.")
    if conversation.system_in_message:
        context.warning(
            "system_prompt_in_message",
            "The model's chat template knows no system prompt, so it is put before each prompt.",
        )
    tokens = [conversation.tokens(conversation.prompt(each.prompt)) for each in prompts]
    for prompt, each in zip(prompts, tokens, strict=True):
        if inference.window is not None and len(each) + settings.max_new_tokens > inference.window:
            raise UserMistake(
                "prompt_too_long",
                f"The prompt {prompt.id} has {len(each)} tokens; with {settings.max_new_tokens} for the answer that "
                f"exceeds the model's {inference.window}. Shorten it, or lower maxNewTokens.",
            )
    return tokens


def _answered_before(context: RunContext, prompts: list[Prompt]) -> dict[str, dict[str, Any]]:
    folder = context.resume_folder()
    if folder is None:
        return {}
    lines = (folder / _ANSWERS_FILE).read_text(encoding="utf-8").splitlines()
    rows = {row["id"]: row for row in map(json.loads, lines)}
    if not rows.keys() <= {prompt.id for prompt in prompts}:
        raise UserMistake(
            "checkpoint_of_another_run", f"The checkpoint {folder.name} answers other prompts. Start a new run instead."
        )
    return rows


def _save(context: RunContext, answered: dict[str, dict[str, Any]]) -> None:
    path: Path = context.checkpoint_folder(len(answered)) / _ANSWERS_FILE
    # JSON escapes keep line separators inside answers from splitting a line.
    path.write_text("".join(json.dumps(row) + "\n" for row in answered.values()), encoding="utf-8")
    context.mark_checkpoint(len(answered))
