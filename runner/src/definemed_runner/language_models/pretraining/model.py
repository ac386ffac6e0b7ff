"""The model in training: sharded and loaded in fp32, checked for leaks between packed documents, and saved."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor
from torch.utils.checkpoint import CheckpointPolicy, create_selective_checkpoint_contexts
from transformers import PreTrainedModel

from definemed_runner.language_models.companions import copy_companions
from definemed_runner.language_models.loading import load_causal_model
from definemed_runner.language_models.model_folder import read_config, stored_dtype
from definemed_runner.language_models.pretraining.export import write_by_slices
from definemed_runner.language_models.pretraining.slices import (
    build_without_weights,
    fill,
    find_sources,
    give_memory,
)
from definemed_runner.language_models.safetensors_reading import CheckpointTensors, open_checkpoint
from definemed_runner.ranks.group import Ranks
from definemed_runner.run import UserMistake

_SHARD_SIZE = "5GB"
# Far above rounding in fp32, far below what a forgotten mask changes.
_LEAK_TOLERANCE = 1e-3
_BF16_TOLERANCE = 0.1
_PRODUCTS = {"aten.mm.default", "aten.addmm.default", "aten.bmm.default"}


@dataclass(frozen=True)
class LoadedModel:
    """A model in training. `by_slices`: its files hold its parameters as they are, each under its own name."""

    model: PreTrainedModel
    by_slices: bool


def load_model(
    base: Path, ranks: Ranks, *, bf16: bool, activation_checkpointing: str, continued: bool = False
) -> LoadedModel:
    """The base model with fp32 master weights on the rank's device, ready to train.

    With several ranks it is sharded with FSDP2, a group a decoder layer, and each rank reads its share of the weights
    alone (slices.py). Where the files are not as the model is, the ranks of a machine load it whole, one after the
    other. With `continued` a checkpoint brings all weights, and none may be read here. UserMistake `model_invalid`,
    `model_incomplete`.
    """
    with ExitStack() as opened:
        tensors = _open_if_whole(base, opened)
        model = None if tensors is None else build_without_weights(base)
        sources = None if model is None or tensors is None else find_sources(model, tensors, ranks)
        if model is None or tensors is None or sources is None:
            return LoadedModel(_load_whole(base, ranks, bf16, activation_checkpointing), by_slices=False)
        _checkpoint_activations(model, activation_checkpointing)
        if ranks.count > 1:
            _shard(model, bf16)
        give_memory(model, ranks.device)
        if not continued:
            fill(model, sources, tensors, ranks)
    return LoadedModel(model.train(), by_slices=True)


def _open_if_whole(base: Path, opened: ExitStack) -> CheckpointTensors | None:
    try:
        return opened.enter_context(open_checkpoint(base))
    except UserMistake:
        # What is wrong with the folder is told by whoever loads it as a whole.
        return None


def _load_whole(base: Path, ranks: Ranks, bf16: bool, activation_checkpointing: str) -> PreTrainedModel:
    """As transformers loads it; the ranks of a machine take turns, so that it never holds more than one whole copy."""
    for _ in range(ranks.local):
        ranks.wait_for_all()
    model = load_causal_model(base, torch.float32)
    _checkpoint_activations(model, activation_checkpointing)
    if ranks.count > 1:
        _shard(model, bf16)
    torch.nn.Module.to(model, ranks.device)
    for _ in range(ranks.per_node - ranks.local):
        ranks.wait_for_all()
    return model.train()


def _checkpoint_activations(model: PreTrainedModel, how: str) -> None:
    """`full`: a layer keeps its input alone and computes the rest again; `selective`: it also keeps the results of
    matrix products and attention, which cost the most to compute again; `none`: it keeps everything."""
    if how == "none":
        return
    arguments: dict[str, Any] = {"use_reentrant": False}
    if how == "selective":
        arguments["context_fn"] = partial(create_selective_checkpoint_contexts, _keep_products)
    model.activation_checkpointing_enable(arguments)


def _keep_products(_context: Any, operation: Any, *_arguments: Any, **_options: Any) -> CheckpointPolicy:
    name = str(operation)
    product = name in _PRODUCTS or name.startswith("aten._scaled_dot_product_")
    return CheckpointPolicy.MUST_SAVE if product else CheckpointPolicy.PREFER_RECOMPUTE


def mixed_precision(ranks: Ranks, bf16: bool) -> AbstractContextManager[object]:
    """The context of a forward pass. Sharded models have bf16 from their sharding policy instead."""
    return torch.autocast(ranks.device.type, torch.bfloat16) if bf16 and ranks.count == 1 else nullcontext()


def logits_of(model: PreTrainedModel, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    """Logits of packed sequences. Without a mask the model separates documents by their restarting positions;
    an all-ones mask would silently let them see each other."""
    return model(input_ids=tokens, position_ids=positions, attention_mask=None, use_cache=False).logits


@torch.no_grad()
def check_documents_stay_apart(model: PreTrainedModel, *, bf16: bool = False) -> None:
    """UserMistake `attention_crosses_documents` where the architecture lets packed documents see each other.

    Three short documents in rows of two: what stands before a document must not move its logits, and it must get the
    same ones at the beginning of a row. All rows have one shape, so that the first comparison is exact whatever the
    model computes in; `bf16` says that the second one rounds. Every rank asks, as the model may be sharded.
    """
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    numbers = torch.arange(1, 19, device=device).remainder(model.config.get_text_config().vocab_size)
    first, second, third = numbers[None].chunk(3, dim=1)
    positions = torch.arange(6, device=device).repeat(2)[None]
    rows = [torch.cat(pair, dim=1) for pair in ((first, second), (third, second), (second, first))]
    after_first, after_third, ahead = (logits_of(model, row, positions).float() for row in rows)
    _gather_no_longer(model)
    model.train(was_training)
    wanted = ahead[:, :6]
    scale = wanted.abs().max()
    moved = (after_first[:, 6:] - after_third[:, 6:]).abs().max() > _LEAK_TOLERANCE * scale
    misplaced = (after_first[:, 6:] - wanted).abs().max() > (_BF16_TOLERANCE if bf16 else _LEAK_TOLERANCE) * scale
    if moved or misplaced:
        raise UserMistake(
            "attention_crosses_documents",
            f"{type(model).__name__.removeprefix('FSDP')} does not keep packed documents apart, so it can't be "
            "pre-trained here.",
        )


def _gather_no_longer(model: PreTrainedModel) -> None:
    """A forward pass leaves the outermost group of a sharded model whole, for a backward pass that does not follow."""
    for module in model.modules():
        if isinstance(module, FSDPModule):
            module.reshard()


def save_model(loaded: LoadedModel, base: Path, output: Path, ranks: Ranks) -> None:
    """Write the model in the base's stored type, with the base's tokenizer, into `output`. Every rank takes part.

    A model that was loaded by slices is written piece by piece; another is gathered whole by the first rank, since
    transformers may have to undo for all tensors together what it did to them when it loaded them.
    """
    model, dtype = loaded.model, stored_dtype(read_config(base))
    _gather_no_longer(model)
    if loaded.by_slices:
        if ranks.leads:
            output.mkdir(parents=True, exist_ok=True)
            model.config.architectures = [type(model).__name__.removeprefix("FSDP")]
            if model.can_generate():
                model.generation_config.save_pretrained(output)
        write_by_slices(model, output, dtype, ranks)
    else:
        _save_whole(model, output, dtype, ranks)
    if ranks.leads:
        # The type of the model in memory is not the stored one.
        model.config.dtype = dtype
        model.config.save_pretrained(output)
        copy_companions(base, output)
    ranks.wait_for_all()


def _save_whole(model: PreTrainedModel, output: Path, dtype: torch.dtype, ranks: Ranks) -> None:
    tied = set(model.all_tied_weights_keys)
    weights: dict[str, torch.Tensor] = {}
    for name, tensor in model.state_dict().items():
        whole = tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
        if ranks.leads and name not in tied:
            weights[name] = whole.detach().to("cpu", dtype if whole.is_floating_point() else whole.dtype)
    if ranks.leads:
        model.save_pretrained(output, state_dict=weights, max_shard_size=_SHARD_SIZE)


@contextmanager
def evaluation(model: PreTrainedModel) -> Iterator[None]:
    """Dropout and gradients off for a while."""
    model.eval()
    with torch.no_grad():
        yield
    model.train()


def _shard(model: PreTrainedModel, bf16: bool) -> None:
    policy = MixedPrecisionPolicy(torch.bfloat16 if bf16 else torch.float32, torch.float32)
    layer_types = set(model._no_split_modules or ())
    for module in list(model.modules()):
        if type(module).__name__ in layer_types:
            fully_shard(module, mp_policy=policy)
    # The rest (embeddings, final norm, head) is one group, so tied weights stay one parameter.
    fully_shard(model, mp_policy=policy)
