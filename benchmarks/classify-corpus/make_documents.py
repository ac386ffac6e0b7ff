"""Labelled documents and two corpora from real texts: `python make_documents.py TEXTS FOLDER COUNT LONG`.

`documents.parquet` trains a classifier (articles whose title is medical or on health against others), `varied/` holds
COUNT documents of varied length, `long/` LONG whole articles, which all exceed 512 tokens.
"""

import random
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent / "reference-tools"))
from real_texts import cut_to_web_length, mixed_documents, read_rows

LABELLED = 150


def main(texts: Path, folder: Path, count: int, long: int) -> None:
    draw = random.Random(1)
    articles = read_rows(texts, "wiki_de")
    medical = [row for row in articles if row["title_label"] != "other"]
    others = [row for row in articles if row["title_label"] == "other"]
    labelled = [
        {
            "id": f"{label}-{place}", "text": cut_to_web_length(row["text"], draw), "label": label, "weight": 1.0,
            "split": "train" if place % 5 else ("tune" if place % 10 else "test"),
        }
        for label, rows in enumerate((others, medical))
        for place, row in enumerate(draw.sample(rows, LABELLED))
    ]  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(labelled), folder / "documents.parquet")
    write(folder / "varied", mixed_documents(texts, count, 2))
    write(folder / "long", [{"id": row["id"], "text": row["text"]} for row in draw.sample(articles, long)])


def write(folder: Path, rows: list[dict[str, str]]) -> None:
    """One shard."""
    folder.mkdir(exist_ok=True)
    strings = [{"id": str(row["id"]), "text": row["text"]} for row in rows]
    pq.write_table(pa.Table.from_pylist(strings), folder / "part-00000.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
