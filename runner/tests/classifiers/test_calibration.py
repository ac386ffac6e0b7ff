"""The temperature that makes scores as often right as they say."""

import numpy as np
import pytest

from definemed_runner.classifiers.calibration import HIGHEST, LOWEST, fit_temperature, log_loss


def made(count: int, sureness: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are `sureness` times as far apart as they should be, and labels drawn by those that should be."""
    random = np.random.default_rng(seed)
    true = random.normal(0, 2, count)
    labels = (random.random(count) < 1 / (1 + np.exp(-true))).astype(np.int64)
    return np.stack([np.zeros(count), sureness * true], axis=1), labels


@pytest.mark.parametrize("sureness", [0.5, 1.0, 3.0])
def test_it_finds_by_how_much_a_classifier_is_too_sure(sureness: float) -> None:
    logits, labels = made(20_000, sureness)
    temperature = fit_temperature(logits, labels, np.ones(len(labels)))
    assert temperature == pytest.approx(sureness, rel=0.05)
    ones = np.ones(len(labels))
    least = log_loss(logits, labels, ones, temperature)
    assert least < min(log_loss(logits, labels, ones, temperature * factor) for factor in (0.97, 1.03))


def test_a_weight_of_two_counts_as_two_documents() -> None:
    logits, labels = made(300, 2.0)
    weights = np.where(np.arange(300) % 3 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(300), weights.astype(int))
    ones = np.ones(len(twice))
    assert fit_temperature(logits, labels, weights) == fit_temperature(logits[twice], labels[twice], ones)
    assert log_loss(logits, labels, weights, 1.5) == pytest.approx(log_loss(logits[twice], labels[twice], ones, 1.5))


def test_it_leaves_scores_as_they_are_where_there_is_nothing_to_learn_from() -> None:
    logits, labels = made(200, 4.0)
    ones = np.ones(200)
    assert fit_temperature(logits[:19], labels[:19], ones[:19]) == 1.0
    assert fit_temperature(logits, np.ones(200, dtype=np.int64), ones) == 1.0
    assert fit_temperature(logits, (logits[:, 1] > 0).astype(np.int64), ones) == 1.0


def test_it_stays_within_its_bounds() -> None:
    logits, labels = made(500, 1.0)
    ones = np.ones(500)
    assert fit_temperature(logits * 1000, labels, ones) == pytest.approx(HIGHEST)
    assert fit_temperature(logits / 1000, labels, ones) == pytest.approx(LOWEST)
    assert np.isfinite(log_loss(logits * 1e6, labels, ones, 1.0))
