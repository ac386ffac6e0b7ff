"""A small corpus and the parameters of short pre-training runs."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from language_models.tiny_models import SENTENCES


def write_corpus(folder: Path, documents: int = 60) -> Path:
    """Two Parquet shards of documents between one and four sentences."""
    folder.mkdir(parents=True)
    rows = [
        {"id": f"doc-{number}", "text": " ".join(SENTENCES[(number * 3 + k) % 8] for k in range(1 + number % 4))}
        for number in range(documents)
    ]
    half = documents // 2
    for name, part in (("a.parquet", rows[:half]), ("b.parquet", rows[half:])):
        pq.write_table(pa.Table.from_pylist(part), folder / name)
    return folder


def parameters(**changes: Any) -> dict[str, Any]:
    """Ten steps of four sequences; every default written out, as the studio does."""
    return {
        "epochs": None, "maxSteps": 10, "sequenceLength": 64, "sequencesPerStep": 4, "learningRate": 0.01,
        "schedule": "linear", "warmupSteps": 2, "weightDecay": 0.01, "gradientClip": 1.0, "bf16": False,
        "activationCheckpointing": False, "heldOutShare": 0.2, "checkpointEverySteps": 4, "evaluateEverySteps": 5,
        **changes,
    }  # fmt: skip
