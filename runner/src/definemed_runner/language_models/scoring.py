"""Log-likelihoods of answers, in batches, where no text is computed twice.

The answers to a question share its text: they are branches of one row, and a mask keeps them from seeing each other.
What all questions begin with (system prompt, instruction, examples) is computed once and kept as keys and values.
Models that don't take such masks get each answer as a row of its own.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import DynamicCache

from definemed_runner.language_models.inference import InferenceModel
from definemed_runner.language_models.question_templates import ScoredOption

# Far above rounding, far below what a mask changes that isn't heard. bf16 rounds to three digits.
_SAME = {torch.float32: 1e-3, torch.bfloat16: 5e-2, torch.float16: 1e-2}

# Larger batches took up to half as long again on two cores: their products no longer fit the second-level cache.
_CPU_TOKENS = 512


@dataclass(frozen=True)
class _Branch:
    """An answer after its row's trunk; the first `skipped` tokens belong to the question. `owner`: question, option."""

    tokens: tuple[int, ...]
    skipped: int
    owner: tuple[int, int]


@dataclass(frozen=True)
class _Row:
    """One input of the model: the trunk, then every branch but for its last token, which is only predicted."""

    trunk: tuple[int, ...]
    branches: tuple[_Branch, ...]

    @property
    def length(self) -> int:
        return len(self.trunk) + sum(len(branch.tokens) - 1 for branch in self.branches)


def score_questions(
    inference: InferenceModel,
    questions: Sequence[Sequence[ScoredOption]],
    batch_size: int,
    alike: Sequence[Hashable] | None = None,
) -> Iterator[tuple[int, list[float]]]:
    """(question's number, log-likelihood of each option), as they get done: longest first, so that batches are even
    and memory runs out at once if it does. `batch_size` counts the model's inputs. Questions with the same
    `alike` begin alike; without it all do."""
    longest = max((len(option.tokens) for options in questions for option in options), default=0)
    shared = takes_trees(inference, longest)
    groups: dict[Hashable, list[int]] = {}
    for number, name in enumerate(alike or [None] * len(questions)):
        groups.setdefault(name, []).append(number)
    # The group with the longest text goes first.
    length = [max(len(option.tokens) for option in options) for options in questions]
    for group in sorted(groups.values(), key=lambda group: -max(length[number] for number in group)):
        order = sorted(group, key=lambda number: -length[number])
        yield from _score_group(inference, questions, order, batch_size, shared)


def _score_group(
    inference: InferenceModel,
    questions: Sequence[Sequence[ScoredOption]],
    order: Sequence[int],
    batch_size: int,
    shared: bool,
) -> Iterator[tuple[int, list[float]]]:
    rows = [row for number in order for row in _rows_of(number, questions[number], shared)]
    beginning = _beginning_of(inference, rows) if shared else None
    scores: dict[int, dict[int, float]] = {number: {} for number in order}
    for batch in _batches(rows, batch_size, known=0 if beginning is None else beginning.length, on=inference.device):
        for row, values in zip(batch, _score(inference, batch, shared, beginning), strict=True):
            for branch, value in zip(row.branches, values, strict=True):
                number, option = branch.owner
                scores[number][option] = value
                if len(scores[number]) == len(questions[number]):
                    yield number, [scores[number][place] for place in range(len(questions[number]))]


def _batches(rows: Sequence[_Row], batch_size: int, known: int, on: torch.device) -> Iterator[list[_Row]]:
    """At most `batch_size` rows, and on a CPU no more tokens than its caches hold the layers' results of."""
    most = _CPU_TOKENS if on.type == "cpu" else None
    batch: list[_Row] = []
    longest = 0
    for row in rows:
        longest = max(longest, row.length - known)
        if batch and (len(batch) == batch_size or (most is not None and longest * (len(batch) + 1) > most)):
            yield batch
            batch, longest = [], row.length - known
        batch.append(row)
    if batch:
        yield batch


