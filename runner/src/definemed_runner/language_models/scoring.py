"""Log-likelihoods of answers, in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from definemed_runner.language_models.inference import InferenceModel
from definemed_runner.language_models.question_templates import ScoredOption


@dataclass(frozen=True)
class _Row:
    """One input of the model. `targets` are answers scored from position `start - 1` on, and whose they are."""

    tokens: tuple[int, ...]
    start: int
    targets: tuple[tuple[int, ...], ...]
    options: tuple[tuple[int, int], ...]


def score_questions(
    inference: InferenceModel, questions: Sequence[Sequence[ScoredOption]], batch_size: int
) -> Iterator[tuple[int, list[float]]]:
    """(question's number, log-likelihood of each option), as they get done: longest first, so that batches are even
    and memory runs out at once if it does. `batch_size` counts the model's inputs."""
    order = sorted(range(len(questions)), key=lambda number: -max(len(option.tokens) for option in questions[number]))
    rows = [row for number in order for row in _rows_of(number, questions[number])]
    scores: dict[int, dict[int, float]] = {number: {} for number in order}
    for first in range(0, len(rows), batch_size):
        batch = rows[first : first + batch_size]
        for row, values in zip(batch, _score(inference, batch), strict=True):
            for (number, option), value in zip(row.options, values, strict=True):
                scores[number][option] = value
                if len(scores[number]) == len(questions[number]):
                    yield number, [scores[number][place] for place in range(len(questions[number]))]


def _rows_of(number: int, options: Sequence[ScoredOption]) -> list[_Row]:
    contexts = {option.tokens[: option.start] for option in options}
    if len(contexts) == 1 and all(len(option.tokens) == option.start + 1 for option in options):
        # Answers of one token after the same text: one input tells all of them.
        targets = tuple(option.tokens[option.start :] for option in options)
        context = contexts.pop()
        return [_Row(context, len(context), targets, tuple((number, place) for place in range(len(options))))]
    return [
        _Row(option.tokens[:-1], option.start, (option.tokens[option.start :],), ((number, place),))
        for place, option in enumerate(options)
    ]


@torch.inference_mode()
def _score(inference: InferenceModel, rows: Sequence[_Row]) -> list[list[float]]:
    longest = max(len(row.tokens) for row in rows)
    tokens = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest, dtype=torch.long)
    for number, row in enumerate(rows):
        # Padding on the right: no token of the row can look there.
        tokens[number, : len(row.tokens)] = torch.tensor(row.tokens)
        mask[number, : len(row.tokens)] = 1
    kept = sorted({place for row in rows for place in _places(row)})
    logits = inference.model(
        input_ids=tokens.to(inference.device),
        attention_mask=mask.to(inference.device),
        # Only these positions go through the output layer, which is most of the memory.
        logits_to_keep=torch.tensor(kept, device=inference.device),
        use_cache=False,
    ).logits
    where = {place: column for column, place in enumerate(kept)}
    results = []
    for number, row in enumerate(rows):
        columns = [where[place] for place in _places(row)]
        likely = logits[number, columns].float().log_softmax(-1)
        picked = (likely[range(len(target)), list(target)] for target in row.targets)
        results.append([float(each.double().sum()) for each in picked])
    return results


def _places(row: _Row) -> range:
    return range(row.start - 1, len(row.tokens))
