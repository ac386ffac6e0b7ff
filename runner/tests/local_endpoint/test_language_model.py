"""Scores are those of the plain model, whatever was computed before."""

from pathlib import Path

import pytest
import torch
from torch.nn import functional as F
from transformers import AutoModelForCausalLM

from definemed_runner.local_endpoint.chat_request import ChatRequest, Message
from definemed_runner.local_endpoint.language_model import LanguageModel
from definemed_runner.local_endpoint.writing import Writer

PROMPTS = ([5, 9, 30, 41, 7], [5, 9, 30, 8], [5, 9, 30, 41, 7, 60, 61], [90, 5], [90, 5])


@pytest.fixture(scope="module")
def plain(model_folder: Path) -> torch.nn.Module:
    return AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32).eval()


def scores_of(plain: torch.nn.Module, ids: list[int]) -> torch.Tensor:
    with torch.inference_mode():
        return F.log_softmax(plain(torch.tensor([ids])).logits[0], dim=-1)


def test_the_next_token_scores_do_not_depend_on_earlier_prompts(model: LanguageModel, plain: torch.nn.Module) -> None:
    for prompt in PROMPTS:
        with torch.inference_mode():
            found = model.next_scores(prompt)
        torch.testing.assert_close(found, scores_of(plain, prompt)[-1], atol=1e-4, rtol=0)


def test_continuations_of_any_length_are_scored_as_a_whole(model: LanguageModel, plain: torch.nn.Module) -> None:
    continuations = [[12], [12, 13, 14], [99, 3], [4, 4, 4, 4, 4]] * 5
    for prompt in PROMPTS:
        with torch.inference_mode():
            found = model.continuation_scores(prompt, continuations)
        expected = []
        for continuation in continuations:
            scores = scores_of(plain, [*prompt, *continuation])
            expected.append(sum(scores[len(prompt) - 1 + i, token].item() for i, token in enumerate(continuation)))
        assert found == pytest.approx(expected, abs=1e-3)


def test_in_bf16_close_labels_are_still_told_apart(model_folder: Path, plain: torch.nn.Module) -> None:
    model = LanguageModel(model_folder, "bf16")
    with torch.inference_mode():
        found = model.next_scores([5, 9, 30])
    torch.testing.assert_close(found, scores_of(plain, [5, 9, 30])[-1], atol=0.2, rtol=0)
    logits = model._model(torch.tensor([[5, 9, 30]])).logits
    assert not torch.equal(logits, logits.bfloat16().float())


def test_a_greedy_answer_is_the_one_that_transformers_gives(model: LanguageModel, plain: torch.nn.Module) -> None:
    request = ChatRequest((Message("user", "x"),), 20, 0.0, 1.0, None, (), None, None)
    prompt = [5, 9, 30, 41, 7]
    with torch.inference_mode():
        answer = Writer(model, request, lambda: False).write(prompt)
        expected = plain.generate(torch.tensor([prompt]), max_new_tokens=20, do_sample=False)  # pyright: ignore
    assert answer.text == model.tokenizer.decode(expected[0, len(prompt) :], skip_special_tokens=True)


def test_a_failure_in_between_leaves_nothing_half_computed(
    model: LanguageModel, plain: torch.nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    with torch.inference_mode():
        model.next_scores([5, 9])
        with monkeypatch.context() as patch:
            patch.setattr(model._model.lm_head, "forward", fail)  # after the layers have filled the cache
            with pytest.raises(MemoryError):
                model.next_scores([5, 9, 30])
        found = model.next_scores([5, 9, 30, 8])
    torch.testing.assert_close(found, scores_of(plain, [5, 9, 30, 8])[-1], atol=1e-4, rtol=0)