@torch.inference_mode()
def takes_trees(inference: InferenceModel, longest: int) -> bool:
    """Whether the model hears a mask of our own and continues from kept keys and values, tried out on a few tokens.

    Not where it looks back only so far (sliding window) and texts are longer: our mask would lift that limit.
    """
    window = getattr(inference.model.config.get_text_config(), "sliding_window", None)
    if window is not None and longest > window:
        return False
    options = [ScoredOption((1, 2, 3, 4, *answer), 4, 1) for answer in ((5, 6, 7), (7, 5))]
    alone = _rows_of(0, options, shared=False)
    together = _rows_of(0, options, shared=True)
    try:
        wanted = [value for row in alone for value in _score(inference, [row], False, None)[0]]
        (found,) = _score(inference, together, True, _beginning_of(inference, together))
    except (TypeError, ValueError, RuntimeError, AttributeError, IndexError, NotImplementedError):
        # Other kinds of memory than keys and values, or another shape of mask.
        return False
    tolerance = _SAME.get(inference.model.dtype, 1e-3)
    return all(abs(a - b) <= tolerance * max(1.0, abs(a)) for a, b in zip(wanted, found, strict=True))


def _rows_of(number: int, options: Sequence[ScoredOption], shared: bool) -> list[_Row]:
    # What begins an answer may belong to the question's last token: then the trunk ends earlier.
    common = _common([option.tokens[: option.start] for option in options])
    # Texts that were cut to the model's window may have next to nothing in common.
    together = shared and 2 * len(common) >= max(len(option.tokens) for option in options)
    groups = [list(enumerate(options))] if together else [[each] for each in enumerate(options)]
    rows = []
    for group in groups:
        trunk = common if together else group[0][1].tokens[: group[0][1].start]
        branches = tuple(
            _Branch(option.tokens[len(trunk) :], option.start - len(trunk), (number, place)) for place, option in group
        )
        rows.append(_Row(trunk, branches))
    return rows


