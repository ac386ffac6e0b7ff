"""Training state on disk: weights and optimizer in PyTorch's distributed format, everything else in the mark.

The format is the same for any number of ranks, so an attempt may continue with another number than it stopped with.
The learning rate, the data's place and the random numbers are functions of the step and need no storage.
"""

import shutil
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import psutil
import torch
import torch.distributed as distributed
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.metadata import Metadata
from torch.distributed.checkpoint.state_dict import get_state_dict, set_state_dict
from torch.distributed.checkpoint.state_dict_loader import load
from torch.distributed.checkpoint.state_dict_saver import async_save, save
from torch.distributed.tensor import DTensor
from transformers import PreTrainedModel

from definemed_runner.ranks.group import Ranks
from definemed_runner.run import RunContext, StoreFault, UserMistake
from definemed_runner.run.context import COMPLETE

_STATE = "state"
_RECENT_STEPS = 50
_LOOK_SECONDS = 120.0
# Of the copy's size: what else needs memory meanwhile.
_MEMORY_RESERVE = 1.25

# One process needs no process group, and writes alone.
warnings.filterwarnings("ignore", message="torch.distributed is disabled")


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


class Checkpoints:
    """Writes one checkpoint after another while the training goes on.

    The training stands still for as long as weights and moments are copied in memory; a thread of each rank writes the
    copy, and the first rank marks the checkpoint once all of them have. A checkpoint waits for the one before. Where a
    machine lacks the memory for the copy, the training waits for the writing. Every rank calls every method in step.
    """

    def __init__(
        self,
        context: RunContext,
        ranks: Ranks,
        model: PreTrainedModel,
        optimizer: torch.optim.Optimizer,
        identity: dict[str, Any],
    ) -> None:
        """`identity` must match on resume."""
        self._context, self._ranks = context, ranks
        self._model, self._optimizer, self._identity = model, optimizer, identity
        # Writing has sums of its own, which must not meet those of the training.
        self._group = distributed.new_group(backend="gloo") if ranks.count > 1 else None
        self._thread = ThreadPoolExecutor(1, "checkpoints")
        self._pending: Future[None] | None = None
        self._told_of_memory = False

    @property
    def failed(self) -> bool:
        """Whether this rank knows that a checkpoint could not be written; `finish` then says why."""
        return self._pending is not None and self._pending.done() and self._pending.exception() is not None

    def save(self, position: TrainingPosition) -> None:
        """Copy the state and begin to write it. Raises what kept the checkpoint before from being written."""
        begun = time.monotonic()
        self.finish()
        folder = Path(self._ranks.from_leader(self._empty_folder(position.step) if self._ranks.leads else None))
        mark = {"position": asdict(position), "identity": self._identity}
        state = _state(self._model, self._optimizer)
        target: dict[str, Any] = {
            "checkpoint_id": folder / _STATE, "process_group": self._group, "no_dist": self._ranks.count == 1,
        }  # fmt: skip
        if self._has_memory_for_copy():
            written = cast("Future[Metadata]", async_save(state, **target))
            step, copied = position.step, time.monotonic()
            self._pending = self._thread.submit(lambda: self._complete(folder, step, written.result(), mark, copied))
        else:
            with _plain_faults():
                self._complete(folder, position.step, save(state, **target), mark, time.monotonic())
        self._context.metric("checkpoint_seconds", position.step, time.monotonic() - begun)

    def finish(self) -> None:
        """Wait until the checkpoint that is being written is whole. Raises why it can't be."""
        pending, self._pending = self._pending, None
        if pending is not None:
            with _plain_faults():
                pending.result()

    def close(self) -> None:
        """Wait for what is being written, whole or not: where the training ends otherwise, that counts."""
        with suppress(BaseException):
            self.finish()
        self._thread.shutdown()

    def _complete(self, folder: Path, step: int, metadata: Metadata, mark: dict[str, Any], copied: float) -> None:
        """The first rank's part once all have written: the mark, last."""
        if self._ranks.leads:
            names = {info.relative_path for info in (metadata.storage_data or {}).values()}
            _wait_until_seen(folder / _STATE, names)
            self._context.mark_checkpoint(step, mark)
            self._context.metric("checkpoint_write_seconds", step, time.monotonic() - copied)

    def _empty_folder(self, step: int) -> str:
        folder = self._context.checkpoint_folder(step)
        # There when the same attempt is carried out a second time; it is whole again only with a new mark.
        (folder / COMPLETE).unlink(missing_ok=True)
        shutil.rmtree(folder / _STATE, ignore_errors=True)
        return str(folder)

    def _has_memory_for_copy(self) -> bool:
        """Whether every machine has room for a second copy of its ranks' weights and both moments."""
        own = 3 * sum(_own_bytes(parameter) for parameter in self._model.parameters())
        short = psutil.virtual_memory().available < _MEMORY_RESERVE * own * self._ranks.per_node
        (machines_short,) = self._ranks.sum(short)
        if machines_short and not self._told_of_memory:
            self._told_of_memory = True
            self._context.log(
                "The training stands still for each checkpoint: there is no memory for a copy of its state."
            )
        return machines_short == 0


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
    with _plain_faults():
        load(state, checkpoint_id=folder / _STATE, no_dist=ranks.count == 1)
    set_state_dict(model, optimizer, model_state_dict=state["model"], optim_state_dict=state["optimizer"])
    return TrainingPosition(**saved["position"])


def _own_bytes(parameter: torch.Tensor) -> int:
    return (parameter.to_local() if isinstance(parameter, DTensor) else parameter).nbytes


def _wait_until_seen(folder: Path, names: set[str]) -> None:
    """A network file system shows what another node has written a little later; a mark must name all of it."""
    until = time.monotonic() + _LOOK_SECONDS
    while missing := names - {path.name for path in folder.iterdir()}:
        if time.monotonic() > until:
            raise StoreFault(
                "store_unwritable",
                f"{', '.join(sorted(missing))} of the checkpoint {folder.parent.name} can't be seen.",
            )
        time.sleep(0.5)


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
