"""A causal language model's weights, whole or not at all."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils import logging

from definemed_runner.run import UserMistake


def load_causal_model(folder: Path, dtype: torch.dtype) -> PreTrainedModel:
    """The model of a folder, on the CPU; UserMistake `model_invalid` or `model_incomplete`."""
    # A bar of carriage returns would fill the run's log.
    logging.disable_progress_bar()
    try:
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder, dtype=dtype, attn_implementation="sdpa", local_files_only=True, use_safetensors=True,
            output_loading_info=True,
        )  # fmt: skip
    except (ValueError, OSError, KeyError, SafetensorError) as fault:
        raise UserMistake("model_invalid", f"{folder.name} is no causal language model: {fault}") from fault
    model, report = loaded
    # transformers only warns, and goes on with random numbers.
    absent = sorted(report["missing_keys"]) + sorted(str(key) for key in report["mismatched_keys"])
    if absent:
        raise UserMistake("model_incomplete", f"{folder.name} lacks {len(absent)} weights, among them {absent[0]}.")
    return model
