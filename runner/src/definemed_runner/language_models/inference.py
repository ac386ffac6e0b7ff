"""A model made ready to compute, not to learn."""

from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from definemed_runner.language_models.loading import load_causal_model
from definemed_runner.language_models.model_folder import context_window, read_config, read_tokenizer, stored_dtype
from definemed_runner.run import RunContext


@dataclass(frozen=True)
class InferenceModel:
    """Model and tokenizer of one folder. `window` is the longest input in tokens, None where it is not known."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    device: torch.device
    window: int | None


def load_for_inference(context: RunContext, folder: Path) -> InferenceModel:
    """On a GPU in the stored type; on a CPU in fp32, where bf16 is slower and less exact."""
    config = read_config(folder)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = stored_dtype(config) if device.type == "cuda" else torch.float32
    context.log(f"Computing on {device.type} in {str(dtype).removeprefix('torch.')}.")
    model = load_causal_model(folder, dtype).eval()
    torch.nn.Module.to(model, device)
    return InferenceModel(model, read_tokenizer(folder), device, context_window(config))
