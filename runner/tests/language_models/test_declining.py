"""What counts as declining."""

import gzip
import json
from pathlib import Path

import pytest

from definemed_runner.language_models.declining import declines


@pytest.mark.parametrize(
    "answer",
    [
        "Ich kann Ihnen leider keine Diagnose stellen.",
        "Leider konnte ich zu dieser Studie keine Angaben finden. Allgemein gilt aber: …",
        "Als Sprachmodell kann ich keine ärztliche Beratung ersetzen. Bei Brustschmerz rufen Sie 112.",
        "Da ich ein KI-Modell bin, habe ich keine eigenen Erfahrungen.",
        "Das ist eine wichtige Frage. Ich bin nicht in der Lage, Befunde zu beurteilen.",
        "Entschuldigung, ich habe keinen Zugriff auf Ihre Akte.",
        "Dazu darf ich keine Auskunft geben.",
        "Ich bin kein Arzt, rate aber zu Ruhe.",
        "I'm sorry, but I can't help with that.",
        "As an AI, I do not have access to patient records.",
    ],
)
def test_who_says_of_itself_that_it_cannot_declines(answer: str) -> None:
    assert declines(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "Menschen können nicht ohne Wasser leben.",
        "Ich kann Ihnen erklären, wie der Blutdruck gemessen wird.",
        "Leider ist die Erkrankung nicht heilbar. Die Behandlung lindert die Beschwerden.",
        "„Ich kann nicht schlafen“, klagt der Patient. Das heißt Insomnie.",
        "I cannot stress enough how important it is to wash one's hands.",
        # Only the beginning is looked at.
        "Die Dosis richtet sich nach dem Gewicht. Zweimal täglich genügt. Ich kann keine Diagnose stellen.",
    ],
)
def test_other_beginnings_do_not(answer: str) -> None:
    assert not declines(answer)


def test_a_very_long_answer_is_looked_at_quickly() -> None:
    assert not declines("leider " * 200_000)


ANSWERS = Path(__file__).parents[4] / "shared" / "data" / "generations" / "language_confusion_de.jsonl.gz"


@pytest.mark.skipif(not ANSWERS.exists(), reason=f"{ANSWERS.name} is not there")
def test_real_answers_of_ten_models_are_told_apart_as_measured() -> None:
    with gzip.open(ANSWERS, "rt", encoding="utf-8") as lines:
        declining = sum(declines(json.loads(line)["completion"]) for line in lines)
    assert declining == 33
