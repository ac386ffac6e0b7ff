"""Rules between a spec's fields, which JSON Schema can't say. The same codes are in `lib/compute/specs/rules.ts`."""

from collections.abc import Callable
from typing import Any

Broken = tuple[str, str]


def broken_rule(spec: dict[str, Any]) -> Broken | None:
    """Code and sentence of the first rule that a spec with a valid schema breaks, or None."""
    rule = _RULES.get(spec["kind"])
    return None if rule is None else rule(spec)


def _ranks(spec: dict[str, Any]) -> Broken | None:
    resources = spec["resources"]
    if resources["processes"] % resources.get("nodes", 1):
        return "processes_uneven", "Each node takes as many processes: let processes be a multiple of nodes."
    return None


def _pretrain(spec: dict[str, Any]) -> Broken | None:
    uneven = _ranks(spec)
    if uneven is not None:
        return uneven
    parameters = spec["parameters"]
    epochs, max_steps = parameters["epochs"], parameters["maxSteps"]
    if (epochs is None) == (max_steps is None):
        return "length_ambiguous", "Give the length either in epochs or in steps (maxSteps); the other one is null."
    if max_steps is not None and parameters["warmupSteps"] >= max_steps:
        return "warmup_too_long", "The warm-up must be shorter than the training (warmupSteps < maxSteps)."
    return None


def _evaluate(spec: dict[str, Any]) -> Broken | None:
    if (spec["parameters"].get("examples") is None) != ("examples" not in spec["inputs"]):
        return "examples_unclear", "Examples need both: how many (parameters) and the file they come from (inputs)."
    return None


_RULES: dict[str, Callable[[dict[str, Any]], Broken | None]] = {
    "classify-corpus": _ranks,
    "evaluate": _evaluate,
    "pretrain": _pretrain,
    "train-classifier": _ranks,
}
