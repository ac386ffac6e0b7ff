"""Fine-tuning: AdamW, linear warm-up and decay, weighted loss in fp32, early stopping, exact resume.

Several ranks share each batch (data parallel): the loss is the sum over all ranks' documents by the batch's size, so
that weights count as with one rank. Dropout draws other numbers on each rank; without it the losses are one rank's to
1e-4.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from definemed_runner.classifiers.model import Classifier
from definemed_runner.classifiers.order import epoch_batches, share_of_rank, step_seed
from definemed_runner.classifiers.tokenising import sorted_batches
from definemed_runner.ranks.group import Ranks
from definemed_runner.run.context import RunContext
from definemed_runner.run.errors import Cancelled, UserMistake

_CHECKPOINT_SECONDS = 600
_WEIGHTS = "trained.safetensors"
_BEST_WEIGHTS = "best.safetensors"


@dataclass(frozen=True)
class TrainingSet:
    """Tokenised documents with what each counts (design weight × class balance, mean 1 over the training part)."""

    documents: list[np.ndarray]
    labels: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class Settings:
    """The parameters of the spec that steer the optimisation."""

    epochs: int
    batch_size: int
    learning_rate: float
    warmup_steps: int
    weight_decay: float
    gradient_clip: float
    # Epochs without a lower loss on the tune documents, after which the best one's weights are kept; None: all are
    # trained, and the last weights kept.
    patience: int | None


@dataclass(frozen=True)
class Outcome:
    """How the training ended. Epochs count from 1; `tune_loss` is that of the weights that were kept."""

    train_loss: float
    epochs: int
    kept_epoch: int
    tune_loss: float | None


@dataclass
class _Best:
    """The epoch with the lowest loss on the tune documents so far."""

    loss: float
    epoch: int
    weights: dict[str, Tensor]


# The logits of the documents at some places of `train` or `tune`.
Forward = Callable[[str, Sequence[int]], Tensor]


class Trainer:
    """Trains the parameters in `trained`; the tune documents' loss is measured after each epoch.

    `make_forward` is called once, and not at all where a resumed attempt has nothing left to train.
    `keep_still` is called after the model went into training mode, for what has to stay in evaluation mode.
    """

    def __init__(
        self,
        context: RunContext,
        ranks: Ranks,
        classifier: Classifier,
        trained: Mapping[str, nn.Parameter],
        settings: Settings,
        sets: Mapping[str, TrainingSet],
        make_forward: Callable[[], Forward],
        keep_still: Callable[[], None],
        *,
        by_document: bool,
    ) -> None:
        self._context = context
        self._ranks = ranks
        self._by_document = by_document
        self._classifier = classifier
        self._trained = trained
        self._settings = settings
        self._sets = sets
        self._make_forward = make_forward
        self._keep_still = keep_still
        self._optimizer = _make_optimizer(trained, settings)
        self._lengths = [len(document) for document in sets["train"].documents]
        self._steps_per_epoch = -(-len(self._lengths) // settings.batch_size)
        self._total_steps = self._steps_per_epoch * settings.epochs
        self._any_place = next(iter(self._share_of(np.arange(len(self._lengths)))), 0)
        self._epoch_loss = 0.0
        self._tune_loss: float | None = None
        self._best: _Best | None = None
        if settings.warmup_steps >= self._total_steps:
            raise UserMistake(
                "warmup_too_long",
                f"The warm-up ({settings.warmup_steps} steps) must be shorter than the training: "
                f"{settings.epochs} epochs of these documents are {self._total_steps} steps.",
            )

    def train(self) -> Outcome:
        """Train to the end, or until patience is; the kept weights are in the classifier then."""
        step = self._restore()
        loss = self._epoch_loss / self._steps_per_epoch
        if not self._is_over(step):
            self._forward = self._make_forward()
        last_checkpoint = time.monotonic()
        while not self._is_over(step):
            epoch, place = divmod(step, self._steps_per_epoch)
            self._epoch_loss = self._epoch_loss if place else 0.0
            batches = epoch_batches(self._lengths, self._settings.batch_size, self._context.spec.seed, epoch)
            for batch in batches[place:]:
                step += 1
                self._take_step(step, batch)
                ends_epoch = step % self._steps_per_epoch == 0
                if ends_epoch:
                    loss = self._epoch_loss / self._steps_per_epoch
                    self._end_epoch(step, epoch + 1)
                # The first rank's clock and wish to stop count for all.
                stopping, due = self._ranks.sum(
                    self._context.stop_requested(),
                    self._ranks.leads and time.monotonic() - last_checkpoint >= _CHECKPOINT_SECONDS,
                )
                if ends_epoch or stopping or due:
                    if self._ranks.leads:
                        self._save(step)
                    last_checkpoint = time.monotonic()
                if stopping:
                    raise Cancelled
        return self._keep_best(step // self._steps_per_epoch, loss)

    def _is_over(self, step: int) -> bool:
        if step >= self._total_steps:
            return True
        patience, best = self._settings.patience, self._best
        if patience is None or best is None or step % self._steps_per_epoch != 0:
            return False
        return step // self._steps_per_epoch - best.epoch >= patience

    def _end_epoch(self, step: int, epoch: int) -> None:
        self._tune_loss = self._measure_tune_loss()
        if self._tune_loss is None:
            return
        self._context.metric("held_out_loss", step, self._tune_loss)
        if self._settings.patience is not None and (self._best is None or self._tune_loss < self._best.loss):
            # Only the first rank's classifier is delivered.
            kept = self._trained if self._ranks.leads else {}
            weights = {name: value.detach().to("cpu", copy=True) for name, value in kept.items()}
            self._best = _Best(self._tune_loss, epoch, weights)

    def _keep_best(self, epochs: int, loss: float) -> Outcome:
        best = self._best
        if best is None:
            return Outcome(loss, epochs, epochs, self._tune_loss)
        if best.epoch < epochs:
            if self._ranks.leads:
                _copy_weights(self._trained, best.weights)
            self._context.log(f"Kept are the weights of epoch {best.epoch} of {epochs}, whose tune loss is lowest.")
        return Outcome(loss, epochs, best.epoch, best.loss)

    def _take_step(self, step: int, batch: np.ndarray) -> None:
        started = time.perf_counter()
        torch.manual_seed(step_seed(self._context.spec.seed, step, self._ranks.rank))
        self._classifier.train()
        self._keep_still()
        share = self._share_of(batch)
        # All ranks compute in step: one without a document takes another of its own, which counts nothing.
        losses, weights = self._losses("train", share or [self._any_place])
        own_loss = (losses * (weights if share else 0 * weights)).sum() / len(batch)
        (loss,) = self._ranks.sum(own_loss.item())
        if not math.isfinite(loss):
            raise UserMistake(
                "loss_not_finite",
                f"The loss is {loss} at step {step}. Lower the learning rate, or check the encoder's weights.",
            )
        self._optimizer.zero_grad(set_to_none=True)
        # The ranks' gradients are averaged, while the loss is a sum over all of the batch's documents.
        (own_loss * self._ranks.count).backward()
        norm = torch.nn.utils.clip_grad_norm_(self._trained.values(), self._settings.gradient_clip)
        rate = learning_rate_at(step, self._settings.warmup_steps, self._total_steps) * self._settings.learning_rate
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._epoch_loss += loss
        seconds = time.perf_counter() - started
        self._context.metric("loss", step, loss)
        self._context.metric("learning_rate", step, rate)
        self._context.metric("gradient_norm", step, norm.item())
        self._context.metric("documents_per_second", step, len(batch) / seconds)
        self._context.progress(step, self._total_steps, "steps", "training")

    def _losses(self, part: str, places: list[int]) -> tuple[Tensor, Tensor]:
        logits = self._forward(part, places).float()
        labels = torch.from_numpy(self._sets[part].labels[places]).to(logits.device)
        weights = torch.from_numpy(self._sets[part].weights[places]).to(logits.device, torch.float32)
        return F.cross_entropy(logits, labels, reduction="none"), weights

    def _share_of(self, places: np.ndarray) -> list[int]:
        return share_of_rank(places, self._ranks.rank, self._ranks.count, by_document=self._by_document).tolist()

    def _measure_tune_loss(self) -> float | None:
        """The mean weighted loss over the tune documents; None where there are none."""
        tune = self._sets["tune"]
        own = self._share_of(np.arange(len(tune.documents)))
        self._classifier.eval()
        total, weight = 0.0, 0.0
        with torch.no_grad():
            for batch in sorted_batches([tune.documents[place] for place in own], self._settings.batch_size):
                losses, weights = self._losses("tune", [own[number] for number in batch])
                total += float((losses * weights).sum())
                weight += float(weights.sum())
        total, weight = self._ranks.sum(total, weight)
        return total / weight if weight else None

    def _save(self, step: int) -> None:
        folder = self._context.checkpoint_folder(step)
        save_file(
            {name: value.detach().contiguous().cpu() for name, value in self._trained.items()},
            folder / _WEIGHTS,
        )
        torch.save(self._optimizer.state_dict(), folder / "optimizer.pt")
        state: dict[str, Any] = {"epochLoss": self._epoch_loss, "tuneLoss": self._tune_loss}
        if self._best is not None:
            state["best"] = {"epoch": self._best.epoch, "loss": self._best.loss}
            if self._best.epoch * self._steps_per_epoch != step:
                save_file(self._best.weights, folder / _BEST_WEIGHTS)
        self._context.mark_checkpoint(step, state)

    def _restore(self) -> int:
        folder = self._context.resume_folder()
        if folder is None:
            return 0
        state = self._context.resume_state()
        weights = load_file(folder / _WEIGHTS)
        _copy_weights(self._trained, weights)
        self._optimizer.load_state_dict(torch.load(folder / "optimizer.pt", weights_only=True))
        step: int = state["step"]
        self._epoch_loss = state["epochLoss"]
        self._tune_loss = state.get("tuneLoss")
        if best := state.get("best"):
            kept = load_file(folder / _BEST_WEIGHTS) if (folder / _BEST_WEIGHTS).exists() else weights
            self._best = _Best(best["loss"], best["epoch"], kept)
        self._context.log(f"Continued from step {step} of {self._total_steps}.")
        return step


def _copy_weights(trained: Mapping[str, nn.Parameter], weights: Mapping[str, Tensor]) -> None:
    with torch.no_grad():
        for name, value in trained.items():
            value.copy_(weights[name])


def learning_rate_at(step: int, warmup_steps: int, total_steps: int) -> float:
    """The share of the full learning rate in step 1, 2, …: linear up, then linear down to 0 after the last step."""
    if step <= warmup_steps:
        return step / warmup_steps
    return (total_steps - step + 1) / (total_steps - warmup_steps + 1)


def _make_optimizer(trained: Mapping[str, nn.Parameter], settings: Settings) -> torch.optim.AdamW:
    # Biases and normalisation weights (one dimension) are not decayed.
    decayed = [value for value in trained.values() if value.dim() > 1]
    others = [value for value in trained.values() if value.dim() <= 1]
    groups = [
        {"params": decayed, "weight_decay": settings.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate)
