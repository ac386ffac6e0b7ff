"""Training state on disk: weights and optimizer in PyTorch's distributed format, everything else in the mark.

The format is the same for any number of ranks, so an attempt may continue with another number than it stopped with.
The learning rate, the data's place and the random numbers are functions of the step and need no storage.
"""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import save
from transformers import PreTrainedModel

from definemed_runner.ranks.group import Ranks
from definemed_runner.run import RunContext, UserMistake

_STATE = "state"
_RECENT_STEPS = 50


@dataclass
class TrainingPosition:
    """How far the training is; what the summary needs of the steps before a resume is here too."""

    step: int = 0
    tokens: int = 0
    held_out_loss_before: float | None = None
    recent_losses: list[float] = field(default_factory=list)

    def advance(self, tokens: int, loss: float) -> None:
        """Count one step; only the newest losses are kept."""
        self.step += 1
        self.tokens += tokens
        self.recent_losses = [*self.recent_losses, loss][-_RECENT_STEPS:]

    @property
    def recent_loss(self) -> float | None:
        """The mean loss of the last tenth of the steps so far, at most 50."""
        newest = self.recent_losses[-max(1, self.step // 10) :]
        return sum(newest) / len(newest) if newest else None


def save_checkpoint(
    context: RunContext,
    ranks: Ranks,
    model: PreTrainedModel,
    optimizer: torch.optim.Optimizer,
    position: TrainingPosition,
    identity: dict[str, Any],
) -> None:
    """Write and mark the checkpoint of `position.step`. Every rank takes part. `identity` must match on resume."""
    folder = Path(ranks.from_leader(_empty_folder(context, position.step) if ranks.leads else None))
    with _one_process_is_fine(), _plain_faults():
        save(_state(model, optimizer), checkpoint_id=folder / _STATE, no_dist=ranks.count == 1)
    ranks.wait_for_all()
    if ranks.leads:
        context.mark_checkpoint(position.step, {"position": asdict(position), "identity": identity})


def load_checkpoint(
    context: RunContext,
    ranks: Ranks,
    model: PreTrainedModel,
    optimizer: torch.optim.Optimizer,
    identity: dict[str, Any],
) -> TrainingPosition:
    """Restore what the attempt continues from; a new position where it starts afresh.

    UserMistake `checkpoint_of_another_training` where the data or the batches are not those of the checkpoint.
    """
    folder = context.resume_folder()
    if folder is None:
        return TrainingPosition()
    saved = context.resume_state()
    differing = sorted(key for key, value in identity.items() if saved["identity"].get(key) != value)
    if differing:
        raise UserMistake(
            "checkpoint_of_another_training",
            f"The checkpoint {folder.name} was made with another {', '.join(differing)}. Start a new run instead.",
        )
    state = _state(model, optimizer)
    with _one_process_is_fine(), _plain_faults():
        load(state, checkpoint_id=folder / _STATE, no_dist=ranks.count == 1)
    set_state_dict(model, optimizer, model_state_dict=state["model"], optim_state_dict=state["optimizer"])
    return TrainingPosition(**saved["position"])


def _empty_folder(context: RunContext, step: int) -> str:
    folder = context.checkpoint_folder(step)
    # There when the same attempt is carried out a second time.
    shutil.rmtree(folder / _STATE, ignore_errors=True)
    return str(folder)


@contextmanager
def _one_process_is_fine() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="torch.distributed is disabled")
        yield


@contextmanager
def _plain_faults() -> Iterator[None]:
    """PyTorch wraps what went wrong on the ranks into what is no `Exception`; a full disk is to be told as one."""
    try:
        yield
    except CheckpointException as failure:
        fault, _ = next(iter(failure.failures.values()))
        raise fault from failure


def _state(model: PreTrainedModel, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    weights, moments = get_state_dict(model, optimizer)
    return {"model": weights, "optimizer": moments}
