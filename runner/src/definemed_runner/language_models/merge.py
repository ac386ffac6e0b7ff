"""merge: one checkpoint from two, tensor by tensor, by spherical linear interpolation (SLERP) or along a straight line.

Each tensor is read twice in small pieces, once for the angle between the parents and once to be written, by as many
threads as are granted: memory grows neither with the model nor with its largest tensor. Sums and the merged numbers are
computed in double precision and rounded once, to the first parent's type. The report tells for each tensor how the
parents lie to each other: their cosine, the ratio of their norms, and the branch that was taken.
"""

import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.language_models.companions import copy_companions
from definemed_runner.language_models.merge_checks import (
    check_same_architecture,
    check_same_vocabulary,
    read_architecture,
    tensors_to_merge,
)
from definemed_runner.language_models.merge_plan import MergePlan, layer_of
from definemed_runner.language_models.model_card import write_merge_card
from definemed_runner.language_models.safetensors_reading import CheckpointTensors, open_checkpoint
from definemed_runner.language_models.safetensors_writing import write_checkpoint
from definemed_runner.language_models.slerp import Interpolation, NotFinite, Products, interpolate, plan_interpolation
from definemed_runner.language_models.tensor_types import Doubles, Widener
from definemed_runner.run import Cancelled, RunContext, RunResult, UserMistake

# What one thread takes at a time: large enough that handing it out costs nothing.
_PIECE_ELEMENTS = 1 << 19
# In double precision a block of both tensors stays in a processor's cache, which makes it more than twice as fast.
_BLOCK_ELEMENTS = 1 << 15

_Made = TypeVar("_Made")

_REPORT = pa.schema(
    [
        ("tensor", pa.string()), ("layer", pa.int32()), ("elements", pa.int64()), ("cosine", pa.float64()),
        ("normRatio", pa.float64()), ("t", pa.float64()), ("branch", pa.string()),
    ]
)  # fmt: skip


class _Desk(threading.local):
    """The arrays in which one thread computes, made once."""

    def __init__(self) -> None:
        self.raw = bytearray(8 * _BLOCK_ELEMENTS)
        self.doubles = (np.empty(_BLOCK_ELEMENTS), np.empty(_BLOCK_ELEMENTS))
        self.widener = Widener(_BLOCK_ELEMENTS)


class _Merging:
    """Merges one tensor after the other as the writer asks for them, and collects the report's rows."""

    def __init__(
        self, context: RunContext, plan: MergePlan, first: CheckpointTensors, second: CheckpointTensors, total: int
    ) -> None:
        self._context, self._plan, self._parents, self._total = context, plan, (first, second), total
        self._method = context.spec.parameters["method"]
        self._threads = context.spec.resources.threads
        self._pool = ThreadPoolExecutor(self._threads, "merge")
        self._desk = _Desk()
        self.rows: list[dict[str, Any]] = []

    def __enter__(self) -> "_Merging":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def produce(self, name: str) -> Iterator[bytes]:
        """The merged tensor's bytes, piece by piece."""
        facts = self._parents[0].facts[name]
        row: dict[str, Any] = {"tensor": name, "layer": layer_of(name), "elements": facts.elements}
        if not facts.floating:
            # Whole numbers (masks, tables) have no direction to interpolate.
            yield from self._over_pieces(name, lambda start, size: self._copied(name, 0, start, size))
            self._add({**row, "cosine": None, "normRatio": None, "t": 0.0, "branch": "copy"})
            return
        t = self._plan.t_of(name)
        plan = self._planned(name, t)
        yield from self._over_pieces(name, lambda start, size: self._merged(name, plan, start, size))
        self._add({**row, "cosine": plan.cosine, "normRatio": plan.norm_ratio, "t": t, "branch": plan.branch})

    def _planned(self, name: str, t: float) -> Interpolation:
        parts = self._over_pieces(name, lambda start, size: self._products(name, start, size))
        try:
            return plan_interpolation(Products.sum(parts), t, self._method)
        except NotFinite as fault:
            raise UserMistake(
                "tensor_not_finite", f"The tensor {name} holds infinite or undefined numbers; that model is damaged."
            ) from fault

    def _over_pieces(self, name: str, work: Callable[[int, int], _Made]) -> Iterator[_Made]:
        """What `work` makes of each piece (first element, number of elements), in order, a few pieces ahead."""
        elements = self._parents[0].facts[name].elements
        ahead: deque[Future[_Made]] = deque()
        for start in range(0, elements, _PIECE_ELEMENTS):
            if self._context.stop_requested():
                raise Cancelled
            ahead.append(self._pool.submit(work, start, min(_PIECE_ELEMENTS, elements - start)))
            if len(ahead) > 2 * self._threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()

    def _products(self, name: str, start: int, size: int) -> Products:
        return Products.sum(Products.of(*block) for block in self._blocks(name, start, size))

    def _merged(self, name: str, plan: Interpolation, start: int, size: int) -> bytes:
        copied = int(plan.second_weight)
        dtype = self._parents[0].facts[name].dtype
        if plan.branch == "copy" and self._parents[copied].facts[name].dtype == dtype:
            return self._copied(name, copied, start, size)
        narrow = self._desk.widener.narrow
        return b"".join(narrow(interpolate(*block, plan), dtype) for block in self._blocks(name, start, size))

    def _copied(self, name: str, parent: int, start: int, size: int) -> bytes:
        item_bytes = self._parents[parent].facts[name].item_bytes
        piece = bytearray(size * item_bytes)
        self._parents[parent].read_into(memoryview(piece), name, start * item_bytes)
        return bytes(piece)

    def _blocks(self, name: str, start: int, size: int) -> Iterator[tuple[Doubles, Doubles]]:
        """Both parents' numbers in this thread's arrays, which the next block overwrites."""
        desk = self._desk
        for place in range(start, start + size, _BLOCK_ELEMENTS):
            count = min(_BLOCK_ELEMENTS, start + size - place)
            first, second = desk.doubles[0][:count], desk.doubles[1][:count]
            for parent, into in zip(self._parents, (first, second), strict=True):
                facts = parent.facts[name]
                raw = memoryview(desk.raw)[: count * facts.item_bytes]
                parent.read_into(raw, name, place * facts.item_bytes)
                desk.widener.widen(raw, facts.dtype, into)
            yield first, second

    def _add(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        self._context.progress(len(self.rows), self._total, "tensors", "merging")


def run(context: RunContext) -> RunResult:
    """Merge the inputs `first` and `second`; see docs/runner-contract.md for parameters and outputs."""
    folders = {name: context.input_path(name) for name in ("first", "second")}
    architecture = read_architecture(folders["first"])
    check_same_architecture(architecture, read_architecture(folders["second"]))
    check_same_vocabulary(folders["first"], folders["second"])
    plan = MergePlan.from_parameters(context.spec.parameters, architecture["num_hidden_layers"])

    output = context.output_path("model")
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    with open_checkpoint(folders["first"]) as first, open_checkpoint(folders["second"]) as second:
        tensors = tensors_to_merge(folders["first"], architecture["tie_word_embeddings"], first.facts, second.facts)
        with _Merging(context, plan, first, second, len(tensors)) as merging:
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
