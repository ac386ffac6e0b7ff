"""Whether two models can be merged: same architecture, same vocabulary, same tensors.

What is asked stands in the files of nearly every published model, so that torch and transformers, which take more
memory and time than a merge does, are loaded only where it doesn't.
"""

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from definemed_runner.language_models.tensor_types import TensorFacts
from definemed_runner.run import UserMistake

# What decides a tensor's meaning. Others (dropout, cache settings, stored type) may differ between the parents.
_COMPARED = (
    "model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "hidden_act", "tie_word_embeddings",
)  # fmt: skip


def read_architecture(folder: Path) -> dict[str, Any]:
    """The fields of a model's configuration that both parents must share. UserMistake `model_invalid`."""
    try:
        written: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        fields = {**written, **written.get("text_config", {})}
    except (OSError, ValueError, TypeError, AttributeError) as fault:
        raise UserMistake("model_invalid", f"The configuration of {folder.name} can't be read: {fault}") from fault
    if not all(fields.get(name) is not None for name in _COMPARED):
        fields = _fields_of_transformers(folder)
    heads = fields["num_attention_heads"]
    return {
        **{name: fields[name] for name in _COMPARED},
        "num_key_value_heads": fields.get("num_key_value_heads") or heads,
        "head_dim": fields.get("head_dim") or fields["hidden_size"] // heads,
    }


def check_same_architecture(first: dict[str, Any], second: dict[str, Any]) -> None:
    """UserMistake `architectures_differ` naming the first field in which the configurations differ."""
    for field, value in first.items():
        if value != second[field]:
            raise UserMistake(
                "architectures_differ",
                f"The models differ in {field} ({value} and {second[field]}). "
                "Only models of one architecture and size can be merged.",
            )


def check_same_vocabulary(first: Path, second: Path) -> None:
    """UserMistake `vocabularies_differ` where a token has different ids in the two tokenizers."""
    one, other = _read_vocabulary(first), _read_vocabulary(second)
    differing = sorted(token for token in one.keys() | other.keys() if one.get(token) != other.get(token))
    if differing:
        raise UserMistake(
            "vocabularies_differ",
            f"The tokenizers give {len(differing)} tokens different ids, among them {differing[0]!r}. "
            "Merge models that share one tokenizer.",
        )


def tensors_to_merge(
    folder: Path, tied: bool, first: dict[str, TensorFacts], second: dict[str, TensorFacts]
) -> dict[str, TensorFacts]:
    """The tensors of the merged model, in the first model's order and types; `tied` is its `tie_word_embeddings`.

    Tied weights (an output head that is the embedding) are stored once, also where a parent stored a second copy.
    UserMistake `tensors_differ` names a tensor that only one model has or that differs in shape.
    """
    copies = _tied_names(folder) if tied else set()
    merged = {name: facts for name, facts in first.items() if name not in copies}
    for name in sorted(merged.keys() ^ (second.keys() - copies)):
        owner = "first" if name in merged else "second"
        raise UserMistake("tensors_differ", f"Only the {owner} model has the tensor {name}; they can't be merged.")
    for name, facts in merged.items():
        if facts.shape != second[name].shape:
            shapes = f"{list(facts.shape)} and {list(second[name].shape)}"
            raise UserMistake("tensors_differ", f"The tensor {name} has different shapes ({shapes}).")
        if facts.floating != second[name].floating:
            types = f"{facts.dtype} and {second[name].dtype}"
            raise UserMistake("tensors_differ", f"The tensor {name} has different kinds of numbers ({types}).")
    return merged


def _read_vocabulary(folder: Path) -> dict[str, int]:
    try:
        vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab(with_added_tokens=True)
        settings = folder / "tokenizer_config.json"
        added = json.loads(settings.read_text(encoding="utf-8")).get("added_tokens_decoder") or {}
        return {**vocabulary, **{str(token["content"]): int(number) for number, token in added.items()}}
    except Exception:
        # Other formats, and files that only transformers understands. Its own complaint is the clearer one.
        from definemed_runner.language_models.model_folder import read_tokenizer

        return read_tokenizer(folder).get_vocab()


def _fields_of_transformers(folder: Path) -> dict[str, Any]:
    # With the defaults and the other names (GPT-2's n_embd) that a kind of model has.
    from definemed_runner.language_models.model_folder import read_config

    config = read_config(folder).get_text_config()
    names = (*_COMPARED, "num_key_value_heads", "head_dim")
    return {name: getattr(config, name, None) for name in names}


def _tied_names(folder: Path) -> set[str]:
    import torch
    from transformers import AutoModelForCausalLM

    from definemed_runner.language_models.model_folder import read_config

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(read_config(folder))
    return set(model.all_tied_weights_keys)
