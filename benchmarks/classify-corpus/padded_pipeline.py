"""A corpus by transformers' pipeline in fp32: `python padded_pipeline.py MODEL CORPUS SCORES`.

As its documentation shows it: documents in their own order, 16 at a time, each batch padded to its longest. Writes the
probability of the last label by id as JSON.
"""

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import torch
from transformers import pipeline

BATCH = 16
MAX_TOKENS = 512


def main(model: str, corpus: Path, scores: Path) -> None:
    rows = [row for path in sorted(corpus.glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    classify = pipeline("text-classification", model=model, device="cpu", dtype=torch.float32, top_k=None)
    last = classify.model.config.id2label[classify.model.config.num_labels - 1]
    found = classify(
        [row["text"] for row in rows], batch_size=BATCH, padding=True, truncation=True, max_length=MAX_TOKENS
    )
    values = [next(each["score"] for each in labels if each["label"] == last) for labels in found]
    scores.write_text(json.dumps(dict(zip((row["id"] for row in rows), values, strict=True))), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
