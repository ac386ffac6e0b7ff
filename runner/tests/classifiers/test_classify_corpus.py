"""The kind `classify-corpus`: scores, kept rows, counts; and going on after any end."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from classifiers.conftest import Trained
from classifiers.small_encoders import make_text
from definemed_runner.classifiers.classify_corpus import run
from definemed_runner.classifiers.decisions import open_for_decisions
from definemed_runner.classifiers.onnx_scoring import OnnxClassifier
from definemed_runner.classifiers.torch_scoring import TorchClassifier
from definemed_runner.run.errors import Cancelled
from definemed_runner.run.execute import open_run, read_attempt_spec
from definemed_runner.run.stop import StopWatch
from definemed_runner.run.store import Store
from forking_runner import start_fork
from support import read_events, read_manifest, run_here, wait_for, write_attempt

PARAMETERS = {"threshold": 0.5, "precision": "fp32", "batchSize": 4, "maxTokens": 48}
SHARDS = {"part-0.parquet": 70, "part-1.parquet": 150, "sub/part-2.parquet": 40}


@pytest.fixture
def corpus(store: Store) -> Path:
    random_ = random.Random(5)
    folder = store.root / "corpus"
    for name, count in SHARDS.items():
        texts = [make_text(random_, random_.random() < 0.3, random_.randint(0, 120)) for _ in range(count)]
        rows = {
            "text": texts,
            "id": [f"{name}#{number}" for number in range(count)],
            "url": [f"https://example.org/{number}" for number in range(count)],
            "score": ["an earlier one"] * count,
        }
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(rows), folder / name, row_group_size=64)
    return folder


def prepare(store: Store, corpus: Path, trained: Trained, **changes: Any) -> Path:
    attempt = {name: changes.pop(name) for name in ("attempt", "resume", "resources") if name in changes}
    inputs = {"corpus": corpus, "classifier": trained.onnx}
    return write_attempt(store, "classify-corpus", inputs, {**PARAMETERS, **changes}, **attempt)


def read_shards(folder: Path) -> dict[str, list[dict[str, Any]]]:
    paths = sorted(folder.rglob("*.parquet"))
    return {path.relative_to(folder).as_posix(): pq.read_table(path).to_pylist() for path in paths}


def test_every_document_gets_the_score_it_gets_alone(store: Store, corpus: Path, trained: Trained) -> None:
    folder = prepare(store, corpus, trained)
    assert run_here(store) == 0
    scores = read_shards(folder / "outputs" / "scores")
    assert list(scores) == list(SHARDS)
    classifier = OnnxClassifier(trained.onnx, "fp32", 1)
    for name, rows in scores.items():
        table = pq.read_table(corpus / name).to_pydict()
        assert [row["id"] for row in rows] == table["id"]
        documents, tokens = classifier.tokenizer(48).encode_and_count(table["text"])
        np.testing.assert_allclose([row["score"] for row in rows], classifier.score(documents, 1), atol=1e-6)
        assert [row["tokens"] for row in rows] == tokens.tolist()


def test_kept_are_the_rows_at_or_above_the_threshold_with_all_their_columns(
    store: Store, corpus: Path, trained: Trained
) -> None:
    folder = prepare(store, corpus, trained)
    assert run_here(store) == 0
    scores = read_shards(folder / "outputs" / "scores")
    filtered = read_shards(folder / "outputs" / "filtered")
    assert list(filtered) == list(SHARDS)
    kept = 0
    for name in SHARDS:
        originals = {row["id"]: row for row in pq.read_table(corpus / name).to_pylist()}
        expected = [{**originals[row["id"]], **row} for row in scores[name] if row["score"] >= 0.5]
        assert filtered[name] == expected
        kept += len(expected)
    manifest = read_manifest(folder)
    every = [row for rows in scores.values() for row in rows]
    assert manifest["summary"] == {
        "documents": 260,
        "kept": kept,
        "tokens": sum(row["tokens"] for row in every),
        "keptTokens": sum(row["tokens"] for row in every if row["score"] >= 0.5),
        "histogram": np.histogram([row["score"] for row in every], 20, (0, 1))[0].tolist(),
    }
    assert 0 < kept < 260
    progress = [event for event in read_events(folder) if event["type"] == "progress"]
    assert (progress[-1]["done"], progress[-1]["total"], progress[-1]["phase"]) == (260, 260, "classifying")


def test_killed_it_goes_on_behind_the_shards_that_are_done(store: Store, corpus: Path, trained: Trained) -> None:
    first = prepare(store, corpus, trained, batchSize=1)
    process = start_fork(store)
    wait_for(first / "checkpoints" / "step-00000001" / "complete.json", process)
    process.kill()
    process.communicate()
    done = sorted(path.name for path in (first / "checkpoints").iterdir())
    address = f"store:runs/run-1/attempts/1/checkpoints/{done[0]}"
    # What is done is taken over as it is, not computed again.
    marked = first / "outputs" / "scores" / "part-0.parquet"
    pq.write_table(pq.read_table(marked).set_column(1, "score", pa.array([0.25] * 70)), marked)

    second = prepare(store, corpus, trained, batchSize=1, attempt=2, resume=address)
    assert run_here(store, attempt=2) == 0
    scores = read_shards(second / "outputs" / "scores")
    assert {name: len(rows) for name, rows in scores.items()} == SHARDS
    assert {row["score"] for row in scores["part-0.parquet"]} == {0.25}
    assert read_manifest(second)["summary"]["documents"] == 260
    reference = prepare(store, corpus, trained, batchSize=1, attempt=3)
    assert run_here(store, attempt=3) == 0
    assert read_shards(reference / "outputs" / "scores")["sub/part-2.parquet"] == scores["sub/part-2.parquet"]


class StopAt(StopWatch):
    """Asks to stop when it has been asked `looks` times."""

    def __init__(self, looks: int) -> None:
        super().__init__(Path("nowhere"))
        self.looks = looks

    def requested(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def test_cancelled_between_batches_it_leaves_whole_shards_only(store: Store, corpus: Path, trained: Trained) -> None:
    folder = prepare(store, corpus, trained)
    context = open_run(store, read_attempt_spec(store, "run-1", 1), StopAt(18 + 20))
    with pytest.raises(Cancelled):
        run(context)
    assert list(read_shards(folder / "outputs" / "scores")) == ["part-0.parquet"]
    assert [path.name for path in (folder / "outputs").rglob(".*")] == []
    assert [path.name for path in (folder / "checkpoints").iterdir()] == ["step-00000001"]


def test_a_shard_that_changed_since_is_done_again(store: Store, corpus: Path, trained: Trained) -> None:
    prepare(store, corpus, trained)
    assert run_here(store) == 0
    pq.write_table(pa.table({"id": ["new"], "text": ["Fieber"]}), corpus / "part-1.parquet")
    resume = "store:runs/run-1/attempts/1/checkpoints/step-00000003"
    second = prepare(store, corpus, trained, attempt=2, resume=resume)
    assert run_here(store, attempt=2) == 0
    assert read_manifest(second)["summary"]["documents"] == 70 + 1 + 40


TWO_PROCESSES = {"processes": 2, "threads": 1}


def finish(store: Store, attempt: int) -> int:
    process = start_fork(store, attempt=attempt)
    written = process.communicate()
    assert process.returncode in (0, 2), written
    return process.returncode


def test_several_processes_make_the_same(store: Store, corpus: Path, trained: Trained) -> None:
    alone = prepare(store, corpus, trained)
    assert run_here(store) == 0
    together = prepare(store, corpus, trained, attempt=2, resources=TWO_PROCESSES)
    assert finish(store, 2) == 0
    for name in ("scores", "filtered"):
        assert read_shards(together / "outputs" / name) == read_shards(alone / "outputs" / name)
    assert read_manifest(together)["summary"] == read_manifest(alone)["summary"]
    told = [event for event in read_events(together) if event["type"] == "progress"]
    assert (told[-1]["done"], told[-1]["total"]) == (260, 260)


def test_what_another_process_finds_wrong_with_its_shard_is_told(store: Store, corpus: Path, trained: Trained) -> None:
    # One that takes its time, and one that no process can read.
    table = pq.read_table(corpus / "part-0.parquet")
    pq.write_table(pa.concat_tables([table] * 40), corpus / "part-0.parquet")
    pq.write_table(pa.table({"id": ["a"]}), corpus / "part-1.parquet")
    folder = prepare(store, corpus, trained, batchSize=1, resources=TWO_PROCESSES)
    assert finish(store, 1) == 2
    told = json.loads((folder / "outcome.json").read_text())
    assert told["code"] == "corpus_invalid"
    assert "part-1.parquet" in told["message"]


def test_several_processes_stop_when_asked_and_leave_whole_shards_only(
    store: Store, corpus: Path, trained: Trained
) -> None:
    table = pq.read_table(corpus / "part-1.parquet")
    pq.write_table(pa.concat_tables([table] * 40), corpus / "part-1.parquet")
    folder = prepare(store, corpus, trained, batchSize=1, resources=TWO_PROCESSES)
    process = start_fork(store)
    wait_for(folder / "checkpoints" / "step-00000001" / "complete.json", process)
    process.terminate()
    written = process.communicate()
    assert process.returncode == 3, written
    done = read_shards(folder / "outputs" / "scores")
    assert {name: len(rows) for name, rows in done.items()} == {name: SHARDS[name] for name in done}
    assert "part-1.parquet" not in done
    assert [path.name for path in (folder / "outputs").rglob(".*")] == []


def test_int8_decides_nearly_as_fp32_does(store: Store, corpus: Path, trained: Trained) -> None:
    folders = [
        prepare(store, corpus, trained, attempt=number, precision=precision)
        for number, precision in enumerate(("fp32", "int8"), start=1)
    ]
    assert [run_here(store, attempt=number) for number in (1, 2)] == [0, 0]
    exact, fast = (
        np.array([row["score"] for rows in read_shards(folder / "outputs" / "scores").values() for row in rows])
        for folder in folders
    )
    assert np.abs(exact - fast).mean() < 0.02
    assert ((exact >= 0.5) != (fast >= 0.5)).mean() <= 0.005


def test_bf16_by_pytorch_decides_as_fp32_by_onnx_does(store: Store, corpus: Path, trained: Trained) -> None:
    folders = [
        prepare(store, corpus, trained, attempt=1),
        write_attempt(
            store,
            "classify-corpus",
            {"corpus": corpus, "classifier": trained.model},
            {**PARAMETERS, "precision": "bf16"},
            attempt=2,
            resources=TWO_PROCESSES,
        ),
    ]
    assert [run_here(store), finish(store, 2)] == [0, 0]
    exact, fast = (
        np.array([row["score"] for rows in read_shards(folder / "outputs" / "scores").values() for row in rows])
        for folder in folders
    )
    assert 0 < np.abs(exact - fast).mean() < 0.002
    np.testing.assert_array_equal(exact >= 0.5, fast >= 0.5)


def test_what_bf16_can_not_tell_is_looked_at_again_in_fp32(trained: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(trained.model, folder)
    description = json.loads((folder / "classifier.json").read_text())
    assert 0 < description["bf16Margin"] < 0.02
    (folder / "classifier.json").write_text(json.dumps({**description, "bf16Margin": 0.1}))
    random_ = random.Random(2)
    texts = [make_text(random_, number % 2 == 0, random_.randint(3, 60)) for number in range(40)]
    cpu = torch.device("cpu")
    exact, fast = TorchClassifier(folder, cpu, "fp32"), TorchClassifier(folder, cpu, "bf16")
    documents, _ = exact.tokenizer().encode_and_count(texts)
    by_bf16, by_fp32 = fast.score(documents, 4), exact.score(documents, 4)
    threshold = float(np.median(by_bf16)) + 0.01
    scores = open_for_decisions(folder, "bf16", threshold, 1).score(documents, 4)
    close = np.abs(by_bf16 - threshold) <= 0.1
    assert 0 < close.sum() < len(documents)
    np.testing.assert_allclose(scores[close], by_fp32[close], atol=1e-6)
    np.testing.assert_array_equal(scores[~close], by_bf16[~close])


def test_weights_without_a_description_are_named(store: Store, corpus: Path, trained: Trained) -> None:
    old = store.root / "old"
    shutil.copytree(trained.model, old)
    (old / "classifier.json").unlink()
    inputs = {"corpus": corpus, "classifier": old}
    folder = write_attempt(store, "classify-corpus", inputs, {**PARAMETERS, "precision": "bf16"})
    assert run_here(store) == 2
    assert json.loads((folder / "outcome.json").read_text())["code"] == "classifier_invalid"


def test_what_int8_can_not_tell_is_looked_at_again_in_fp32(trained: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "onnx"
    shutil.copytree(trained.onnx, folder)
    description = json.loads((folder / "classifier.json").read_text())
    assert 0 < description["int8Margin"] < 0.1
    (folder / "classifier.json").write_text(json.dumps({**description, "int8Margin": 0.2}))
    random_ = random.Random(2)
    texts = [make_text(random_, number % 2 == 0, random_.randint(3, 60)) for number in range(40)]
    exact, fast = (OnnxClassifier(folder, precision, 1) for precision in ("fp32", "int8"))
    documents, _ = exact.tokenizer().encode_and_count(texts)
    by_int8, by_fp32 = fast.score(documents, 4), exact.score(documents, 4)
    threshold = float(np.median(by_int8)) + 0.01
    told: list[int] = []
    scores = open_for_decisions(folder, "int8", threshold, 1).score(documents, 4, told.append)
    close = np.abs(by_int8 - threshold) <= 0.2
    assert 0 < close.sum() < len(documents)
    np.testing.assert_allclose(scores[close], by_fp32[close], atol=1e-6)
    np.testing.assert_array_equal(scores[~close], by_int8[~close])
    assert sum(told) == len(documents)


def test_an_export_of_old_without_a_margin_is_scored_by_int8_alone(trained: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "onnx"
    shutil.copytree(trained.onnx, folder)
    description = json.loads((folder / "classifier.json").read_text())
    del description["int8Margin"]
    (folder / "classifier.json").write_text(json.dumps(description))
    (folder / "model.onnx").unlink()
    documents = [np.arange(5, 5 + length, dtype=np.int64) for length in (9, 30, 60)]
    alone = OnnxClassifier(folder, "int8", 1).score(documents, 2)
    np.testing.assert_array_equal(open_for_decisions(folder, "int8", 0.5, 1).score(documents, 2), alone)


def test_documents_without_text_count_as_empty(store: Store, trained: Trained) -> None:
    corpus = store.root / "corpus"
    corpus.mkdir()
    pq.write_table(pa.table({"id": [1, 2, 3], "text": ["", None, "Fieber"]}), corpus / "a.parquet")
    folder = prepare(store, corpus, trained, threshold=0)
    assert run_here(store) == 0
    rows = read_shards(folder / "outputs" / "scores")["a.parquet"]
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["score"] == pytest.approx(rows[1]["score"])
    assert [row["tokens"] for row in rows[:2]] == [0, 0]
    assert [event["code"] for event in read_events(folder) if event["type"] == "warning"] == ["documents_without_text"]
    assert read_shards(folder / "outputs" / "filtered")["a.parquet"][1]["text"] is None


def test_a_corpus_of_which_nothing_is_kept_is_empty_but_valid(store: Store, trained: Trained) -> None:
    corpus = store.root / "corpus"
    corpus.mkdir()
    pq.write_table(pa.table({"id": ["a"], "text": ["Verein"]}), corpus / "a.parquet")
    pq.write_table(pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())}), corpus / "b.parquet")
    folder = prepare(store, corpus, trained, threshold=1)
    assert run_here(store) == 0
    assert read_shards(folder / "outputs" / "filtered") == {"a.parquet": [], "b.parquet": []}
    assert pq.read_schema(folder / "outputs" / "filtered" / "b.parquet").names == ["id", "text", "score", "tokens"]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"PAR1 no", "corpus_invalid"), (None, "corpus_invalid")],
    ids=["a damaged shard", "no shard at all"],
)
def test_a_corpus_that_cannot_be_read_is_the_users_mistake(
    store: Store, trained: Trained, content: bytes | None, code: str
) -> None:
    corpus = store.root / "corpus"
    corpus.mkdir()
    if content is not None:
        (corpus / "a.parquet").write_bytes(content)
    folder = prepare(store, corpus, trained)
    assert run_here(store) == 2
    assert json.loads((folder / "outcome.json").read_text())["code"] == code


def test_more_tokens_than_the_classifier_reads_are_refused(store: Store, corpus: Path, trained: Trained) -> None:
    folder = prepare(store, corpus, trained, maxTokens=65)
    assert run_here(store) == 2
    assert json.loads((folder / "outcome.json").read_text())["code"] == "max_tokens_too_large"
