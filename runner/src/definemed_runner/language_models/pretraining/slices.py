"""A model of which each rank reads and holds its own share alone.

The model is built without memory (on the meta device), shared out, and each rank fills its rows of every parameter from
the safetensors files, in pieces: of a model on R ranks each reads and holds a share of 1/R. What the files don't hold
(rotary frequencies and the like) is computed as transformers computes it where it loads a model itself.

FSDP2 shares parameters out by rows, in torch.chunk's way: every rank takes ceil(rows / ranks), the last ones the rest.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch.distributed.tensor import DTensor, Shard
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.conversion_mapping import get_model_conversion_mapping

from definemed_runner.language_models.model_folder import read_config
from definemed_runner.language_models.safetensors_reading import CheckpointTensors
from definemed_runner.ranks.group import Ranks
from definemed_runner.run import UserMistake

PIECE_BYTES = 16 << 20
TORCH_TYPES = {"F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}

# A parameter's first name in the model → the name of the tensor in the files.
Sources = Mapping[str, str]


def build_without_weights(base: Path) -> PreTrainedModel:
    """The model of a folder in fp32 with parameters on the meta device; what no file holds is there, on the CPU."""
    config = read_config(base)
    try:
        with torch.device("meta"):
            model: PreTrainedModel = AutoModelForCausalLM.from_config(
                config, dtype=torch.float32, attn_implementation="sdpa"
            )
    except (ValueError, KeyError) as fault:
        raise UserMistake("model_invalid", f"{base.name} is no causal language model: {fault}") from fault
    for parameter in model.parameters():
        # transformers' own mark: what bears it is left alone.
        setattr(parameter, "_is_hf_initialized", True)  # noqa: B010 - it is no attribute that a tensor declares
    for name, buffer in list(model.named_non_persistent_buffers()):
        owner, _, own_name = name.rpartition(".")
        setattr(model.get_submodule(owner), own_name, torch.empty_like(buffer, device="cpu"))
    model.initialize_weights()
    return model


def find_sources(model: PreTrainedModel, tensors: CheckpointTensors, ranks: Ranks) -> Sources | None:
    """Where the files hold each parameter; None where they are not as the model is, and transformers has to load it.

    That is where tensors are renamed, merged or quantised on the way, and where two weights that the configuration ties
    differ. Every rank asks, and all get the same answer.
    """
    if get_model_conversion_mapping(model, add_legacy=False) or getattr(model.config, "quantization_config", None):
        return None
    if {name for name, _ in model.named_buffers()} - {name for name, _ in model.named_non_persistent_buffers()}:
        return None
    sources: dict[str, str] = {}
    for names in _names_by_parameter(model):
        shape = tuple(model.get_parameter(names[0]).shape)
        present = [name for name in names if name in tensors.facts]
        facts = [tensors.facts[name] for name in present]
        if not present or any(each.dtype not in TORCH_TYPES or each.shape != shape for each in facts):
            return None
        if any(not _alike(tensors, present[0], other, ranks) for other in present[1:]):
            return None
        sources[names[0]] = present[0]
    return sources


def give_memory(model: PreTrainedModel, device: torch.device) -> None:
    """Memory on the device for the parameters that the rank holds, nothing in it yet; buffers keep their values."""
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    model.to_empty(device=device)
    # Without shards each name has got memory of its own.
    if not any(isinstance(parameter, DTensor) for parameter in model.parameters()):
        model.tie_weights(recompute_mapping=False)
    for name, buffer in model.named_buffers():
        buffer.copy_(buffers[name])


@torch.no_grad()
def fill(model: PreTrainedModel, sources: Sources, tensors: CheckpointTensors, ranks: Ranks) -> None:
    """Read the rank's own rows of every parameter; numbers are widened or rounded to the parameter's type by torch."""
    buffer = bytearray(PIECE_BYTES)
    for name, parameter in model.named_parameters():
        own, first_row = own_rows(parameter, ranks)
        if own.numel() == 0:
            continue
        source = sources[name]
        facts = tensors.facts[source]
        flat = own.view(-1)
        row_elements = own.numel() // len(own) if own.ndim else 1
        step = PIECE_BYTES // facts.item_bytes
        for start in range(0, flat.numel(), step):
            count = min(step, flat.numel() - start)
            piece = memoryview(buffer)[: count * facts.item_bytes]
            tensors.read_into(piece, source, (first_row * row_elements + start) * facts.item_bytes)
            flat[start : start + count].copy_(torch.frombuffer(buffer, dtype=TORCH_TYPES[facts.dtype], count=count))


def own_rows(parameter: torch.Tensor, ranks: Ranks) -> tuple[torch.Tensor, int]:
    """The rows of a parameter that this rank holds, in place, and the number of the first of them."""
    if not isinstance(parameter, DTensor) and ranks.count == 1:
        return parameter.detach(), 0
    rows = rows_of_rank(len(parameter), ranks.count, ranks.rank)
    if isinstance(parameter, DTensor) and tuple(parameter.placements) == (Shard(0),):
        own = parameter.to_local().detach()
        if len(own) == len(rows):
            return own, rows.start
    raise RuntimeError(f"A parameter of shape {tuple(parameter.shape)} is not shared out by rows.")


def rows_of_rank(rows: int, count: int, rank: int) -> range:
    """Which of a parameter's rows rank `rank` of `count` holds; none where there are fewer than ranks."""
    each = -(-rows // count)
    return range(min(rank * each, rows), min((rank + 1) * each, rows))


def _names_by_parameter(model: PreTrainedModel) -> list[list[str]]:
    """All names of each parameter, the first one first; tied weights have several."""
    names: dict[int, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        names.setdefault(id(parameter), []).append(name)
    return list(names.values())


def _alike(tensors: CheckpointTensors, first: str, second: str, ranks: Ranks) -> bool:
    """Whether two tensors of the files hold the same numbers: each rank compares its share."""
    differing = tensors.facts[first].dtype != tensors.facts[second].dtype
    if not differing:
        share = rows_of_rank(tensors.facts[first].bytes, ranks.count, ranks.rank)
        buffers = [bytearray(PIECE_BYTES), bytearray(PIECE_BYTES)]
        for start in range(share.start, share.stop, PIECE_BYTES):
            pieces = [memoryview(buffer)[: min(PIECE_BYTES, share.stop - start)] for buffer in buffers]
            for name, piece in zip((first, second), pieces, strict=True):
                tensors.read_into(piece, name, start)
            if pieces[0] != pieces[1]:
                differing = True
                break
    return ranks.sum(float(differing))[0] == 0
