"""Where between the parents each tensor of a merge lies: 0 is the first, 1 the second."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from definemed_runner.run import UserMistake

_LAYER = re.compile(r"(?:^|\.)(?:layers|h|blocks)\.(\d+)\.")


def layer_of(tensor: str) -> int | None:
    """The decoder layer that a tensor's name tells, None for embeddings, final norm and head."""
    found = _LAYER.search(tensor)
    return None if found is None else int(found[1])


@dataclass(frozen=True)
class Rule:
    """For tensors whose name contains `filter`: `gradient` spread evenly from the lowest layer to the highest."""

    filter: str
    gradient: tuple[float, ...]


@dataclass(frozen=True)
class MergePlan:
    """The first rule whose filter fits decides; else the layer's own number; else the default."""

    default: float
    layers: tuple[float, ...] | None
    rules: tuple[Rule, ...]
    layer_count: int

    @staticmethod
    def from_parameters(parameters: Mapping[str, Any], layer_count: int) -> "MergePlan":
        """UserMistake `layers_mismatch` where the plan's number of layers isn't the model's."""
        t, planned = parameters["t"], parameters.get("layerCount")
        if planned is not None and planned != layer_count:
            raise UserMistake(
                "layers_mismatch",
                f"The merge plan takes {planned} layers of each model, which has {layer_count}. "
                f"Merge all of them: layer_range [0, {layer_count}].",
            )
        layers = None if t["layers"] is None else tuple(float(value) for value in t["layers"])
        if layers is not None and len(layers) != layer_count:
            raise UserMistake(
                "layers_mismatch", f"The merge plan has {len(layers)} layers, the models have {layer_count}."
            )
        rules = tuple(
            Rule(rule["filter"], tuple(float(value) for value in rule["gradient"])) for rule in t.get("rules", ())
        )
        return MergePlan(float(t["default"]), layers, rules, layer_count)

    def t_of(self, tensor: str) -> float:
        """Of the tensor with that name. Outside the decoder layers a gradient counts with its beginning, as in
        mergekit."""
        layer = layer_of(tensor)
        for rule in self.rules:
            if rule.filter in tensor:
                return _on_gradient(rule.gradient, self._place_of(layer))
        return self.default if layer is None or self.layers is None else self.layers[layer]

    def _place_of(self, layer: int | None) -> float:
        if layer is None:
            return 0.0
        return layer / (self.layer_count - 1) if self.layer_count > 1 else 1.0


def _on_gradient(anchors: Sequence[float], place: float) -> float:
    """Straight lines between the anchors; `place` is 0 at the first and 1 at the last."""
    scaled = min(place, 1.0) * (len(anchors) - 1)
    lower = int(scaled)
    upper = min(len(anchors) - 1, lower + 1)
    share = scaled - lower
    return (1.0 - share) * anchors[lower] + share * anchors[upper]
