"""The labelled documents that a classifier is trained on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.run.errors import UserMistake

SPLITS = ("train", "tune", "test")
_COLUMNS = {"id": pa.string(), "text": pa.string(), "label": pa.int8(), "weight": pa.float64(), "split": pa.string()}


@dataclass(frozen=True)
class LabelledDocuments:
    """Documents of one split, in the order of the file. `labels` are 0 (non-medical) or 1 (medical)."""

    ids: list[str]
    texts: list[str]
    labels: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


def read_labelled_documents(path: Path) -> dict[str, LabelledDocuments]:
    """The documents of each split. Raises UserMistake `documents_invalid` when they can't be trained on."""
    table = _read_table(path)
    for name in _COLUMNS:
        if table[name].null_count > 0:
            raise _invalid(f"{table[name].null_count} rows have no {name}.")
    labels = table["label"].to_numpy()
    weights = table["weight"].to_numpy()
    if not np.isin(labels, (0, 1)).all():
        raise _invalid("A label is 0 or 1.")
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise _invalid("A weight is a number above 0.")
    if len(set(table["id"].to_pylist())) != table.num_rows:
        raise _invalid("Two rows have the same id.")
    unknown = set(table["split"].to_pylist()) - set(SPLITS)
    if unknown:
        raise _invalid(f"A split is train, tune or test, not {', '.join(sorted(unknown))}.")

    documents = {split: _select(table, split) for split in SPLITS}
    if set(documents["train"].labels.tolist()) != {0, 1}:
        raise UserMistake("one_class_only", "The training documents need both medical and non-medical ones.")
    return documents


def _read_table(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
        missing = [name for name in _COLUMNS if name not in table.column_names]
        if missing:
            raise _invalid(f"The columns {', '.join(missing)} are missing.")
        return table.select(list(_COLUMNS)).cast(pa.schema(_COLUMNS))
    except pa.ArrowException as fault:
        raise _invalid(f"{path.name} could not be read: {fault}.") from fault


def _select(table: pa.Table, split: str) -> LabelledDocuments:
    rows = table.filter(pa.array([name == split for name in table["split"].to_pylist()], pa.bool_()))
    return LabelledDocuments(
        ids=rows["id"].to_pylist(),
        texts=rows["text"].to_pylist(),
        labels=rows["label"].to_numpy().astype(np.int64),
        weights=rows["weight"].to_numpy(),
    )


def _invalid(reason: str) -> UserMistake:
    return UserMistake("documents_invalid", f"The labelled documents can't be used. {reason}")
