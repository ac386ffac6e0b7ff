"""How far scores of the same documents are apart: `python compare_scores.py SCORES_FOLDER SCORES_JSON THRESHOLD`."""

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq


def main(folder: Path, other: Path, threshold: float) -> None:
    rows = [row for path in folder.rglob("*.parquet") for row in pq.read_table(path).to_pylist()]
    theirs = json.loads(other.read_text(encoding="utf-8"))
    if {row["id"] for row in rows} != theirs.keys():
        raise SystemExit("Not the same documents.")
    a = np.array([row["score"] for row in rows])
    b = np.array([theirs[row["id"]] for row in rows])
    print(
        json.dumps(
            {
                "documents": len(rows), "same": float(((a >= threshold) == (b >= threshold)).mean()),
                "kept": float((b >= threshold).mean()), "mean": float(abs(a - b).mean()),
                "largest": float(abs(a - b).max()),
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
