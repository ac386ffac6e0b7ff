"""Packing loses no token, keeps documents apart, and is a pure function of seed, epoch and position."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from transformers import LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, PreTrainedModel

from definemed_runner.language_models.pretraining.batches import TrainingSequences, share_of_rank
from definemed_runner.language_models.pretraining.model import check_documents_stay_apart, logits_of
from definemed_runner.language_models.pretraining.packing import (
    IGNORED,
    PackedEpoch,
    TokenisedDocuments,
    document_order,
)
from definemed_runner.ranks.group import Ranks
from definemed_runner.run import UserMistake

PADDING = 9


def documents_of(*lengths: int) -> TokenisedDocuments:
    """Document d has the tokens 100·d, 100·d + 1, …"""
    tokens = [100 * (number + 1) + place for number, length in enumerate(lengths) for place in range(length)]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return TokenisedDocuments(np.array(tokens, dtype=np.uint32), starts, PADDING)


def test_documents_lie_end_to_end_and_positions_restart() -> None:
    epoch = PackedEpoch(documents_of(3, 6, 2), 4)
    assert epoch.count == 3
    rows = [epoch.sequence(number) for number in range(3)]
    assert [row.tokens.tolist() for row in rows] == [[100, 101, 102, 200], [201, 202, 203, 204], [205, 300, 301, 9]]
    assert [row.positions.tolist() for row in rows] == [[0, 1, 2, 0], [0, 1, 2, 3], [0, 0, 1, 0]]


def test_no_document_predicts_the_next_and_padding_teaches_nothing() -> None:
    rows = [PackedEpoch(documents_of(3, 6, 2), 4).sequence(number) for number in range(3)]
    ignored = IGNORED
    assert [row.targets.tolist() for row in rows] == [
        [101, 102, ignored, ignored],
        [202, 203, 204, ignored],
        [ignored, 301, ignored, ignored],
    ]


@pytest.mark.parametrize("length", [1, 2, 7, 50])
def test_an_epoch_holds_every_token_once_in_the_drawn_order(length: int) -> None:
    documents = documents_of(5, 1, 13, 2, 8)
    epoch = PackedEpoch(documents, length, seed=4, epoch=2)
    tokens = np.concatenate([epoch.sequence(number).tokens for number in range(epoch.count)])
    order = document_order(5, 4, 2)
    wanted = np.concatenate([documents.tokens[documents.starts[d] : documents.starts[d + 1]] for d in order])
    assert tokens[: len(wanted)].tolist() == wanted.tolist()
    assert set(tokens[len(wanted) :].tolist()) <= {PADDING}


def test_the_order_is_a_permutation_that_depends_on_seed_and_epoch_alone() -> None:
    order = document_order(1000, 7, 0)
    assert sorted(order.tolist()) == list(range(1000))
    assert order.tolist() == document_order(1000, 7, 0).tolist()
    assert order.tolist() != document_order(1000, 7, 1).tolist()
    assert order.tolist() != document_order(1000, 8, 0).tolist()
    # Written down once: the order must survive new versions of every library.
    assert document_order(8, 1, 0).tolist() == [4, 1, 7, 5, 0, 6, 3, 2]


def test_any_sequence_can_be_asked_for_directly() -> None:
    documents = documents_of(5, 1, 13, 2, 8)
    walked = TrainingSequences(documents, 6, seed=3)
    rows = [walked.sequence(number).tokens.tolist() for number in range(3 * walked.per_epoch)]
    for number in (14, 2, 9):
        assert TrainingSequences(documents, 6, seed=3).sequence(number).tokens.tolist() == rows[number]


def test_ranks_share_a_step_evenly_and_completely() -> None:
    shares = [share_of_rank(range(10, 15), Ranks(rank, 2)) for rank in (0, 1)]
    assert shares == [[10, 12, 14], [11, 13, None]]


def llama() -> PreTrainedModel:
    torch.manual_seed(0)
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=50, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, initializer_range=0.3,
    )).eval()  # fmt: skip


def mistral_with_window() -> PreTrainedModel:
    torch.manual_seed(0)
    return MistralForCausalLM(MistralConfig(
        vocab_size=50, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, initializer_range=0.3, sliding_window=5,
    )).eval()  # fmt: skip


@pytest.mark.parametrize("make", [llama, mistral_with_window])
@torch.no_grad()
def test_packed_logits_and_loss_equal_those_of_each_document_alone(make: Callable[[], PreTrainedModel]) -> None:
    model = make()
    generator = np.random.default_rng(1)
    lengths = [7, 1, 12, 3, 9]
    tokens = generator.integers(0, 50, sum(lengths)).astype(np.uint32)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    epoch = PackedEpoch(TokenisedDocuments(tokens, starts, 0), 16)
    rows = [epoch.sequence(number) for number in range(epoch.count)]
    packed = logits_of(
        model,
        torch.from_numpy(np.stack([row.tokens for row in rows])),
        torch.from_numpy(np.stack([row.positions for row in rows])),
    )
    for row, logits in zip(rows, packed, strict=True):
        borders = [*np.flatnonzero(row.positions == 0).tolist(), 16]
        for start, stop in pairwise(borders):
            alone = torch.from_numpy(row.tokens[start:stop])[None]
            wanted = model(input_ids=alone, use_cache=False).logits[0]
            assert torch.allclose(logits[start:stop], wanted, atol=2e-5)
            targets = torch.from_numpy(row.targets[start:stop])
            if stop - start > 1 and (targets != IGNORED).any():
                expected = F.cross_entropy(wanted[:-1], alone[0, 1:])
                assert torch.allclose(F.cross_entropy(logits[start:stop], targets), expected, atol=1e-4)


def test_a_model_that_forgets_the_borders_is_refused() -> None:
    model = llama()
    check_documents_stay_apart(model)
    forgetful = model.forward
    model.forward = lambda **given: forgetful(**{**given, "attention_mask": torch.ones_like(given["input_ids"])})
    with pytest.raises(UserMistake) as mistake:
        check_documents_stay_apart(model)
    assert mistake.value.code == "attention_crosses_documents"
