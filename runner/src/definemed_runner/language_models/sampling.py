"""Drawing tokens with a random number generator for each row, so that an answer does not depend on its neighbours."""

import hashlib
from collections.abc import Sequence

import torch
from transformers import LogitsProcessor


def prompt_seed(seed: int, prompt_id: str) -> int:
    """The seed of one prompt's answer: the same in whatever order or attempt it is answered."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{prompt_id}".encode()).digest()[:8], "big") >> 1


class SeededSampler(LogitsProcessor):
    """Draws one token a row and leaves only it possible, so that a greedy search takes it."""

    def __init__(self, seeds: Sequence[int], temperature: float, top_p: float) -> None:
        # On the CPU, because a GPU's generator gives other numbers.
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._temperature = temperature
        self._top_p = top_p

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        drawn = torch.cat([torch.rand(1, generator=each, dtype=torch.float64) for each in self._generators])
        chosen = draw(scores, self._temperature, self._top_p, drawn.to(scores.device))
        only = torch.full_like(scores, -torch.inf)
        return only.scatter_(1, chosen[:, None], 0.0)


def draw(scores: torch.Tensor, temperature: float, top_p: float, uniform: torch.Tensor) -> torch.Tensor:
    """One token a row from the smallest set of likeliest tokens that holds at least `top_p` of the probability.

    `scores` are logits (rows × vocabulary), `uniform` one number in [0, 1) a row.
    """
    probability, tokens = (scores.double() / temperature).softmax(-1).sort(dim=-1, descending=True, stable=True)
    before = probability.cumsum(-1) - probability
    nucleus = probability.masked_fill(before >= top_p, 0.0)
    reached = nucleus.cumsum(-1)
    target = uniform[:, None] * reached[:, -1:]
    place = (reached <= target).sum(-1).clamp(max=scores.shape[-1] - 1)
    return tokens.gather(1, place[:, None])[:, 0]
