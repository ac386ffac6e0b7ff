"""Which sequences a rank computes at a step: a pure function of (seed, step, rank)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from definemed_runner.language_models.pretraining.packing import (
    IGNORED,
    PackedEpoch,
    PackedSequence,
    TokenisedDocuments,
    count_sequences,
    padding,
)
from definemed_runner.ranks.group import Ranks


@dataclass(frozen=True)
class MicroBatch:
    """The rows of one forward pass; the model gets tokens and positions, the loss the targets."""

    tokens: torch.Tensor
    positions: torch.Tensor
    targets: torch.Tensor

    @property
    def predicted(self) -> int:
        """How many tokens the loss counts."""
        return int((self.targets != IGNORED).sum())


class TrainingSequences:
    """All sequences of the run by number: epoch after epoch, each in its own order of documents."""

    def __init__(self, documents: TokenisedDocuments, sequence_length: int, seed: int) -> None:
        self._documents, self._length, self._seed = documents, sequence_length, seed
        self.per_epoch = count_sequences(documents, sequence_length)
        self._epoch: tuple[int, PackedEpoch] | None = None

    def sequence(self, number: int) -> PackedSequence:
        epoch, index = divmod(number, self.per_epoch)
        if self._epoch is None or self._epoch[0] != epoch:
            self._epoch = (epoch, PackedEpoch(self._documents, self._length, self._seed, epoch))
        return self._epoch[1].sequence(index)


def share_of_rank(numbers: range, ranks: Ranks) -> list[int | None]:
    """Every rank's share of `numbers` has the same length, since they compute in step; None stands for padding."""
    rounds = -(-len(numbers) // ranks.count)
    places = (round_ * ranks.count + ranks.rank for round_ in range(rounds))
    return [numbers[place] if place < len(numbers) else None for place in places]


def micro_batches(
    sequences: TrainingSequences | PackedEpoch,
    numbers: list[int | None],
    empty: PackedSequence,
    size: int,
    device: torch.device,
) -> Iterator[MicroBatch]:
    """The numbered sequences in groups of `size`, on the device."""
    for start in range(0, len(numbers), size):
        rows = [empty if number is None else sequences.sequence(number) for number in numbers[start : start + size]]
        stacked = (np.stack(part) for part in zip(*((r.tokens, r.positions, r.targets) for r in rows), strict=True))
        yield MicroBatch(*(torch.from_numpy(part).to(device) for part in stacked))


def empty_sequence(documents: TokenisedDocuments, sequence_length: int) -> PackedSequence:
    """What fills up a rank's share."""
    return padding(sequence_length, documents.padding_token)
