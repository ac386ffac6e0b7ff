"""Fine-tuning: AdamW, linear warm-up and decay, weighted loss in fp32, exact resume."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from definemed_runner.classifiers.model import Classifier
from definemed_runner.classifiers.order import epoch_batches, step_seed
from definemed_runner.classifiers.tokenising import sorted_batches
from definemed_runner.run.context import RunContext
from definemed_runner.run.errors import Cancelled, UserMistake

_CHECKPOINT_SECONDS = 600


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
        classifier: Classifier,
        trained: Mapping[str, nn.Parameter],
        settings: Settings,
        sets: Mapping[str, TrainingSet],
        make_forward: Callable[[], Forward],
        keep_still: Callable[[], None],
    ) -> None:
        self._context = context
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
        self._epoch_loss = 0.0
        if settings.warmup_steps >= self._total_steps:
            raise UserMistake(
                "warmup_too_long",
                f"The warm-up ({settings.warmup_steps} steps) must be shorter than the training: "
                f"{settings.epochs} epochs of these documents are {self._total_steps} steps.",
            )

    def train(self) -> float:
        """Train to the end; returns the mean weighted loss over the last epoch."""
        step = self._restore()
        if step < self._total_steps:
            self._forward = self._make_forward()
        last_checkpoint = time.monotonic()
        loss = self._epoch_loss / self._steps_per_epoch
        while step < self._total_steps:
            epoch, place = divmod(step, self._steps_per_epoch)
            batches = epoch_batches(self._lengths, self._settings.batch_size, self._context.spec.seed, epoch)
            for batch in batches[place:]:
                step += 1
                self._take_step(step, batch)
                ends_epoch = step % self._steps_per_epoch == 0
                if ends_epoch:
                    loss = self._epoch_loss / self._steps_per_epoch
                    self._measure_tune_loss(step)
                stopping = self._context.stop_requested()
                due = time.monotonic() - last_checkpoint >= _CHECKPOINT_SECONDS
                if ends_epoch or stopping or due:
                    self._save(step)
                    last_checkpoint = time.monotonic()
                if ends_epoch:
                    self._epoch_loss = 0.0
                if stopping:
                    raise Cancelled
        return loss

    def _take_step(self, step: int, batch: np.ndarray) -> None:
        started = time.perf_counter()
        torch.manual_seed(step_seed(self._context.spec.seed, step))
        self._classifier.train()
        self._keep_still()
        losses, weights = self._losses("train", batch.tolist())
        loss = (losses * weights).mean()
        if not torch.isfinite(loss):
            raise UserMistake(
                "loss_not_finite",
                f"The loss is {loss.item()} at step {step}. Lower the learning rate, or check the encoder's weights.",
            )
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self._trained.values(), self._settings.gradient_clip)
        rate = learning_rate_at(step, self._settings.warmup_steps, self._total_steps) * self._settings.learning_rate
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.step()
        self._epoch_loss += loss.item()
        seconds = time.perf_counter() - started
        self._context.metric("loss", step, loss.item())
        self._context.metric("learning_rate", step, rate)
        self._context.metric("gradient_norm", step, norm.item())
        self._context.metric("documents_per_second", step, len(batch) / seconds)
        self._context.progress(step, self._total_steps, "steps", "training")

    def _losses(self, part: str, places: list[int]) -> tuple[Tensor, Tensor]:
        logits = self._forward(part, places).float()
        labels = torch.from_numpy(self._sets[part].labels[places]).to(logits.device)
        weights = torch.from_numpy(self._sets[part].weights[places]).to(logits.device, torch.float32)
        return F.cross_entropy(logits, labels, reduction="none"), weights

    def _measure_tune_loss(self, step: int) -> None:
        tune = self._sets["tune"]
        if not tune.documents:
            return
        self._classifier.eval()
        with torch.no_grad():
            parts = [
                self._losses("tune", places.tolist())
                for places in sorted_batches(tune.documents, self._settings.batch_size)
            ]
        total = sum(float((losses * weights).sum()) for losses, weights in parts)
        self._context.metric("held_out_loss", step, total / sum(float(weights.sum()) for _, weights in parts))

    def _save(self, step: int) -> None:
        folder = self._context.checkpoint_folder(step)
        save_file(
            {name: value.detach().contiguous().cpu() for name, value in self._trained.items()},
            folder / "trained.safetensors",
        )
        torch.save(self._optimizer.state_dict(), folder / "optimizer.pt")
        self._context.mark_checkpoint(step, {"epochLoss": self._epoch_loss})

    def _restore(self) -> int:
        folder = self._context.resume_folder()
        if folder is None:
            return 0
        state = self._context.resume_state()
        _restore_weights(self._trained, folder)
        self._optimizer.load_state_dict(torch.load(folder / "optimizer.pt", weights_only=True))
        step: int = state["step"]
        self._epoch_loss = state["epochLoss"]
        self._context.log(f"Continued from step {step} of {self._total_steps}.")
        if step % self._steps_per_epoch == 0 and step < self._total_steps:
            self._epoch_loss = 0.0
        return step


def _restore_weights(trained: Mapping[str, nn.Parameter], folder: Path) -> None:
    """Copy a checkpoint's weights into the parameters that are trained."""
    saved = load_file(folder / "trained.safetensors")
    with torch.no_grad():
        for name, value in trained.items():
            value.copy_(saved[name])


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
