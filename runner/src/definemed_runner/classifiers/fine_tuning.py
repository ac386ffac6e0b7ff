"""Prepares the training of a classifier: weights, frozen layers, and what of them is computed only once."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

import numpy as np
import psutil
import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from definemed_runner.classifiers.documents import LabelledDocuments
from definemed_runner.classifiers.freezing import FrozenPart, FrozenStates, freeze
from definemed_runner.classifiers.model import Classifier, base_model_of, pad_token_id_of
from definemed_runner.classifiers.order import share_of_rank
from definemed_runner.classifiers.tokenising import pad_batch
from definemed_runner.classifiers.training import Forward, Outcome, Settings, Trainer, TrainingSet
from definemed_runner.ranks.group import Ranks
from definemed_runner.run.context import RunContext
from definemed_runner.run.errors import Cancelled

# Share of the free memory that the frozen layers' results may take.
_MEMORY_SHARE = 0.25
_REUSE_TOLERANCE = 1e-4


def fine_tune(
    context: RunContext,
    ranks: Ranks,
    classifier: Classifier,
    documents: Mapping[str, LabelledDocuments],
    tokenised: Mapping[str, list[np.ndarray]],
) -> Outcome:
    """Train the classifier in place, the same on every rank."""
    parameters = context.spec.parameters
    torch.set_num_threads(context.spec.resources.threads)
    classifier.to(ranks.device)
    factors = class_factors(documents["train"], balanced=parameters["classBalance"])
    sets = {split: _training_set(documents[split], tokenised[split], factors) for split in ("train", "tune")}
    settings = Settings(
        epochs=parameters["epochs"],
        batch_size=parameters["batchSize"],
        learning_rate=parameters["learningRate"],
        warmup_steps=parameters["warmupSteps"],
        weight_decay=parameters["weightDecay"],
        gradient_clip=parameters["gradientClip"],
        # Runs of old name none.
        patience=parameters.get("patience"),
    )
    part = freeze(classifier, parameters["frozenLayers"])
    whole = _whole_forward(classifier, _shared(classifier, ranks), sets, ranks.device)
    # Listed before the model gives its frozen part away: checkpoints use the names in the whole model.
    trained = {name: value for name, value in classifier.named_parameters() if value.requires_grad}
    with ExitStack() as stack:

        def make_forward() -> Forward:
            return whole if part is None else _shorten(context, ranks, classifier, part, sets, whole, stack)

        keep_still = part.keep_still if part is not None else lambda: None
        # What the frozen layers make of a document is kept by the rank that computes it.
        by_document = part is not None
        trainer = Trainer(
            context, ranks, classifier, trained, settings, sets, make_forward, keep_still, by_document=by_document
        )
        return trainer.train()


def _shared(classifier: Classifier, ranks: Ranks) -> Callable[[Tensor, Tensor], Tensor]:
    """The model whose backward pass gives every rank the mean of all ranks' gradients (DDP)."""
    if ranks.count == 1:
        return classifier
    # Some architectures have parts that nothing uses, such as a pooling layer.
    return DistributedDataParallel(classifier, broadcast_buffers=False, find_unused_parameters=True)


def class_factors(documents: LabelledDocuments, *, balanced: bool) -> np.ndarray:
    """What a document of class 0 and 1 counts, so that weights × factors have mean 1 over the training documents."""
    weights, labels = documents.weights, documents.labels
    if not balanced:
        return np.full(2, len(documents) / weights.sum())
    of_class = np.array([weights[labels == label].sum() for label in (0, 1)])
    return len(documents) / (2 * of_class)


def _training_set(documents: LabelledDocuments, tokenised: list[np.ndarray], factors: np.ndarray) -> TrainingSet:
    return TrainingSet(tokenised, documents.labels, documents.weights * factors[documents.labels])


def _whole_forward(
    classifier: Classifier,
    shared: Callable[[Tensor, Tensor], Tensor],
    sets: Mapping[str, TrainingSet],
    device: torch.device,
) -> Forward:
    """The plain way to logits: the whole model on the documents' tokens; `shared` is the model that trains."""

    def forward(part: str, places: Sequence[int]) -> Tensor:
        ids, mask = pad_batch([sets[part].documents[place] for place in places], pad_token_id_of(classifier))
        model = shared if torch.is_grad_enabled() else classifier
        return model(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device))

    return forward


def _shorten(
    context: RunContext,
    ranks: Ranks,
    classifier: Classifier,
    part: FrozenPart,
    sets: Mapping[str, TrainingSet],
    whole: Forward,
    stack: ExitStack,
) -> Forward:
    """A forward pass from the frozen part's results, computed once; `whole` where memory or architecture forbid it.

    The model works without its frozen part until `stack` closes.
    """
    own = {
        name: share_of_rank(np.arange(len(each.documents)), ranks.rank, ranks.count, by_document=True).tolist()
        for name, each in sets.items()
    }
    if not own["train"]:
        return whole
    tokens = sum(len(sets[name].documents[place]) for name, places in own.items() for place in places)
    free = psutil.virtual_memory().available / ranks.per_node
    if tokens * base_model_of(classifier).config.hidden_size * 4 > _MEMORY_SHARE * free:
        context.log("The frozen layers are computed anew in each epoch: their results would not fit into memory.")
        return whole
    states = FrozenStates(part)
    _compute_states(context, classifier, states, sets, own)
    device = next(classifier.parameters()).device

    def short(name: str, places: Sequence[int]) -> Tensor:
        states.choose(name, places, device)
        return whole(name, places)

    sample = own["train"][:4]
    with ExitStack() as trial, torch.no_grad():
        expected = whole("train", sample)
        trial.enter_context(states.instead_of_frozen_part())
        try:
            same = torch.allclose(short("train", sample), expected, atol=_REUSE_TOLERANCE)
        except (RuntimeError, TypeError, AttributeError, ValueError):
            same = False
        if same:
            stack.push(trial.pop_all())
            return short
    context.log("The frozen layers are computed anew in each epoch: this architecture does not let them be reused.")
    return whole


def _compute_states(
    context: RunContext,
    classifier: Classifier,
    states: FrozenStates,
    sets: Mapping[str, TrainingSet],
    own: Mapping[str, list[int]],
) -> None:
    total = sum(len(places) for places in own.values())
    done = 0

    def on_documents(more: int) -> None:
        nonlocal done
        if context.stop_requested():
            raise Cancelled
        done += more
        context.progress(done, total, "documents", "preparing")

    for name, each in sets.items():
        states.compute(name, classifier, each.documents, own[name], context.spec.parameters["batchSize"], on_documents)
