"""Real German texts of the collection in FOLDER, which lies beside the repository and is no part of it.

Encyclopaedia articles are far longer than pages of the web, so they are cut after a sentence, at lengths drawn from a
log-normal distribution (median 1,300 characters, as web corpora have it); laws and discharge letters stand as they are.
"""

import gzip
import json
import math
import random
from pathlib import Path
from typing import Any

MEDIAN_CHARACTERS = 1300
SPREAD = 1.1


def read_rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """All rows of `name`.jsonl.gz."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def cut_to_web_length(text: str, draw: random.Random) -> str:
    """The beginning of a text, whole sentences (lines), at least one."""
    limit = MEDIAN_CHARACTERS * math.exp(draw.gauss(0, SPREAD))
    kept, length = [], 0
    for line in text.splitlines():
        length += len(line) + 1
        if kept and length > limit:
            break
        kept.append(line)
    return "\n".join(kept).strip()


def mixed_documents(folder: Path, count: int, seed: int) -> list[dict[str, str]]:
    """`id` and `text` of up to `count` documents of varied length in drawn order; nine in ten are articles."""
    draw = random.Random(seed)
    articles = [
        {"id": f"wiki-{row['id']}", "text": cut_to_web_length(row["text"], draw)}
        for row in read_rows(folder, "wiki_de")
    ]
    others = [
        {"id": f"{name}-{row['id']}", "text": row["text"]}
        for name in ("gesetze_de", "grascco_de")
        for row in read_rows(folder, name)
    ]
    chosen = draw.sample(articles, min(len(articles), count * 9 // 10))
    chosen += draw.sample(others, min(len(others), count - len(chosen)))
    draw.shuffle(chosen)
    return [row for row in chosen if row["text"].strip()]
