"""Whether two sets of log-likelihoods answer alike: `python compare_answers.py PARQUET JSON QUESTIONS TEMPLATE`.

Both are given the template's own rule: the highest, per byte of the option's text with `text-de`.
"""

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq


def main(ours: Path, theirs: Path, questions: Path, template: str) -> None:
    choices = {row["id"]: row["choices"] for row in map(json.loads, questions.read_text("utf-8").splitlines())}
    other = json.loads(theirs.read_text(encoding="utf-8"))
    same, largest = 0, 0.0
    rows = pq.read_table(ours).to_pylist()
    for row in rows:
        weights = [len(text.encode()) if template == "text-de" else 1 for text in choices[row["id"]]]
        chosen = []
        for values in (row["logLikelihoods"], other[row["id"]]):
            compared = [value / weight for value, weight in zip(values, weights, strict=True)]
            chosen.append(compared.index(max(compared)))
        same += chosen[0] == chosen[1]
        pairs = zip(row["logLikelihoods"], other[row["id"]], strict=True)
        largest = max(largest, *(abs(a - b) for a, b in pairs))
    print(json.dumps({"questions": len(rows), "same": same, "largest": largest}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
