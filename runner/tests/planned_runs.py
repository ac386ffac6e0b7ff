"""One run of each kind, small enough for tests and long enough to be disturbed: its inputs and parameters."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from classifiers.small_encoders import write_documents, write_encoder
from language_models.tiny_models import SENTENCES, make_model, write_jsonl
from language_models.training_runs import parameters as pretraining
from language_models.training_runs import write_corpus
from support import valid_spec

TRAINING = {
    "maxTokens": 64, "epochs": 4, "batchSize": 8, "learningRate": 5e-3, "warmupSteps": 3, "weightDecay": 0.01,
    "gradientClip": 1, "frozenLayers": 1, "classBalance": True, "pooling": "mean", "prefix": "",
}  # fmt: skip


def plan_runs(root: Path) -> dict[str, tuple[dict[str, Path], dict[str, Any]]]:
    """By kind. The classifier of `classify-corpus` is the caller's to add: only a run can make one."""
    base, other = make_model(root / "base", 1, chat=True), make_model(root / "other", 2, chat=True)
    corpus = write_corpus(root / "corpus", documents=400)
    documents = write_documents(root / "documents.parquet", {"train": 80, "tune": 20, "test": 20})
    rows = [{"id": str(n), "text": " ".join(SENTENCES[(n + k) % 8] for k in range(4))} for n in range(300)]
    shards = root / "shards"
    shards.mkdir()
    for first in range(0, 300, 50):
        pq.write_table(pa.Table.from_pylist(rows[first : first + 50]), shards / f"part-{first:03d}.parquet")
    questions = write_jsonl(
        root / "questions.jsonl",
        [
            {
                "id": str(n),
                "subject": "Anatomie",
                "question": SENTENCES[n % 8],
                "choices": ["Herz", "Leber"],
                "answer": "A",
            }
            for n in range(60)
        ],
    )
    prompts = write_jsonl(
        root / "prompts.jsonl", [{"id": str(n), "category": "Rat", "prompt": SENTENCES[n % 8]} for n in range(24)]
    )
    answers = root / "answers.parquet"
    pq.write_table(
        pa.Table.from_pylist(
            [
                {"id": str(n), "prompt": "?", "answer": SENTENCES[n % 8], "tokens": 9, "finish": "stop"}
                for n in range(400)
            ]
        ),
        answers,
    )
    return {
        "train-classifier": ({"documents": documents, "encoder": write_encoder(root / "encoder")}, TRAINING),
        "classify-corpus": (
            {"corpus": shards},
            {"threshold": 0.5, "precision": "fp32", "batchSize": 4, "maxTokens": 64},
        ),
        "pretrain": ({"corpus": corpus, "base": base}, pretraining(maxSteps=30)),
        "merge": ({"first": base, "second": other}, valid_spec("merge")["parameters"]),
        "evaluate": ({"model": base, "questions": questions}, valid_spec("evaluate")["parameters"]),
        "generate": (
            {"model": base, "prompts": prompts},
            {**valid_spec("generate")["parameters"], "maxNewTokens": 24},
        ),
        "analyse-answers": ({"answers": answers}, {}),
    }
