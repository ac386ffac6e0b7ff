"""Answers of a model to batches of prompts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteria, StoppingCriteriaList

from definemed_runner.language_models.inference import InferenceModel
from definemed_runner.language_models.sampling import SeededSampler
from definemed_runner.language_models.tokenising import end_of_text
from definemed_runner.run import Cancelled


@dataclass(frozen=True)
class AnswerSettings:
    """Temperature 0 takes the likeliest token each time."""

    max_new_tokens: int
    temperature: float
    top_p: float


@dataclass(frozen=True)
class Answer:
    """`tokens` counts the answer's tokens without the end token; `finish` is `stop` or `length`."""

    text: str
    tokens: int
    finish: str


class Answerer:
    """Answers prompts with one model and one setting."""

    def __init__(self, inference: InferenceModel, settings: AnswerSettings, stop_requested: Callable[[], bool]) -> None:
        self._inference, self._settings = inference, settings
        self._ends = _end_tokens(inference)
        self._stopping = StoppingCriteriaList([_Stop(stop_requested)])
        # What a model brings along (top-k, repetition penalty) would act unseen: the spec alone tells the run.
        self._config = GenerationConfig(
            max_new_tokens=settings.max_new_tokens, do_sample=False, eos_token_id=self._ends, pad_token_id=self._ends[0]
        )
        inference.model.generation_config = self._config

    @torch.inference_mode()
    def answer(self, prompts: Sequence[list[int]], seeds: Sequence[int]) -> list[Answer]:
        """One answer a prompt (in tokens). Raises Cancelled between two tokens when asked to stop."""
        longest = max(map(len, prompts))
        # Padding on the left, masked: every row's answer begins at the same column.
        tokens = torch.tensor([[self._ends[0]] * (longest - len(each)) + list(each) for each in prompts])
        mask = torch.tensor([[0] * (longest - len(each)) + [1] * len(each) for each in prompts])
        processors = LogitsProcessorList()
        if self._settings.temperature > 0:
            processors.append(SeededSampler(seeds, self._settings.temperature, self._settings.top_p))
        model: Any = self._inference.model
        output = model.generate(
            input_ids=tokens.to(self._inference.device),
            attention_mask=mask.to(self._inference.device),
            generation_config=self._config,
            logits_processor=processors,
            stopping_criteria=self._stopping,
        )
        return [self._read(row[longest:].tolist()) for row in output]

    def _read(self, tokens: list[int]) -> Answer:
        stops = [place for place, token in enumerate(tokens) if token in self._ends]
        kept = tokens[: stops[0]] if stops else tokens
        text = cast(str, self._inference.tokenizer.decode(kept, skip_special_tokens=True))
        return Answer(text.strip(), len(kept), "stop" if stops else "length")


class _Stop(StoppingCriteria):
    def __init__(self, requested: Callable[[], bool]) -> None:
        self._requested = requested

    def __call__(self, input_ids: torch.Tensor, scores: object, **_: object) -> torch.BoolTensor:
        if self._requested():
            raise Cancelled
        return cast(torch.BoolTensor, torch.zeros(len(input_ids), dtype=torch.bool, device=input_ids.device))


def _end_tokens(inference: InferenceModel) -> list[int]:
    # Chat models end a turn with another token than a text; their generation settings name both.
    configured = getattr(inference.model.generation_config, "eos_token_id", None)
    ends = configured if isinstance(configured, list) else [] if configured is None else [configured]
    return list(dict.fromkeys([*ends, end_of_text(inference.tokenizer)]))
