"""Answers repeat themselves, do not depend on their neighbours, and continue where an attempt was stopped."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from definemed_runner.language_models import generate
from definemed_runner.language_models.conversation import Conversation
from definemed_runner.language_models.sampling import SeededSampler, draw, prompt_seed
from definemed_runner.run import Cancelled, RunContext, UserMistake
from definemed_runner.run.stop import StopWatch
from language_models.tiny_models import SENTENCES, RecordedEvents, make_context, make_model, make_spec, write_jsonl

PROMPTS = [
    {"id": f"p{number}", "category": "test", "prompt": " ".join(SENTENCES[: 1 + number % 3]) + f" Frage {number}?"}
    for number in range(20)
]


def context_for(
    folder: Path,
    model: Path,
    prompts: list[dict[str, Any]],
    *,
    events: RecordedEvents | None = None,
    stop: StopWatch | None = None,
    spec: dict[str, Any] | None = None,
    **changes: Any,
) -> RunContext:
    inputs = {"model": model, "prompts": write_jsonl(folder / "prompts.jsonl", prompts)}
    parameters = {"maxNewTokens": 12, "temperature": 0.0, "topP": 1.0, "systemPrompt": None, **changes}
    return make_context(folder / "store", make_spec("generate", inputs, parameters, **(spec or {})), events, stop)


def answered(folder: Path, model: Path, prompts: list[dict[str, Any]] = PROMPTS, **changes: Any) -> dict[str, Any]:
    result = generate.run(context_for(folder, model, prompts, **changes))
    return {row["id"]: row for row in pq.read_table(result.outputs["answers"]).to_pylist()}


@torch.no_grad()
def test_greedy_answers_equal_a_plain_loop_over_the_model(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "model", 1, chat=True)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    rows = answered(tmp_path, folder, systemPrompt="Antworten Sie auf Deutsch.")
    for prompt in PROMPTS:
        text = f"<|system|>Antworten Sie auf Deutsch.<|end|><|user|>{prompt['prompt']}<|end|><|assistant|>"
        tokens = tokenizer(text)["input_ids"]
        answer: list[int] = []
        while len(answer) < 12 and tokenizer.eos_token_id not in answer:
            answer.append(int(model(torch.tensor([tokens + answer])).logits[0, -1].argmax()))
        ended = tokenizer.eos_token_id in answer
        kept = answer[:-1] if ended else answer
        row = rows[prompt["id"]]
        assert row["answer"] == tokenizer.decode(kept, skip_special_tokens=True).strip()
        assert (row["tokens"], row["finish"]) == (len(kept), "stop" if ended else "length")


def test_drawn_answers_repeat_and_differ_by_seed_and_prompt(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", 1, chat=True)
    settings: dict[str, Any] = {"temperature": 1.0, "topP": 0.9}
    first, again = answered(tmp_path, model, **settings), answered(tmp_path, model, **settings)
    assert first == again
    other = answered(tmp_path, model, spec={"seed": 2}, **settings)
    assert sum(first[key]["answer"] != other[key]["answer"] for key in first) > 15
    twins = [{**PROMPTS[0], "id": name} for name in ("a", "b")]
    pair = answered(tmp_path, model, twins, **settings)
    assert pair["a"]["answer"] != pair["b"]["answer"]


def test_an_answer_does_not_depend_on_the_other_prompts(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", 1, chat=True)
    settings: dict[str, Any] = {"temperature": 1.0, "topP": 0.9}
    together = answered(tmp_path, model, **settings)
    for prompt in PROMPTS[:4]:
        assert answered(tmp_path, model, [prompt], **settings)[prompt["id"]] == together[prompt["id"]]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_stopped_attempt_continues_to_the_same_answers(tmp_path: Path, temperature: float) -> None:
    model = make_model(tmp_path / "model", 1, chat=True)
    settings: dict[str, Any] = {"temperature": temperature, "topP": 0.9 if temperature else 1.0}
    whole = answered(tmp_path, model, **settings)
    stop = StopWatch(tmp_path)

    class StoppingEvents(RecordedEvents):
        def emit(self, event: dict[str, Any]) -> None:
            super().emit(event)
            if event["type"] == "progress":
                stop.request()

    first = context_for(tmp_path, model, PROMPTS, events=StoppingEvents(), stop=stop, spec={"run_id": "b"}, **settings)
    with pytest.raises(Cancelled):
        generate.run(first)
    checkpoint = first.attempt_folder / "checkpoints" / "step-00000008"
    assert (checkpoint / "complete.json").is_file()
    events = RecordedEvents()
    resume = {"run_id": "b", "attempt": 2, "resume": first.store.address_of(checkpoint)}
    rest = answered(tmp_path, model, events=events, spec=resume, **settings)
    assert rest == whole
    assert [event["done"] for event in events.events if event["type"] == "progress"] == [16, 20]


def test_the_checkpoint_holds_the_answers_as_lines(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", 1, chat=True)
    context = context_for(tmp_path, model, PROMPTS)
    result = generate.run(context)
    lines = (context.attempt_folder / "checkpoints" / "step-00000020" / "answers.jsonl").read_text().splitlines()
    rows = {row["id"]: row["answer"] for row in map(json.loads, lines)}
    table = pq.read_table(result.outputs["answers"]).to_pylist()
    assert rows == {row["id"]: row["answer"] for row in table}
    mean = sum(row["tokens"] for row in table) / 20
    assert result.summary == {"answers": 20, "meanTokens": pytest.approx(mean)}


def test_a_checkpoint_of_other_prompts_is_refused(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", 1, chat=True)
    context = context_for(tmp_path, model, PROMPTS)
    generate.run(context)
    checkpoint = context.attempt_folder / "checkpoints" / "step-00000020"
    resume = {"attempt": 2, "resume": context.store.address_of(checkpoint)}
    with pytest.raises(UserMistake) as mistake:
        answered(tmp_path, model, PROMPTS[:3], spec=resume)
    assert mistake.value.code == "checkpoint_of_another_run"


def test_what_cannot_be_answered_is_refused(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model", 1)
    for prompts, code in (
        ([], "prompts_empty"),
        ([{"id": "1"}], "prompts_invalid"),
        ([PROMPTS[0], PROMPTS[0]], "prompts_invalid"),
        ([{"id": "1", "prompt": "Wort " * 400}], "prompt_too_long"),
    ):
        with pytest.raises(UserMistake) as mistake:
            answered(tmp_path, model, prompts)
        assert mistake.value.code == code


def test_a_template_without_system_role_gets_the_system_prompt_in_the_message(tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(make_model(tmp_path / "model", 1))
    tokenizer.chat_template = (
        "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
        "{% if m['role'] == 'user' %}[INST] {{ m['content'] }} [/INST]{% else %} {{ m['content'] }}<|end|>{% endif %}"
        "{% endfor %}"
    )
    conversation = Conversation(tokenizer, "Kurz bitte.")
    assert conversation.system_in_message
    assert conversation.prompt("Was ist Fieber?") == "[INST] Kurz bitte.\n\nWas ist Fieber? [/INST]"
    assert conversation.answer_lead("Was ist Fieber?") == " "


def test_tokens_are_drawn_as_often_as_their_probability_says() -> None:
    scores = torch.log(torch.tensor([[0.5, 0.25, 0.15, 0.1]]))
    uniform = torch.linspace(0, 1, 2001, dtype=torch.float64)[:-1]
    for temperature, top_p, wanted in (
        (1.0, 1.0, [0.5, 0.25, 0.15, 0.1]),
        (1.0, 0.7, [2 / 3, 1 / 3, 0, 0]),
        (0.5, 1.0, [p * p / 0.345 for p in (0.5, 0.25, 0.15, 0.1)]),
        (1.0, 0.01, [1, 0, 0, 0]),
    ):
        counts = Counter(draw(scores.expand(2000, 4), temperature, top_p, uniform).tolist())
        assert [counts[token] / 2000 for token in range(4)] == pytest.approx(wanted, abs=2e-3)


def test_the_sampler_gives_each_row_its_own_numbers() -> None:
    scores = torch.zeros(2, 1000)
    seeds = [prompt_seed(1, "a"), prompt_seed(1, "b")]
    both = SeededSampler(seeds, 1.0, 1.0)
    alone = SeededSampler(seeds[1:], 1.0, 1.0)
    for _ in range(5):
        assert both(torch.zeros(2, 1), scores)[1].argmax() == alone(torch.zeros(1, 1), scores[:1])[0].argmax()
