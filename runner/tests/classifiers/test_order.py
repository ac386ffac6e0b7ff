"""The order of the training documents and the schedule of the learning rate."""

import numpy as np
import pytest

from definemed_runner.classifiers.order import epoch_batches, step_seed
from definemed_runner.classifiers.training import learning_rate_at

LENGTHS = np.random.Generator(np.random.PCG64(0)).integers(1, 500, 1003).tolist()


def test_each_document_comes_once_an_epoch() -> None:
    batches = epoch_batches(LENGTHS, 8, seed=1, epoch=0)
    assert sorted(np.concatenate(batches).tolist()) == list(range(1003))
    assert sorted({len(batch) for batch in batches}) == [3, 8]
    assert len(batches) == 126


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        return np.concatenate(epoch_batches(LENGTHS, 8, seed, epoch)).tolist()

    assert order(1, 0) == order(1, 0)
    assert order(1, 0) != order(1, 1)
    assert order(1, 0) != order(2, 0)
    assert order(1, 1) != order(2, 0)


def test_documents_of_a_batch_have_similar_lengths() -> None:
    spread = np.mean([np.ptp(np.array(LENGTHS)[batch]) for batch in epoch_batches(LENGTHS, 8, 1, 0)])
    assert spread < 60


def test_each_step_has_its_own_seed() -> None:
    seeds = {step_seed(seed, step) for seed in range(10) for step in range(1000)}
    assert len(seeds) == 10_000
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_the_learning_rate_rises_then_falls_to_the_last_step() -> None:
    rates = [learning_rate_at(step, warmup_steps=4, total_steps=10) for step in range(1, 11)]
    assert rates == pytest.approx([1 / 4, 2 / 4, 3 / 4, 1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7])


def test_without_warm_up_it_starts_full() -> None:
    assert [learning_rate_at(step, 0, 4) for step in (1, 2, 3, 4)] == pytest.approx([4 / 5, 3 / 5, 2 / 5, 1 / 5])
