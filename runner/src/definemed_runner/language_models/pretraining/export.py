"""The trained model as safetensors, tensor by tensor and piece by piece: memory never holds more than a piece of it.

The first rank writes. Each other rank hands it its rows of a tensor, in the stored type already; rows lie in the file
in the order of the ranks.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
import torch.distributed as distributed
from transformers import PreTrainedModel

from definemed_runner.language_models.pretraining.slices import PIECE_BYTES, TORCH_TYPES, own_rows, rows_of_rank
from definemed_runner.language_models.safetensors_writing import SHARD_BYTES, write_checkpoint, writing_order
from definemed_runner.language_models.tensor_types import TensorFacts
from definemed_runner.ranks.group import Ranks

_WORDS = {dtype: word for word, dtype in TORCH_TYPES.items()}


def write_by_slices(
    model: PreTrainedModel, folder: Path, dtype: torch.dtype, ranks: Ranks, shard_bytes: int = SHARD_BYTES
) -> None:
    """Write a model that was loaded by slices below `folder`, which exists; of tied weights one. Every rank takes part.

    `dtype` is one of fp64, fp32, fp16 and bf16. A sharded model must not be gathered at the moment.
    """
    parameters = _parameters_to_save(model)
    facts = {name: TensorFacts(_WORDS[dtype], tuple(each.shape)) for name, each in parameters.items()}
    # Pieces go through the processors' memory, whatever the ranks compute on.
    group: Any = distributed.new_group(backend="gloo") if ranks.count > 1 else None
    if ranks.leads:
        buffer = torch.empty(PIECE_BYTES if ranks.count > 1 else 0, dtype=torch.uint8)

        def produce(name: str) -> Iterator[memoryview]:
            yield from (piece.numpy().data for piece in _own_pieces(parameters[name], dtype, ranks))
            for rank in range(1, ranks.count):
                for size in _piece_sizes(facts[name], rank, ranks.count):
                    distributed.recv(buffer[:size], src=rank, group=group)
                    yield buffer[:size].numpy().data

        write_checkpoint(folder, facts, produce, shard_bytes)
        return
    for name in writing_order(facts, shard_bytes):
        for piece in _own_pieces(parameters[name], dtype, ranks):
            distributed.send(piece, dst=0, group=group)


def _parameters_to_save(model: PreTrainedModel) -> Mapping[str, torch.Tensor]:
    left_out = {*model.all_tied_weights_keys, *(model._keys_to_ignore_on_save or ())}
    return {name: each for name, each in model.named_parameters(remove_duplicate=False) if name not in left_out}


@torch.no_grad()
def _own_pieces(parameter: torch.Tensor, dtype: torch.dtype, ranks: Ranks) -> Iterator[torch.Tensor]:
    """This rank's rows as bytes in the processors' memory."""
    flat = own_rows(parameter, ranks)[0].reshape(-1)
    for part in flat.split(PIECE_BYTES // dtype.itemsize):
        if part.numel() > 0:
            yield part.to("cpu", dtype).view(torch.uint8)


def _piece_sizes(facts: TensorFacts, rank: int, count: int) -> Iterator[int]:
    """How many bytes the pieces of a rank have that `_own_pieces` makes there."""
    rows = facts.shape[0]
    own = len(rows_of_rank(rows, count, rank)) * (facts.bytes // rows if rows else 0)
    for start in range(0, own, PIECE_BYTES):
        yield min(PIECE_BYTES, own - start)
