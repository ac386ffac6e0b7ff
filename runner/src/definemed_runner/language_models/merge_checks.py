"""Whether two models can be merged: same architecture, same vocabulary, same tensors."""

from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, PreTrainedConfig

from definemed_runner.language_models.model_folder import read_tokenizer
from definemed_runner.language_models.safetensors_reading import TensorFacts
from definemed_runner.run import UserMistake

# What decides a tensor's meaning. Others (dropout, cache settings, stored type) may differ between the parents.
_COMPARED = (
    "model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
    "head_dim", "intermediate_size", "hidden_act", "tie_word_embeddings",
)  # fmt: skip


def check_same_architecture(first: PreTrainedConfig, second: PreTrainedConfig) -> None:
    """UserMistake `architectures_differ` naming the first field in which the configurations differ."""
    one, other = first.get_text_config(), second.get_text_config()
    for field in _COMPARED:
        a, b = getattr(one, field, None), getattr(other, field, None)
        if a != b:
            raise UserMistake(
                "architectures_differ",
                f"The models differ in {field} ({a} and {b}). Only models of one architecture and size can be merged.",
            )


def check_same_vocabulary(first: Path, second: Path) -> None:
    """UserMistake `vocabularies_differ` where a token has different ids in the two tokenizers."""
    one, other = read_tokenizer(first).get_vocab(), read_tokenizer(second).get_vocab()
    differing = sorted(token for token in one.keys() | other.keys() if one.get(token) != other.get(token))
    if differing:
        raise UserMistake(
            "vocabularies_differ",
            f"The tokenizers give {len(differing)} tokens different ids, among them {differing[0]!r}. "
            "Merge models that share one tokenizer.",
        )


def tensors_to_merge(
    config: PreTrainedConfig, first: dict[str, TensorFacts], second: dict[str, TensorFacts]
) -> dict[str, TensorFacts]:
    """The tensors of the merged model, in the first model's order and types.

    Tied weights (an output head that is the embedding) are stored once, also where a parent stored a second copy.
    UserMistake `tensors_differ` names a tensor that only one model has or that differs in shape.
    """
    tied = _tied_names(config)
    merged = {name: facts for name, facts in first.items() if name not in tied}
    for name in sorted(merged.keys() ^ (second.keys() - tied)):
        owner = "first" if name in merged else "second"
        raise UserMistake("tensors_differ", f"Only the {owner} model has the tensor {name}; they can't be merged.")
    for name, facts in merged.items():
        if facts.shape != second[name].shape:
            shapes = f"{list(facts.shape)} and {list(second[name].shape)}"
            raise UserMistake("tensors_differ", f"The tensor {name} has different shapes ({shapes}).")
    return merged


def _tied_names(config: PreTrainedConfig) -> set[str]:
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config)
    return set(model.all_tied_weights_keys)
