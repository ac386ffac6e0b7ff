"""Freezing the lower part of an encoder, and computing what it makes of each document only once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from definemed_runner.classifiers.model import Classifier, base_model_of, pad_token_id_of
from definemed_runner.classifiers.tokenising import pad_batch, sorted_batches
from definemed_runner.run.errors import UserMistake


@dataclass(frozen=True)
class FrozenPart:
    """The embeddings and the `count` lowest layers, with the places where they hang in the model."""

    base: nn.Module
    embeddings_name: str
    embeddings: nn.Module
    layers_owner: nn.Module
    layers_name: str
    layers: nn.ModuleList
    count: int

    def keep_still(self) -> None:
        """Evaluation mode for the frozen part, also while the rest trains: no dropout in what can't answer to it."""
        self.embeddings.eval()
        for layer in self.layers[: self.count]:
            layer.eval()


def freeze(classifier: Classifier, count: int) -> FrozenPart | None:
    """Freeze the embeddings and the `count` lowest layers; None when `count` is 0."""
    if count == 0:
        return None
    base = base_model_of(classifier)
    part = _locate(base, count)
    for parameter in [*part.embeddings.parameters(), *part.layers[:count].parameters()]:
        parameter.requires_grad_(False)
    return part


def _locate(base: Any, count: int) -> FrozenPart:
    total = base.config.num_hidden_layers
    if count > total:
        raise UserMistake("frozen_layers_too_many", f"The encoder has {total} layers, {count} can't be frozen.")
    words = base.get_input_embeddings()
    embeddings = next(((name, child) for name, child in base.named_children() if words in child.modules()), None)
    for owner in base.modules():
        for name, child in owner.named_children():
            if embeddings is not None and isinstance(child, nn.ModuleList) and len(child) == total:
                return FrozenPart(base, *embeddings, owner, name, child, count)
    raise UserMistake("freezing_unsupported", "The layers of this encoder can't be told apart. Set frozenLayers to 0.")


class _Given(nn.Module):
    """Stands where the embeddings were and hands on states that are known already."""

    states: Tensor

    def forward(self, *_: Any, **__: Any) -> Tensor:
        return self.states


class FrozenStates:
    """What the frozen part makes of each document, [tokens, hidden] in fp32 each, kept in memory.

    While `instead_of_frozen_part` is open, the model takes these in place of computing its lower part.
    """

    def __init__(self, part: FrozenPart) -> None:
        self._part = part
        self._states: dict[str, list[Tensor]] = {}
        self._given = _Given()

    def compute(
        self,
        name: str,
        classifier: Classifier,
        documents: Sequence[np.ndarray],
        own: Sequence[int],
        batch_size: int,
        on_documents: Callable[[int], None],
    ) -> None:
        """Run the frozen part over the documents of `name` at the places `own`; `on_documents` hears how many more are
        done, may raise."""
        device = next(classifier.parameters()).device
        states: list[Tensor] = [torch.empty(0)] * len(documents)
        classifier.eval()
        for batch in sorted_batches([documents[place] for place in own], batch_size):
            places = [own[number] for number in batch]
            padded = pad_batch([documents[place] for place in places], pad_token_id_of(classifier))
            ids, mask = (torch.from_numpy(array).to(device) for array in padded)
            computed = _run_to_layer(classifier, self._part, ids, mask)
            for row, place in enumerate(places):
                states[place] = computed[row, : len(documents[place])].cpu().clone()
            on_documents(len(places))
        self._states[name] = states

    @contextmanager
    def instead_of_frozen_part(self) -> Iterator[None]:
        """The model without its frozen part; `choose` the documents before each forward pass."""
        part = self._part
        setattr(part.base, part.embeddings_name, self._given)
        setattr(part.layers_owner, part.layers_name, part.layers[part.count :])
        try:
            yield
        finally:
            setattr(part.base, part.embeddings_name, part.embeddings)
            setattr(part.layers_owner, part.layers_name, part.layers)

    def choose(self, name: str, places: Sequence[int], device: torch.device) -> None:
        """The documents of `name` that the next forward pass is about."""
        chosen = [self._states[name][place] for place in places]
        self._given.states = nn.utils.rnn.pad_sequence(chosen, batch_first=True).to(device)


class _Reached(Exception):
    """Ends a forward pass early."""


def _run_to_layer(classifier: Classifier, part: FrozenPart, ids: Tensor, mask: Tensor) -> Tensor:
    found: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
        found.append(output[0] if isinstance(output, tuple) else output)
        raise _Reached

    hook = part.layers[part.count - 1].register_forward_hook(keep)
    try:
        with torch.no_grad():
            classifier(ids, mask)
    except _Reached:
        pass
    finally:
        hook.remove()
    return found[0]
