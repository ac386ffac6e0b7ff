"""The README.md of a model that a run made: its parents, and how it came from them."""

from collections.abc import Mapping
from pathlib import Path

from definemed_runner.run import RunContext
from definemed_runner.run.digests import digest_of


def write_merge_card(path: Path, context: RunContext, parents: Mapping[str, Path]) -> None:
    """Name both parents with their digests, and the plan, so that the merge can be repeated from the card alone."""
    t = context.spec.parameters["t"]
    layers = "the default in every layer" if t["layers"] is None else ", ".join(f"{value:g}" for value in t["layers"])
    path.write_text(
        f"""---
library_name: transformers
tags:
- merge
- slerp
---
# Merged model

Spherical linear interpolation (SLERP) of two checkpoints, tensor by tensor. Configuration, tokenizer and stored type
are the first parent's.

| parent | t | address | digest |
|---|---|---|---|
{_parents(context, parents)}

- t by default (embeddings, final norm, head): {t["default"]:g}
- t per decoder layer: {layers}
- run: {context.spec.run_id}, attempt {context.spec.attempt}
""",
        encoding="utf-8",
    )


def _parents(context: RunContext, parents: Mapping[str, Path]) -> str:
    rows = []
    for (name, folder), position in zip(parents.items(), (0, 1), strict=True):
        source = context.spec.inputs[name]
        rows.append(f"| {name} | {position} | `{source.address}` | `{source.digest or digest_of(folder)}` |")
    return "\n".join(rows)
