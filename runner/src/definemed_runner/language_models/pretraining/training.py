"""The training loop. Every rank runs it in step; only the leader's context is heard."""

import hashlib
import math
import time
from typing import Any

import psutil
import torch
from torch.distributed.tensor import DTensor
from torch.nn import functional as F
from transformers import PreTrainedModel

from definemed_runner.language_models.pretraining.batches import (
    MicroBatch,
    TrainingSequences,
    empty_sequence,
    micro_batches,
    share_of_rank,
)
from definemed_runner.language_models.pretraining.checkpoints import Checkpoints, TrainingPosition, load_checkpoint
from definemed_runner.language_models.pretraining.model import (
    check_documents_stay_apart,
    evaluation,
    logits_of,
    mixed_precision,
)
from definemed_runner.language_models.pretraining.packing import IGNORED, PackedEpoch, TokenisedDocuments
from definemed_runner.language_models.pretraining.settings import PretrainSettings
from definemed_runner.language_models.pretraining.utilisation import Utilisation
from definemed_runner.ranks.group import Ranks
from definemed_runner.run import Cancelled, RunContext, UserMistake


class Training:
    """One attempt's training, from its checkpoint or the start to the end."""

    def __init__(
        self,
        context: RunContext,
        ranks: Ranks,
        settings: PretrainSettings,
        bf16: bool,
        model: PreTrainedModel,
        documents: TokenisedDocuments,
        held_out: TokenisedDocuments,
    ) -> None:
        self._context, self._ranks, self._settings, self._model = context, ranks, settings, model
        self._bf16 = bf16
        self._sequences = TrainingSequences(documents, settings.sequence_length, context.spec.seed)
        self._held_out = PackedEpoch(held_out, settings.sequence_length)
        self._empty = empty_sequence(documents, settings.sequence_length)
        self._total_sequences = settings.total_sequences(self._sequences.per_epoch)
        self.total_steps = -(-self._total_sequences // settings.sequences_per_step)
        self._optimizer = _make_optimizer(model, settings, ranks.device)
        self._identity: dict[str, Any] = {
            "seed": context.spec.seed,
            "sequenceLength": settings.sequence_length,
            "sequencesPerStep": settings.sequences_per_step,
            "steps": self.total_steps,
            "corpus": f"{documents.count} documents, {int(documents.starts[-1])} tokens",
        }
        parameters = sum(parameter.numel() for parameter in model.parameters())
        self._utilisation = Utilisation(model, parameters, settings.sequence_length, ranks.device)
        self._checkpoints = Checkpoints(context, ranks, model, self._optimizer, self._identity)
        self._saved_step: int | None = None
        self._seconds = 0.0
        self._tokens_here = 0

    def run(self) -> dict[str, Any]:
        """Train to the end and return the summary.

        Cancelled after a checkpoint; UserMistake `warmup_too_long` and `attention_crosses_documents` before anything is
        trained, `loss_not_finite`.
        """
        self._refuse_long_warmup()
        try:
            return self._run()
        finally:
            self._checkpoints.close()

    def _run(self) -> dict[str, Any]:
        position = load_checkpoint(self._context, self._ranks, self._model, self._optimizer, self._identity)
        # Only now the weights are there, whether from the base or from the checkpoint.
        check_documents_stay_apart(self._model, bf16=self._bf16 and self._ranks.count > 1)
        if position.step == 0:
            position.held_out_loss_before = self._evaluate(0)
        while position.step < self.total_steps:
            self._step(position)
            if position.step % self._settings.checkpoint_every_steps == 0:
                self._save(position)
            if position.step % self._settings.evaluate_every_steps == 0 and position.step < self.total_steps:
                self._evaluate(position.step)
        self._end_early(position, *self._ranks.sum(self._context.stop_requested(), self._checkpoints.failed))
        after = self._evaluate(self.total_steps)
        self._checkpoints.finish()
        return {
            "steps": position.step,
            "tokens": position.tokens,
            "trainLoss": position.recent_loss,
            "heldOutLossBefore": position.held_out_loss_before,
            "heldOutLossAfter": after,
            "tokensPerSecond": self._tokens_here / self._seconds if self._seconds else None,
        }

    def _step(self, position: TrainingPosition) -> None:
        started = time.monotonic()
        settings, step = self._settings, position.step
        # Dropout's numbers depend on the step alone, so that a resumed run draws the same.
        torch.manual_seed(_seed_of(self._context.spec.seed, step, self._ranks.rank))
        batches = self._batches_of(step)
        predicted, asked, failed = self._ranks.sum(
            sum(batch.predicted for batch in batches), self._context.stop_requested(), self._checkpoints.failed
        )
        self._end_early(position, asked, failed)

        rate = settings.learning_rate_at(step, self.total_steps)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad()
        own_loss = 0.0
        for batch in batches:
            loss = self._loss_sum(batch)
            # FSDP averages gradients over the ranks, while the loss is a sum over all of the step's tokens.
            (loss * (self._ranks.count / max(predicted, 1))).backward()
            own_loss += loss.item()
        total_loss = self._ranks.sum(own_loss)[0] / max(predicted, 1)
        norm = _as_number(torch.nn.utils.clip_grad_norm_(self._model.parameters(), settings.gradient_clip))
        if not (math.isfinite(total_loss) and math.isfinite(norm)):
            raise UserMistake(
                "loss_not_finite",
                f"The loss at step {step + 1} is {total_loss} with a gradient norm of {norm}, so the training can't go "
                "on. Lower the learning rate or lengthen the warm-up, and check the base model.",
            )
        self._optimizer.step()
        position.advance(int(predicted), total_loss)
        self._report(position, total_loss, rate, norm, int(predicted), time.monotonic() - started)

    def _batches_of(self, step: int) -> list[MicroBatch]:
        first = step * self._settings.sequences_per_step
        numbers = range(first, min(first + self._settings.sequences_per_step, self._total_sequences))
        share = share_of_rank(numbers, self._ranks)
        return list(micro_batches(self._sequences, share, self._empty, self._settings.micro_batch, self._ranks.device))

    def _loss_sum(self, batch: MicroBatch) -> torch.Tensor:
        with mixed_precision(self._ranks, self._bf16):
            logits = logits_of(self._model, batch.tokens, batch.positions)
        return F.cross_entropy(
            logits.float().flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORED, reduction="sum"
        )

    def _evaluate(self, step: int) -> float | None:
        share = share_of_rank(range(self._held_out.count), self._ranks)
        loss, tokens = 0.0, 0
        with evaluation(self._model):
            batches = micro_batches(self._held_out, share, self._empty, self._settings.micro_batch, self._ranks.device)
            for batch in batches:
                loss += self._loss_sum(batch).item()
                tokens += batch.predicted
        loss, total = self._ranks.sum(loss, tokens)
        if total == 0:
            return None
        if not math.isfinite(loss):
            raise UserMistake("loss_not_finite", f"The held-out loss at step {step} is {loss}. Check the base model.")
        self._context.metric("held_out_loss", step, loss / total)
        return loss / total

    def _end_early(self, position: TrainingPosition, asked: float, failed: float) -> None:
        """On all ranks together: where a checkpoint could not be written, and where a stop was asked for."""
        if failed:
            self._checkpoints.finish()
            # Only the first rank knows, and tells.
            raise Cancelled
        if asked:
            if self._saved_step != position.step:
                self._save(position)
            self._checkpoints.finish()
            raise Cancelled

    def _save(self, position: TrainingPosition) -> None:
        self._checkpoints.save(position)
        self._saved_step = position.step

    def _report(
        self, position: TrainingPosition, loss: float, rate: float, norm: float, tokens: int, seconds: float
    ) -> None:
        self._seconds += seconds
        self._tokens_here += tokens
        step = position.step
        self._context.metric("loss", step, loss)
        self._context.metric("learning_rate", step, rate)
        self._context.metric("gradient_norm", step, norm)
        self._context.metric("tokens_per_second", step, tokens / max(seconds, 1e-9))
        self._context.metric("memory_bytes", step, _memory_bytes(self._ranks.device))
        computed = self._settings.sequences_per_step * self._settings.sequence_length
        share = self._utilisation.of(computed, seconds, self._ranks.count)
        if share is not None:
            self._context.metric("model_flops_utilisation", step, share)
        self._context.progress(step, self.total_steps, "steps", "training")

    def _refuse_long_warmup(self) -> None:
        """Where the length is given in epochs, the number of steps is known only now."""
        warmup_steps = self._settings.warmup_steps
        if warmup_steps >= self.total_steps:
            raise UserMistake(
                "warmup_too_long",
                f"The warm-up ({warmup_steps} steps) must be shorter than the training: {self.total_steps} steps. "
                "Lower warmupSteps, or train for more epochs.",
            )


def _make_optimizer(model: PreTrainedModel, settings: PretrainSettings, device: torch.device) -> torch.optim.Optimizer:
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    # Norms and biases are scales, not weights: decaying them pulls towards zero what should be near one.
    groups = [
        {"params": [each for each in parameters if each.ndim >= 2], "weight_decay": settings.weight_decay},
        {"params": [each for each in parameters if each.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate, fused=device.type == "cuda")


def _seed_of(seed: int, step: int, rank: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{step}:{rank}".encode()).digest()[:8], "big") >> 1


def _as_number(norm: torch.Tensor) -> float:
    return float(norm.full_tensor() if isinstance(norm, DTensor) else norm)


def _memory_bytes(device: torch.device) -> int:
    return torch.cuda.max_memory_allocated(device) if device.type == "cuda" else psutil.Process().memory_info().rss
