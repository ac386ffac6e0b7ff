"""Temperature scaling: scores that are as often right as they say (Guo et al., ICML 2017, section 4.2)."""

import numpy as np

# Beyond these a handful of documents would decide how sure every score looks.
LOWEST, HIGHEST = 0.25, 10.0
_FEWEST_DOCUMENTS = 20


def fit_temperature(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
    """The temperature by which logits are divided so that the weighted log-loss of these documents is least.

    `logits` [documents, 2], `labels` 0 or 1. 1.0 where there is nothing to learn it from: fewer than 20 documents, one
    class only, or scores that part the classes without an error, which would only ever be made surer.
    """
    differences = logits[:, -1].astype(np.float64) - logits[:, 0].astype(np.float64)
    positive = labels == 1
    if len(labels) < _FEWEST_DOCUMENTS or positive.all() or not positive.any():
        return 1.0
    if differences[positive].min() > differences[~positive].max():
        return 1.0
    # The loss is convex in 1 / temperature: its slope rises, and is nought once.
    low, high = 1 / HIGHEST, 1 / LOWEST
    for _ in range(60):
        middle = (low + high) / 2
        if _slope(middle, differences, positive, weights) > 0:
            high = middle
        else:
            low = middle
    return round(2 / (low + high), 6)


def _slope(inverse: float, differences: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> float:
    # Of the weighted log-loss, by the inverse of the temperature; tanh doesn't overflow.
    expected = (1 + np.tanh(inverse * differences / 2)) / 2
    return float((weights * (expected - positive) * differences).sum())


def log_loss(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray, temperature: float) -> float:
    """The weighted mean of −log of the probability of each document's label, in nats; `logits` as above."""
    differences = (logits[:, -1].astype(np.float64) - logits[:, 0].astype(np.float64)) / temperature
    losses = np.logaddexp(0, np.where(labels == 1, -differences, differences))
    return float((weights * losses).sum() / weights.sum())
