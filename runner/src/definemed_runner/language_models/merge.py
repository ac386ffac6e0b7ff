"""merge: one checkpoint from two by spherical linear interpolation (SLERP), tensor by tensor.

Memory holds three tensors at a time (both parents' and the result), never a model. The report tells for each tensor
how the parents lie to each other: their cosine, the ratio of their norms, and the branch that was taken.
"""

import re
import shutil
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from definemed_runner.language_models.merge_checks import (
    check_same_architecture,
    check_same_vocabulary,
    tensors_to_merge,
)
from definemed_runner.language_models.model_card import write_merge_card
from definemed_runner.language_models.model_folder import copy_companions, read_config
from definemed_runner.language_models.safetensors_reading import CheckpointTensors, open_checkpoint
from definemed_runner.language_models.safetensors_writing import write_checkpoint
from definemed_runner.language_models.slerp import NotFinite, interpolate, plan_interpolation
from definemed_runner.run import Cancelled, RunContext, RunResult, UserMistake

_LAYER = re.compile(r"(?:^|\.)(?:layers|h|blocks)\.(\d+)\.")

_REPORT = pa.schema(
    [
        ("tensor", pa.string()), ("layer", pa.int32()), ("elements", pa.int64()), ("cosine", pa.float64()),
        ("normRatio", pa.float64()), ("t", pa.float64()), ("branch", pa.string()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class MergePlan:
    """Where between the parents each tensor lies: 0 is the first, 1 the second."""

    default: float
    layers: tuple[float, ...] | None

    @staticmethod
    def from_parameters(t: dict[str, Any], layer_count: int) -> "MergePlan":
        """UserMistake `layers_mismatch` where the plan's number of layers isn't the model's."""
        layers = None if t["layers"] is None else tuple(float(value) for value in t["layers"])
        if layers is not None and len(layers) != layer_count:
            raise UserMistake(
                "layers_mismatch", f"The merge plan has {len(layers)} layers, the models have {layer_count}."
            )
        return MergePlan(float(t["default"]), layers)

    def t_of(self, layer: int | None) -> float:
        """Tensors outside the decoder layers (embeddings, final norm, head) take the default."""
        return self.default if layer is None or self.layers is None else self.layers[layer]


def layer_of(tensor: str) -> int | None:
    """The decoder layer that a tensor's name tells, None for embeddings, final norm and head."""
    found = _LAYER.search(tensor)
    return None if found is None else int(found[1])


class _Merging:
    """Merges one tensor after the other as the writer asks for them, and collects the report's rows."""

    def __init__(
        self, context: RunContext, plan: MergePlan, first: CheckpointTensors, second: CheckpointTensors, total: int
    ) -> None:
        self._context, self._plan, self._first, self._second = context, plan, first, second
        self._total = total
        self.rows: list[dict[str, Any]] = []

    def produce(self, name: str) -> torch.Tensor:
        if self._context.stop_requested():
            raise Cancelled
        first, second = self._first.read(name), self._second.read(name)
        layer = layer_of(name)
        row: dict[str, Any] = {"tensor": name, "layer": layer, "elements": first.numel()}
        if not first.is_floating_point():
            # Whole numbers (masks, tables) have no direction to interpolate.
            self._add({**row, "cosine": None, "normRatio": None, "t": 0.0, "branch": "copy"})
            return first
        t = self._plan.t_of(layer)
        try:
            plan = plan_interpolation(first, second, t)
        except NotFinite as fault:
            raise UserMistake(
                "tensor_not_finite", f"The tensor {name} holds infinite or undefined numbers; that model is damaged."
            ) from fault
        self._add({**row, "cosine": plan.cosine, "normRatio": plan.norm_ratio, "t": t, "branch": plan.branch})
        return interpolate(first, second, plan)

    def _add(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        self._context.progress(len(self.rows), self._total, "tensors", "merging")


def run(context: RunContext) -> RunResult:
    """Merge the inputs `first` and `second`; see docs/runner-contract.md for parameters and outputs."""
    folders = {name: context.input_path(name) for name in ("first", "second")}
    config = read_config(folders["first"])
    check_same_architecture(config, read_config(folders["second"]))
    check_same_vocabulary(folders["first"], folders["second"])
    plan = MergePlan.from_parameters(context.spec.parameters["t"], config.get_text_config().num_hidden_layers)

    output = context.output_path("model")
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    with open_checkpoint(folders["first"]) as first, open_checkpoint(folders["second"]) as second:
        tensors = tensors_to_merge(config, first.facts, second.facts)
        merging = _Merging(context, plan, first, second, len(tensors))
        write_checkpoint(output, tensors, merging.produce)
    (output / "config.json").write_bytes((folders["first"] / "config.json").read_bytes())
    copy_companions(folders["first"], output)
    write_merge_card(output / "README.md", context, folders)

    report = context.output_path("report.parquet")
    rows = sorted(merging.rows, key=lambda row: (row["layer"] is not None, row["layer"] or 0, row["tensor"]))
    pq.write_table(pa.Table.from_pylist(rows, schema=_REPORT), report)
    cosines = [row["cosine"] for row in rows if row["cosine"] is not None]
    return RunResult(
        outputs={"model": output, "report": report},
        summary={
            "tensors": len(rows),
            "meanCosine": sum(cosines) / len(cosines) if cosines else None,
            "minCosine": min(cosines, default=None),
        },
    )
