"""The README.md of a model that a run made: its parents, and how it came from them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from definemed_runner.run import RunContext
from definemed_runner.run.digests import digest_of

_NAMES = {
    "slerp": "Spherical linear interpolation (SLERP) of two checkpoints, tensor by tensor",
    "linear": "Straight line between two checkpoints, tensor by tensor: (1 − t) · first + t · second",
}


def write_merge_card(path: Path, context: RunContext, parents: Mapping[str, Path]) -> None:
    """Name both parents with their digests, and the plan, so that the merge can be repeated from the card alone."""
    method, t = context.spec.parameters["method"], context.spec.parameters["t"]
    path.write_text(
        f"""---
library_name: transformers
tags:
- merge
- {method}
---
# Merged model

{_NAMES[method]}. Configuration, tokenizer and stored type are the first parent's.

| parent | t | address | digest |
|---|---|---|---|
{_parents(context, parents)}

{_plan(t)}
- run: {context.spec.run_id}, attempt {context.spec.attempt}
""",
        encoding="utf-8",
    )


def _plan(t: Mapping[str, Any]) -> str:
    rules = [
        f"- t of tensors whose name contains `{rule['filter']}`: {_numbers(rule['gradient'])}"
        if rule["filter"]
        else f"- t of all other tensors: {_numbers(rule['gradient'])}"
        for rule in t.get("rules", ())
    ]
    if rules:
        rules.insert(0, "- the first line that fits decides; several numbers are spread evenly over the decoder layers")
    layers = "the default in every layer" if t["layers"] is None else _numbers(t["layers"])
    rules.append(f"- t by default (embeddings, final norm, head): {t['default']:g}")
    rules.append(f"- t per decoder layer: {layers}")
    return "\n".join(rules)


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _parents(context: RunContext, parents: Mapping[str, Path]) -> str:
    rows = []
    for (name, folder), position in zip(parents.items(), (0, 1), strict=True):
        source = context.spec.inputs[name]
        rows.append(f"| {name} | {position} | `{source.address}` | `{source.digest or digest_of(folder)}` |")
    return "\n".join(rows)
