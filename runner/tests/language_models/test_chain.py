"""The kinds one after the other, as the studio runs them: each takes what the one before made."""

import json
from pathlib import Path
from typing import Any

from definemed_runner.run.store import Store
from language_models.tiny_models import make_model, write_jsonl
from language_models.training_runs import write_corpus
from support import read_events, read_manifest, run_here, valid_spec, write_attempt


def carried_out(store: Store, kind: str, inputs: dict[str, Path], **changes: Any) -> tuple[dict[str, Path], Any]:
    """Run a kind with the parameters of its valid fixture; returns its outputs by name and its summary."""
    parameters = {**valid_spec(kind)["parameters"], **changes}
    folder = write_attempt(store, kind, inputs, parameters, run_id=kind)
    assert run_here(store, kind) == 0, (folder / "outcome.json").read_text()
    manifest = read_manifest(folder)
    assert any(event["type"] == "progress" and event["done"] == event["total"] for event in read_events(folder))
    return {each["name"]: store.locate(each["address"]) for each in manifest["outputs"]}, manifest["summary"]


def test_from_a_base_model_to_the_analysis_of_its_answers(store: Store) -> None:
    base, corpus = make_model(store.root / "base", 1, chat=True), write_corpus(store.root / "corpus")
    trained, summary = carried_out(
        store, "pretrain", {"corpus": corpus, "base": base},
        epochs=1, sequenceLength=64, sequencesPerStep=8, warmupSteps=1, learningRate=0.01, heldOutShare=0.2,
    )  # fmt: skip
    assert summary["heldOutLossAfter"] < summary["heldOutLossBefore"]

    merged, summary = carried_out(store, "merge", {"first": base, "second": trained["model"]})
    assert 0 < summary["minCosine"] <= summary["meanCosine"] <= 1

    questions = write_jsonl(
        store.root / "questions.jsonl",
        [
            {
                "id": "1",
                "subject": "Anatomie",
                "question": "Was pumpt Blut?",
                "choices": ["Herz", "Leber"],
                "answer": "A",
            }
        ],
    )
    _, summary = carried_out(store, "evaluate", {"model": merged["model"], "questions": questions})
    assert summary["questions"] == 1

    prompts = write_jsonl(store.root / "prompts.jsonl", [{"id": "1", "category": "Rat", "prompt": "Was hilft?"}])
    answers, summary = carried_out(store, "generate", {"model": merged["model"], "prompts": prompts}, maxNewTokens=8)
    assert summary["answers"] == 1

    analysis, summary = carried_out(store, "analyse-answers", {"answers": answers["answers"]})
    assert set(summary) == {"answers", "mixedShare", "meanWords", "declinedShare"}
    assert analysis["analysis"].suffix == ".parquet"
    json.dumps(summary, allow_nan=False)
