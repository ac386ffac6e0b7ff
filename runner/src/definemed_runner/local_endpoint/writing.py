"""Writing an answer: freely, or held to a schema."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from definemed_runner.local_endpoint.answer_schema import AnswerSchema, Choice, Text
from definemed_runner.local_endpoint.chat_request import ChatRequest
from definemed_runner.local_endpoint.language_model import LanguageModel


class Abandoned(Exception):
    """Nobody waits for the answer any more."""


@dataclass
class Answer:
    """The text, how it ended (`stop` or `length`), its tokens, and what is told about their likelihoods."""

    text: str
    finish: str
    tokens: int
    logprobs: list[dict[str, Any]] = field(default_factory=list)


class Writer:
    """Writes one answer. `abandoned` is asked before each token."""

    def __init__(self, model: LanguageModel, request: ChatRequest, abandoned: Callable[[], bool]) -> None:
        self._model = model
        self._request = request
        self._abandoned = abandoned
        self._generator = torch.Generator()
        if request.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(request.seed)

    def write(self, prompt: Sequence[int]) -> Answer:
        """The answer to a prompt."""
        if self._request.schema is None:
            return self._write_freely(prompt, self._request.max_tokens, self._request.stop)
        return self._write_to_schema(prompt, self._request.schema)

    def _write_freely(self, prompt: Sequence[int], max_tokens: int, stop: Sequence[str]) -> Answer:
        ids = list(prompt)
        answer = Answer("", "length", 0)
        while answer.tokens < max_tokens:
            if self._abandoned():
                raise Abandoned
            scores = self._model.next_scores(ids).cpu()
            token = self._pick(scores)
            answer.tokens += 1
            if token in self._model.end_tokens:
                answer.finish = "stop"
                break
            ids.append(token)
            self._note_token(answer, scores, token)
            answer.text = self._decode(ids[len(prompt) :])
            cuts = [at for at in map(answer.text.find, stop) if at >= 0]
            if cuts:
                answer.text = answer.text[: min(cuts)]
                answer.finish = "stop"
                break
        return answer

    def _write_to_schema(self, prompt: Sequence[int], schema: AnswerSchema) -> Answer:
        answer = Answer("", "stop", 0)
        for index, (_name, value) in enumerate(schema.values):
            if self._abandoned():
                raise Abandoned
            before = answer.text + schema.literal_before(index)
            if isinstance(value, Choice):
                answer.text = before + self._choose(prompt, before, value, schema.literal_after(index), answer)
            else:
                answer.text = before + self._write_string(prompt, before, value, answer)
        if schema.values[-1][0] is not None:
            answer.text += "}"
        answer.tokens = len(self._encode(answer.text))
        return answer

    def _choose(self, prompt: Sequence[int], before: str, choice: Choice, after: str, answer: Answer) -> str:
        """The option that is likeliest as a whole, its end included; all share one pass over the prompt."""
        spelled = [self._encode(before + option + after) for option in choice.options]
        if len(spelled) == 1:
            return choice.options[0]
        shared = _shared_length(spelled)
        start = [*prompt, *spelled[0][:shared]]
        raw = torch.tensor(self._model.continuation_scores(start, [tokens[shared:] for tokens in spelled]))
        scores = torch.log_softmax(raw.double(), dim=-1)
        picked = self._pick(scores)
        if self._request.top_logprobs is not None:
            ranked = scores.argsort(descending=True)[: max(self._request.top_logprobs, 1)].tolist()
            entries = [_logprob_entry(choice.options[i].strip('"'), float(scores[i])) for i in ranked]
            chosen = _logprob_entry(choice.options[picked].strip('"'), float(scores[picked]))
            answer.logprobs.append({**chosen, "top_logprobs": entries[: self._request.top_logprobs]})
        return choice.options[picked]

    def _write_string(self, prompt: Sequence[int], before: str, text: Text, answer: Answer) -> str:
        max_tokens = min(text.max_tokens, self._request.max_tokens)
        written = self._write_freely([*prompt, *self._encode(before + '"')], max_tokens, ['"', "\n"])
        answer.logprobs.extend(written.logprobs)
        if written.finish == "length":
            answer.finish = "length"
        return json.dumps(written.text[: text.max_characters].strip(), ensure_ascii=False)

    def _pick(self, scores: torch.Tensor) -> int:
        if self._request.temperature == 0:
            return int(scores.argmax())
        weights = torch.softmax(scores.double() / self._request.temperature, dim=-1)
        if self._request.top_p < 1:
            ranked, order = weights.sort(descending=True)
            # A token is kept while those before it have not yet reached the share, so that one always remains.
            weights[order[ranked.cumsum(0) - ranked >= max(self._request.top_p, 1e-9)]] = 0
        return int(torch.multinomial(weights, 1, generator=self._generator))

    def _note_token(self, answer: Answer, scores: torch.Tensor, token: int) -> None:
        if self._request.top_logprobs is None:
            return
        best = scores.topk(self._request.top_logprobs)
        top = [_logprob_entry(self._decode([int(i)]), float(s)) for s, i in zip(best.values, best.indices, strict=True)]
        answer.logprobs.append({**_logprob_entry(self._decode([token]), float(scores[token])), "top_logprobs": top})

    def _encode(self, text: str) -> list[int]:
        return self._model.tokenizer(text, add_special_tokens=False)["input_ids"]  # pyright: ignore[reportReturnType]

    def _decode(self, ids: list[int]) -> str:
        return str(self._model.tokenizer.decode(ids, skip_special_tokens=True))


def _shared_length(texts: Sequence[Sequence[int]]) -> int:
    """How many tokens all texts begin with alike, leaving at least one of each."""
    most = min(len(tokens) for tokens in texts) - 1
    return next((at for at in range(most) if len({tokens[at] for tokens in texts}) > 1), most)


def _logprob_entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode())}
