"""In which order documents are trained on: a pure function of (seed, epoch), so that a resume needs no replay."""

from collections.abc import Sequence

import numpy as np

# Within a window of this many batches documents of similar length come together, which saves padding.
_WINDOW_BATCHES = 16


def epoch_batches(lengths: Sequence[int], batch_size: int, seed: int, epoch: int) -> list[np.ndarray]:
    """The batches of an epoch, as places of documents. Each document comes exactly once."""
    random = np.random.Generator(np.random.PCG64([seed, epoch]))
    shuffled = random.permutation(len(lengths))
    batches: list[np.ndarray] = []
    for start in range(0, len(shuffled), batch_size * _WINDOW_BATCHES):
        window = shuffled[start : start + batch_size * _WINDOW_BATCHES]
        window = window[np.argsort([lengths[place] for place in window], kind="stable")]
        batches += [window[first : first + batch_size] for first in range(0, len(window), batch_size)]
    return [batches[place] for place in random.permutation(len(batches))]


def step_seed(seed: int, step: int, rank: int = 0) -> int:
    """The seed of what a rank draws within a step (dropout)."""
    entropy = [seed, step, rank] if rank > 0 else [seed, step]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))


def share_of_rank(places: np.ndarray, rank: int, count: int, *, by_document: bool) -> np.ndarray:
    """Which of a batch's documents a rank computes: as many as the others, or `by_document` always the same ones,
    so that what is kept of a document is kept once."""
    return places[places % count == rank] if by_document else places[rank::count]
