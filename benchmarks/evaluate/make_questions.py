"""The German exam questions as the runner and the harness read them.

`python make_questions.py FILE OUT COUNT EXAMPLES SHOWN`: every n-th question, so that all subjects and grades come; rows
without a valid key are left out. EXAMPLES gets SHOWN others, which may stand before the questions.
"""

import json
import sys
from pathlib import Path


def main(source: Path, target: Path, count: int, examples: Path, shown: int) -> None:
    rows = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    questions = [
        {
            "id": row["id"], "subject": row["subject"], "question": row["question"],
            "choices": list(row["choices"].values()), "answer": list(row["choices"]).index(row["answerKey"]),
        }
        for row in rows
        if row["answerKey"] in row["choices"]
    ]  # fmt: skip
    step = max(1, len(questions) // count)
    asked = questions[::step][:count]
    others = [question for question in questions if question not in asked]
    _write(target, asked)
    _write(examples, others[:: max(1, len(others) // shown)][:shown])


def _write(target: Path, questions: list[dict[str, object]]) -> None:
    lines = [json.dumps(question, ensure_ascii=False) for question in questions]
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5]))
