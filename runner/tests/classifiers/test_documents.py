"""Which labelled documents can be trained on."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from definemed_runner.classifiers.documents import read_labelled_documents
from definemed_runner.classifiers.fine_tuning import class_factors
from definemed_runner.run.errors import UserMistake

GOOD: dict[str, list[Any]] = {
    "id": ["a", "b", "c", "d"],
    "text": ["eins", "zwei", "", "vier"],
    "label": [0, 1, 0, 1],
    "weight": [1.0, 0.5, 2.0, 1.0],
    "split": ["train", "train", "test", "train"],
}


def write(path: Path, **changes: list[Any] | None) -> Path:
    columns = {name: values for name, values in {**GOOD, **changes}.items() if values is not None}
    pq.write_table(pa.table(columns), path / "documents.parquet")
    return path / "documents.parquet"


def test_documents_come_by_split_in_the_order_of_the_file(tmp_path: Path) -> None:
    documents = read_labelled_documents(write(tmp_path, extra=[1, 2, 3, 4]))
    assert documents["train"].ids == ["a", "b", "d"]
    assert documents["train"].labels.tolist() == [0, 1, 1]
    assert documents["test"].texts == [""]
    assert len(documents["tune"]) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"split": None},
        {"text": ["eins", None, "drei", "vier"]},
        {"label": [0, 1, 2, 1]},
        {"label": ["ja", "nein", "ja", "nein"]},
        {"weight": [1.0, 0.0, 1.0, 1.0]},
        {"weight": [1.0, float("nan"), 1.0, 1.0]},
        {"id": ["a", "a", "c", "d"]},
        {"split": ["train", "train", "dev", "train"]},
    ],
    ids=str,
)
def test_what_is_wrong_with_them_is_told(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(UserMistake, match="documents_invalid"):
        read_labelled_documents(write(tmp_path, **changes))


def test_a_file_that_is_no_parquet_is_told(tmp_path: Path) -> None:
    (tmp_path / "documents.parquet").write_bytes(b"id,text")
    with pytest.raises(UserMistake, match="documents_invalid"):
        read_labelled_documents(tmp_path / "documents.parquet")


def test_one_class_alone_cannot_be_learned(tmp_path: Path) -> None:
    with pytest.raises(UserMistake, match="one_class_only"):
        read_labelled_documents(write(tmp_path, label=[0, 0, 1, 0]))


def test_balanced_classes_count_the_same_and_weights_keep_mean_one(tmp_path: Path) -> None:
    documents = read_labelled_documents(write(tmp_path))["train"]
    for balanced in (True, False):
        weights = documents.weights * class_factors(documents, balanced=balanced)[documents.labels]
        assert weights.mean() == pytest.approx(1)
        of_class = [weights[documents.labels == label].sum() for label in (0, 1)]
        assert np.isclose(*of_class) == balanced
