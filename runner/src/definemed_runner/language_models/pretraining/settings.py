"""The parameters of a pre-training run, and what follows from them: batches, learning rate, number of steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi
from typing import Any

# A forward pass takes as many sequences as fit into this many tokens, at least one.
_MICRO_BATCH_TOKENS = 2048


@dataclass(frozen=True)
class PretrainSettings:
    """As in docs/runner-contract.md. AdamW's other constants are PyTorch's: betas 0.9 and 0.999, epsilon 1e-8."""

    epochs: float | None
    max_steps: int | None
    sequence_length: int
    sequences_per_step: int
    learning_rate: float
    schedule: str
    warmup_steps: int
    weight_decay: float
    gradient_clip: float
    bf16: bool
    activation_checkpointing: str
    held_out_share: float
    checkpoint_every_steps: int
    evaluate_every_steps: int

    @staticmethod
    def from_parameters(parameters: Mapping[str, Any]) -> "PretrainSettings":
        return PretrainSettings(
            epochs=parameters["epochs"],
            max_steps=parameters["maxSteps"],
            sequence_length=parameters["sequenceLength"],
            sequences_per_step=parameters["sequencesPerStep"],
            learning_rate=parameters["learningRate"],
            schedule=parameters["schedule"],
            warmup_steps=parameters["warmupSteps"],
            weight_decay=parameters["weightDecay"],
            gradient_clip=parameters["gradientClip"],
            bf16=parameters["bf16"],
            activation_checkpointing=_checkpointing(parameters["activationCheckpointing"]),
            held_out_share=parameters["heldOutShare"],
            checkpoint_every_steps=parameters["checkpointEverySteps"],
            evaluate_every_steps=parameters["evaluateEverySteps"],
        )

    @property
    def micro_batch(self) -> int:
        """Sequences of one forward pass."""
        return max(1, _MICRO_BATCH_TOKENS // self.sequence_length)

    def total_sequences(self, sequences_per_epoch: int) -> int:
        """Sequences of the whole run; a fraction of an epoch is rounded to whole sequences."""
        if self.max_steps is not None:
            return self.max_steps * self.sequences_per_step
        return max(1, round((self.epochs or 0) * sequences_per_epoch))

    def learning_rate_at(self, step: int, total_steps: int) -> float:
        """For step 0, 1, …: a linear rise over the warm-up to the full rate at step `warmup_steps`, then a fall that
        would reach zero at step `total_steps`: along a line, or along half a wave of the cosine."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / (self.warmup_steps + 1)
        left = (total_steps - step) / max(1, total_steps - self.warmup_steps)
        return self.learning_rate * (left if self.schedule == "linear" else (1 - cos(pi * left)) / 2)


def _checkpointing(value: str | bool) -> str:
    """Runs that were planned when there was only all or nothing say so with a boolean."""
    if isinstance(value, bool):
        return "full" if value else "none"
    return value