def _common(texts: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The longest beginning that all share."""
    # Whatever the first and the last in order share, all between them share.
    first, last = min(texts), max(texts)
    length = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: min(length, len(last))]


@dataclass(frozen=True)
class _Beginning:
    """What all rows begin with, and what the model keeps of it: keys and values of each layer, of one row."""

    length: int
    kept: list[tuple[torch.Tensor, torch.Tensor]]


@torch.inference_mode()
def _beginning_of(inference: InferenceModel, rows: Sequence[_Row]) -> _Beginning | None:
    # Every row keeps a token of its own, from which the next is predicted.
    shared = _common([row.trunk for row in rows])
    length = min(len(shared), min(len(row.trunk) for row in rows) - 1)
    if length <= 0:
        return None
    cache = DynamicCache()
    tokens = torch.tensor([shared[:length]], device=inference.device)
    inference.model(input_ids=tokens, past_key_values=cache, use_cache=True, logits_to_keep=1)
    layers: list[Any] = list(cache.layers)
    return _Beginning(length, [(layer.keys, layer.values) for layer in layers])


@torch.inference_mode()
def _score(
    inference: InferenceModel, rows: Sequence[_Row], shared: bool, beginning: _Beginning | None
) -> list[list[float]]:
    known = 0 if beginning is None else beginning.length
    layouts = _layouts(rows, known, shared)
    width = max(layout.width for layout in layouts)
    tokens = torch.zeros(len(rows), width, dtype=torch.long)
    positions = torch.zeros(len(rows), width, dtype=torch.long)
    # Padding sees itself, since a row that sees nothing has no softmax.
    seen = torch.eye(known + width, dtype=torch.bool)[known:].repeat(len(rows), 1, 1)
    for number, (row, layout) in enumerate(zip(rows, layouts, strict=True)):
        _lay_out(row, layout, known, tokens[number], positions[number], seen[number])
    places = [
        [_places(row, branch, layout) for branch in row.branches] for row, layout in zip(rows, layouts, strict=True)
    ]
    kept = sorted({place for row in places for branch in row for place in branch})
    logits = inference.model(
        input_ids=tokens.to(inference.device),
        position_ids=positions.to(inference.device),
        attention_mask=_mask(inference, rows, seen, shared),
        past_key_values=None if beginning is None else _cache_of(beginning, len(rows)),
        # Only these positions go through the output layer, which is most of the memory.
        logits_to_keep=torch.tensor(kept, device=inference.device),
        use_cache=beginning is not None,
    ).logits
    where = {place: column for column, place in enumerate(kept)}
    results = []
    for number, row in enumerate(rows):
        values = []
        for branch, each in zip(row.branches, places[number], strict=True):
            likely = logits[number, [where[place] for place in each]].float().log_softmax(-1)
            target = list(branch.tokens[branch.skipped :])
            values.append(float(likely[range(len(target)), target].double().sum()))
        results.append(values)
    return results


@dataclass(frozen=True)
class _Layout:
    """Columns of one row's input: where its trunk begins, where it ends and branches begin, and how many it takes."""

    first: int
    end: int
    width: int


def _layouts(rows: Sequence[_Row], known: int, shared: bool) -> list[_Layout]:
    """Trunks end in one column where our mask allows it, so that the rows' answers are predicted in the same columns
    and the output layer computes few others; a causal mask wants all to begin in the first."""
    longest = max(len(row.trunk) for row in rows) - known
    layouts = []
    for row in rows:
        trunk = len(row.trunk) - known
        first = longest - trunk if shared else 0
        layouts.append(_Layout(first, first + trunk, first + row.length - known))
    return layouts


def _lay_out(
    row: _Row, layout: _Layout, known: int, tokens: torch.Tensor, positions: torch.Tensor, seen: torch.Tensor
) -> None:
    """Writes a row's tokens after the `known` ones, their positions in their text, and what each sees."""
    trunk = slice(layout.first, layout.end)
    size = layout.end - layout.first
    tokens[trunk] = torch.tensor(row.trunk[known:])
    positions[trunk] = torch.arange(known, len(row.trunk))
    seen[trunk, :known] = True
    seen[trunk, known + layout.first : known + layout.end] = torch.ones(size, size, dtype=torch.bool).tril()
    start = layout.end
    for branch in row.branches:
        size = len(branch.tokens) - 1
        own = slice(start, start + size)
        tokens[own] = torch.tensor(branch.tokens[:-1], dtype=torch.long)
        positions[own] = torch.arange(len(row.trunk), len(row.trunk) + size)
        seen[own, :known] = True
        seen[own, known + layout.first : known + layout.end] = True
        seen[own, known + start : known + start + size] = torch.ones(size, size, dtype=torch.bool).tril()
        start += size


def _places(row: _Row, branch: _Branch, layout: _Layout) -> list[int]:
    """In which column each scored token of the branch is predicted."""
    before = sum(len(each.tokens) - 1 for each in row.branches[: row.branches.index(branch)])
    return [
        layout.end - 1 if place == 0 else layout.end + before + place - 1
        for place in range(branch.skipped, len(branch.tokens))
    ]


def _mask(inference: InferenceModel, rows: Sequence[_Row], seen: torch.Tensor, shared: bool) -> torch.Tensor:
    if not shared:
        # Right-padded texts: the model's own causal mask does it.
        lengths = torch.tensor([row.length for row in rows])
        return (torch.arange(seen.shape[-1])[None] < lengths[:, None]).long().to(inference.device)
    dtype = inference.model.dtype
    hidden = torch.zeros(seen.shape, dtype=dtype).masked_fill(~seen, torch.finfo(dtype).min)
    return hidden[:, None].to(inference.device)


def _cache_of(beginning: _Beginning, rows: int) -> DynamicCache:
    cache = DynamicCache()
    for place, (keys, values) in enumerate(beginning.kept):
        cache.update(keys.expand(rows, -1, -1, -1), values.expand(rows, -1, -1, -1), place)
    return cache
