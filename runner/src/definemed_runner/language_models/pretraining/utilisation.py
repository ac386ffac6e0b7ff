"""How much of what its GPU can compute a training computes (model FLOPs utilisation)."""

import torch
from transformers import PreTrainedModel

# Dense bf16 products a second, as their makers state them; the first name that the device's contains counts.
_PEAK_FLOPS = {
    "B200": 2250e12,
    "H200": 989.4e12,
    "H100 NVL": 835e12,
    "H100 PCIe": 756e12,
    "H100": 989.4e12,
    "A100": 312e12,
    "L40S": 362e12,
}


def peak_flops(device_name: str) -> float | None:
    """Floating-point operations a second that a GPU of this name can compute in bf16; None where that is not known."""
    return next((peak for name, peak in _PEAK_FLOPS.items() if name.lower() in device_name.lower()), None)


def flops_per_token(model: PreTrainedModel, parameters: int, sequence_length: int) -> float:
    """Of one token's forward and backward pass: 6 a parameter that is multiplied with, and 6 · layers · width · length
    for causal attention over whole sequences (Chowdhery et al. 2022, appendix B, halved since half of it is masked).
    What activation checkpointing computes again does not count. `parameters` are all of the model's.
    """
    config = model.config.get_text_config()
    embeddings = config.vocab_size * config.hidden_size
    # Looked up, not multiplied with; where it is tied it is the head too.
    multiplied = parameters if config.tie_word_embeddings else parameters - embeddings
    width = config.num_attention_heads * getattr(config, "head_dim", config.hidden_size // config.num_attention_heads)
    return 6.0 * multiplied + 6.0 * config.num_hidden_layers * width * sequence_length


class Utilisation:
    """Of all ranks' GPUs together, for a model of this size."""

    def __init__(self, model: PreTrainedModel, parameters: int, sequence_length: int, device: torch.device) -> None:
        self._flops_per_token = flops_per_token(model, parameters, sequence_length)
        self._peak = peak_flops(torch.cuda.get_device_name(device)) if device.type == "cuda" else None

    def of(self, tokens: int, seconds: float, gpus: int) -> float | None:
        """Share (0 to 1) of the peak; `tokens` are all that were computed, also those that fill up. None: not known."""
        if self._peak is None or seconds <= 0:
            return None
        return tokens * self._flops_per_token / seconds / (self._peak * gpus)
