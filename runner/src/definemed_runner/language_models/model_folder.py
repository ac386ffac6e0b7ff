"""A model's folder: its configuration and its tokenizer."""

from pathlib import Path

import torch
from transformers import AutoConfig, AutoTokenizer, PreTrainedConfig, PreTrainedTokenizerBase

from definemed_runner.run import UserMistake


def read_config(folder: Path) -> PreTrainedConfig:
    """The configuration of a model's folder; UserMistake `model_invalid` where it can't be read."""
    if not (folder / "config.json").is_file():
        raise UserMistake("model_invalid", f"{folder.name} holds no config.json, so it is no model's folder.")
    try:
        return AutoConfig.from_pretrained(folder, local_files_only=True)
    except (ValueError, KeyError, OSError) as fault:
        raise UserMistake("model_invalid", f"The configuration of {folder.name} can't be read: {fault}") from fault


def read_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a model's folder; UserMistake `tokenizer_invalid` where it is missing or gives no tokens."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        # A tokenizer that was rebuilt wrongly loads without complaint and turns every text into nothing.
        usable = len(tokenizer("Die Ärztin prüft 12 Befunde.", add_special_tokens=False)["input_ids"]) > 0
    except (ValueError, KeyError, OSError, TypeError) as fault:
        raise UserMistake("tokenizer_invalid", f"The tokenizer of {folder.name} can't be read: {fault}") from fault
    if not usable:
        raise UserMistake("tokenizer_invalid", f"The tokenizer of {folder.name} turns text into no tokens.")
    return tokenizer


def stored_dtype(config: PreTrainedConfig) -> torch.dtype:
    """The type that the weights are stored in; float32 where the configuration doesn't say."""
    dtype = config.dtype
    return dtype if isinstance(dtype, torch.dtype) else torch.float32


def context_window(config: PreTrainedConfig) -> int | None:
    """The longest input in tokens that the model was made for, None where the configuration doesn't say."""
    return getattr(config.get_text_config(), "max_position_embeddings", None)
