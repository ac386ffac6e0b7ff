"""Tiny models, tokenizers and runs, made on the spot: nothing is downloaded."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from definemed_runner.run import RunContext
from definemed_runner.run.events import Events
from definemed_runner.run.execute import open_run
from definemed_runner.run.spec import Input, Resources, RunSpec
from definemed_runner.run.stop import StopWatch
from definemed_runner.run.store import Store

SENTENCES = (
    "Die Patientin klagt seit drei Tagen über Kopfschmerzen und Fieber.",
    "Der Blutdruck wurde morgens und abends gemessen.",
    "Nach der Operation bekam er zweimal täglich ein Antibiotikum.",
    "Das Röntgenbild der Lunge zeigt keinen Befund.",
    "Bitte nehmen Sie die Tabletten nach dem Essen ein.",
    "Im Garten blühen die ersten Rosen, und die Kinder spielen am Bach.",
    "Eine Impfung schützt vor schweren Verläufen der Grippe.",
    "Der Zug nach Leipzig hatte wegen eines Sturms Verspätung.",
)

CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def make_tokenizer(chat: bool = False) -> PreTrainedTokenizerFast:
    """A byte-level BPE of 400 tokens trained on SENTENCES; it can write any text."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    special = ["<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
    trainer = BpeTrainer(vocab_size=400, special_tokens=special, initial_alphabet=ByteLevel.alphabet())
    tokenizer.train_from_iterator(SENTENCES, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=special[0])
    if chat:
        fast.chat_template = CHAT_TEMPLATE
    return fast


def make_model(
    folder: Path,
    seed: int,
    *,
    tied: bool = False,
    chat: bool = False,
    dtype: torch.dtype = torch.float32,
    **changes: Any,
) -> Path:
    """A Llama with two layers and random weights, saved with its tokenizer into `folder`."""
    tokenizer = make_tokenizer(chat)
    torch.manual_seed(seed)
    settings: dict[str, Any] = {
        "vocab_size": len(tokenizer), "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 256,
        "eos_token_id": tokenizer.eos_token_id, "bos_token_id": None, "pad_token_id": None,
        "tie_word_embeddings": tied, "initializer_range": 0.2,
    }  # fmt: skip
    model = LlamaForCausalLM(LlamaConfig(**{**settings, **changes, "dtype": dtype}))
    for parameter in model.parameters():
        parameter.data = parameter.data.to(dtype)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


class RecordedEvents:
    """Keeps a run's events in memory."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def emit(self, event: dict[str, Any]) -> None:
        self.events.append(event)

    def metrics(self, name: str) -> dict[int, float]:
        """The points of one curve by step."""
        return {e["step"]: e["value"] for e in self.events if e["type"] == "metric" and e["name"] == name}

    def warnings(self) -> list[str]:
        """The codes of the warnings."""
        return [event["code"] for event in self.events if event["type"] == "warning"]


def make_spec(kind: str, inputs: Mapping[str, Path], parameters: Mapping[str, Any], **changes: Any) -> RunSpec:
    """A spec of one process and one thread whose inputs are local paths."""
    spec = RunSpec(
        kind=kind,
        run_id="run1",
        attempt=1,
        seed=1,
        resume=None,
        inputs=MappingProxyType({name: Input(path.as_uri(), None) for name, path in inputs.items()}),
        parameters=MappingProxyType(dict(parameters)),
        resources=Resources(processes=1, threads=1),
        digest="sha256:0",
    )
    return replace(spec, **changes)


def make_context(
    store_folder: Path, spec: RunSpec, events: Events | None = None, stop: StopWatch | None = None
) -> RunContext:
    """A real context in a store of its own."""
    store_folder.mkdir(parents=True, exist_ok=True)
    store = Store(store_folder)
    attempt_folder = store.attempt_folder(spec.run_id, spec.attempt)
    attempt_folder.mkdir(parents=True, exist_ok=True)
    return open_run(store, spec, stop or StopWatch(attempt_folder / "control"), events or RecordedEvents())


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    """One JSON object a line."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
