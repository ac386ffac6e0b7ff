"""Packing: which tokens make up sequence number i of an epoch. A pure function, so resuming needs no replay.

An epoch is all documents in an order drawn from (seed, epoch), laid end to end and cut every `sequence_length` tokens.
A document that is cut goes on in the next sequence without its beginning. No token is lost; the last sequence is
padded.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IGNORED = -100

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TokenisedDocuments:
    """All documents' tokens end to end; document d is `tokens[starts[d]:starts[d + 1]]`. `padding_token` fills up."""

    tokens: npt.NDArray[np.uint32]
    starts: Integers
    padding_token: int

    @property
    def count(self) -> int:
        return len(self.starts) - 1


@dataclass(frozen=True)
class PackedSequence:
    """One row for the model. `targets[i]` is the token that position i has to predict, or IGNORED."""

    tokens: Integers
    positions: Integers
    targets: Integers


class PackedEpoch:
    """The sequences of one epoch. With `epoch` None the documents keep their order, as for held-out ones."""

    def __init__(
        self, documents: TokenisedDocuments, sequence_length: int, seed: int = 0, epoch: int | None = None
    ) -> None:
        self._documents = documents
        self._length = sequence_length
        lengths = np.diff(documents.starts)
        self._order = np.arange(documents.count) if epoch is None else document_order(documents.count, seed, epoch)
        self._ends = np.cumsum(lengths[self._order])

    @property
    def count(self) -> int:
        """How many sequences the epoch has."""
        return count_sequences(self._documents, self._length)

    def sequence(self, index: int) -> PackedSequence:
        """Sequence `index` of the epoch. Positions restart with every document, which is what keeps them apart."""
        row = padding(self._length, self._documents.padding_token)
        filled = 0
        start = index * self._length
        place = int(np.searchsorted(self._ends, start, side="right"))
        while filled < self._length and place < len(self._ends):
            document = self._order[place]
            stop = self._ends[place]
            first = self._documents.starts[document + 1] - (stop - start)
            taken = min(self._length - filled, int(stop - start))
            piece = self._documents.tokens[first : first + taken].astype(np.int64)
            row.tokens[filled : filled + taken] = piece
            row.positions[filled : filled + taken] = np.arange(taken)
            # The piece's last token would have to predict the next document's first: it stays ignored.
            row.targets[filled : filled + taken - 1] = piece[1:]
            filled += taken
            start += taken
            place += 1
        return row


def padding(sequence_length: int, padding_token: int) -> PackedSequence:
    """A sequence that teaches nothing: each padding token is a document of its own."""
    return PackedSequence(
        tokens=np.full(sequence_length, padding_token, dtype=np.int64),
        positions=np.zeros(sequence_length, dtype=np.int64),
        targets=np.full(sequence_length, IGNORED, dtype=np.int64),
    )


def count_sequences(documents: TokenisedDocuments, sequence_length: int) -> int:
    """How many sequences an epoch has; the last one may be padded."""
    return -(-int(documents.starts[-1]) // sequence_length)


def document_order(count: int, seed: int, epoch: int) -> Integers:
    """The documents' order in an epoch, by sorting random numbers that no library's change can move."""
    with np.errstate(over="ignore"):
        key = _mix(np.uint64(seed) + _mix(np.uint64(epoch)))
        numbers = _mix(np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + key)
    return np.argsort(numbers, kind="stable")


def _mix(value: np.uint64 | npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    # The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    mixed = np.asarray(value, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
