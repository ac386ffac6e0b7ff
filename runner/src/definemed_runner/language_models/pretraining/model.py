"""The model in training: loaded in fp32, checked for leaks between packed documents, sharded, and saved."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import DTensor
from torch.utils.checkpoint import CheckpointPolicy, create_selective_checkpoint_contexts
from transformers import PreTrainedModel

from definemed_runner.language_models.companions import copy_companions
from definemed_runner.language_models.loading import load_causal_model
from definemed_runner.language_models.model_folder import read_config, stored_dtype
from definemed_runner.ranks.group import Ranks
from definemed_runner.run import UserMistake

_SHARD_SIZE = "5GB"
# Far above rounding in fp32, far below what a forgotten mask changes.
_LEAK_TOLERANCE = 1e-3
_PRODUCTS = {"aten.mm.default", "aten.addmm.default", "aten.bmm.default"}


def load_model(base: Path, ranks: Ranks, *, bf16: bool, activation_checkpointing: str) -> PreTrainedModel:
    """The base model with fp32 master weights on the rank's device, ready to train.

    With several ranks it is sharded with FSDP2, a group a decoder layer. The ranks of a machine load one after
    the other, so that it never holds more than one whole copy. UserMistake `model_invalid`, `model_incomplete` or
    `attention_crosses_documents`.
    """
    for _ in range(ranks.local):
        ranks.wait_for_all()
    model = load_causal_model(base, torch.float32)
    check_documents_stay_apart(model)
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
def check_documents_stay_apart(model: PreTrainedModel) -> None:
    """UserMistake `attention_crosses_documents` where the architecture lets packed documents see each other."""
    was_training = model.training
    model.eval()
    tokens = torch.arange(1, 13).remainder(model.config.get_text_config().vocab_size)[None]
    positions = torch.cat([torch.arange(6), torch.arange(6)])[None]
    packed = logits_of(model, tokens, positions)[:, 6:]
    alone = logits_of(model, tokens[:, 6:], positions[:, 6:])
    model.train(was_training)
    if (packed - alone).abs().max() > _LEAK_TOLERANCE * alone.abs().max():
        raise UserMistake(
            "attention_crosses_documents",
            f"{type(model).__name__} does not keep packed documents apart, so it can't be pre-trained here.",
        )


def save_model(model: PreTrainedModel, base: Path, output: Path, ranks: Ranks) -> None:
    """Write the model in the base's stored type, with the base's tokenizer, into `output`. Every rank takes part."""
    dtype = stored_dtype(read_config(base))
    tied = set(model.all_tied_weights_keys)
    weights: dict[str, torch.Tensor] = {}
    for name, tensor in model.state_dict().items():
        whole = tensor.full_tensor() if isinstance(tensor, DTensor) else tensor
        if ranks.leads and name not in tied:
            weights[name] = whole.detach().to("cpu", dtype if whole.is_floating_point() else whole.dtype)
    if ranks.leads:
        model.save_pretrained(output, state_dict=weights, max_shard_size=_SHARD_SIZE)
        # save_pretrained notes the type of the model in memory, which is not the stored one.
        model.config.dtype = dtype
        model.config.save_pretrained(output)
        copy_companions(base, output)
    ranks.wait_for_all()


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
