"""What counts as mixing English into German, and how answers are measured."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from definemed_runner.language_models import analyse_answers
from definemed_runner.language_models.language_mixing import find_mixing
from definemed_runner.language_models.text_measures import count_sentences, repetition, words_of
from definemed_runner.language_models.word_language import Language, language_of
from definemed_runner.run import RunResult, UserMistake
from language_models.tiny_models import make_context, make_spec

REAL_TEXTS = Path(__file__).parents[4] / "shared" / "data" / "grascco_de.jsonl.gz"


@pytest.mark.parametrize(
    "answer",
    [
        "Die Patientin sollte zum Screening kommen. Das Follow-up nach dem Stent und die Compliance waren gut.",
        "Das Management des Acute Respiratory Distress Syndrome (ARDS) richtet sich nach der Ursache.",
        "Für die Quality of Life gilt: Watch and wait ist der state of the art bei diesem Befund.",
        "Er arbeitet bei Doctors without Borders und liest The Lancet. Sie sah How to Train Your Dragon.",
        "Die WHO empfiehlt die Impfung. IT und US-Studien helfen hier nicht weiter.",
        "Rufen Sie so auf:\n```python\nfor the_item in items:\n    print(the_item)  # show all of them\n```\nGut.",
        "Mehr dazu steht unter https://example.org/how-to-use-this-and-that/index.html und im Handbuch.",
        '{"speaker of the day": "Die Ärztin", "topic": "Der Befund ist unauffällig und bedarf keiner Kontrolle."}',
        "Also, in der Hand war er warm. So will man das: am Tag, im Winter, in Form.",
        "",
        "12,5 mg 1-0-1",
    ],
)
def test_german_with_loans_names_and_code_is_not_mixed(answer: str) -> None:
    mixing = find_mixing(answer)
    assert not mixing.mixed, mixing
    assert mixing.spans == ()


@pytest.mark.parametrize(
    ("answer", "span"),
    [
        (
            "Sure, here is the answer in German: Die Grippe ist eine Infektion durch Viren.",
            "Sure, here is the answer in German",
        ),
        (
            "Nehmen Sie das Mittel zweimal täglich. You should also drink plenty of water. Gute Besserung!",
            "You should also drink plenty of water",
        ),
        ("Die Behandlung ist based on the results der Untersuchung.", "based on the results"),
        ("Das Fieber sinkt.\n\nI hope this helps!", "hope this helps"),
    ],
)
def test_english_running_text_is_found_with_its_place(answer: str, span: str) -> None:
    mixing = find_mixing(answer)
    assert mixing.mixed
    assert [found.text for found in mixing.spans] == [span]
    assert answer[mixing.spans[0].start : mixing.spans[0].end] == span


def test_an_answer_in_english_is_mixed_and_its_share_says_so() -> None:
    mixing = find_mixing(
        "The patient should take this medicine twice a day with some water, because it may cause pain."
    )
    assert mixing.mixed
    assert (mixing.german_share, mixing.english_share) == (0, 1)


def test_scattered_english_words_count_once_german_falls_below_nine_tenths() -> None:
    mixing = find_mixing("Die before Therapie und after Operation mit because Schmerz")
    assert mixing.spans == ()
    assert mixing.german_share == pytest.approx(3 / 6, abs=0.2)
    assert mixing.mixed


@pytest.mark.parametrize(
    ("word", "language"),
    [
        ("und", Language.GERMAN), ("Untersuchung", Language.GERMAN), ("täglich", Language.GERMAN),
        ("gemessen", Language.GERMAN), ("Machine-Learning-Verfahren", Language.GERMAN), ("the", Language.ENGLISH),
        ("treatment", Language.ENGLISH), ("slowly", Language.ENGLISH), ("don’t", Language.ENGLISH),
        ("Screening", Language.UNDECIDED), ("Compliance", Language.UNDECIDED), ("IT", Language.UNDECIDED),
        ("in", Language.UNDECIDED), ("Diabetes", Language.UNDECIDED), ("vitro", Language.UNDECIDED),
    ],
)  # fmt: skip
def test_single_words(word: str, language: Language) -> None:
    assert language_of(word) is language


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", 0),
        ("Der Befund ist gut. Die Patientin geht heim!", 2),
        ("Dr. Weiß gibt z. B. am 3. Mai ca. 5 mg. Danach nicht mehr.", 2),
        ("# Ursachen\n- Viren\n- Bakterien", 3),
        ("Wirklich?! „Ja.“ Na gut …", 3),
        ("Der Wert lag bei 3,5", 1),
    ],
)
def test_sentences_are_counted(text: str, sentences: int) -> None:
    assert count_sentences(text) == sentences


def test_words_and_repetition() -> None:
    assert words_of("Er gab 3,5 mg, dann Follow-up.") == ["er", "gab", "3,5", "mg", "dann", "follow-up"]
    assert repetition(words_of("eins zwei drei vier fünf sechs")) == 0
    assert repetition(words_of("eins zwei drei")) == 0
    assert repetition(words_of("Das ist so gut. " * 10)) == pytest.approx(1 - 4 / 37)


def analysed(folder: Path, table: pa.Table) -> RunResult:
    path = folder / "answers.parquet"
    pq.write_table(table, path)
    return analyse_answers.run(make_context(folder / "store", make_spec("analyse-answers", {"answers": path}, {})))


def test_a_run_writes_a_row_an_answer(tmp_path: Path) -> None:
    answers = ["Die Grippe ist eine Infektion.", "Sure, here is the text you asked for.", ""]
    result = analysed(tmp_path, pa.table({"id": ["a", "b", "c"], "answer": answers}))
    rows: list[dict[str, Any]] = pq.read_table(result.outputs["analysis"]).to_pylist()
    assert [row["id"] for row in rows] == ["a", "b", "c"]
    assert [row["mixed"] for row in rows] == [False, True, False]
    assert [row["words"] for row in rows] == [5, 8, 0]
    assert [row["characters"] for row in rows] == [30, 37, 0]
    assert rows[2]["germanShare"] is None
    (span,) = json.loads(rows[1]["englishSpans"])
    assert answers[1][span["start"] : span["end"]] == span["text"]
    assert result.summary == {
        "answers": 3,
        "mixedShare": pytest.approx(1 / 3),
        "meanWords": pytest.approx(13 / 3),
        "declinedShare": 0,
    }


def test_nul_characters_are_no_part_of_an_answer(tmp_path: Path) -> None:
    with_nul = "Die\0 Antwort. Sure,\0 here is the\0 text you\0 asked for."
    kept = with_nul.replace("\0", "")
    result = analysed(tmp_path, pa.table({"id": ["a", "b"], "answer": [with_nul, kept]}))
    with_it, without = pq.read_table(result.outputs["analysis"]).to_pylist()
    assert {**with_it, "id": "b"} == without
    (span,) = json.loads(with_it["englishSpans"])
    assert kept[span["start"] : span["end"]] == span["text"]
    assert "\0" not in span["text"]


def test_files_without_answers_are_refused(tmp_path: Path) -> None:
    for table, code in (
        (pa.table({"id": ["a"]}), "answers_columns_missing"),
        (pa.table({"id": pa.array([], pa.string()), "answer": pa.array([], pa.string())}), "answers_empty"),
    ):
        with pytest.raises(UserMistake) as mistake:
            analysed(tmp_path, table)
        assert mistake.value.code == code


@pytest.mark.skipif(not REAL_TEXTS.exists(), reason="the collection of real texts is not here")
def test_real_german_discharge_letters_are_not_called_mixed() -> None:
    with gzip.open(REAL_TEXTS, "rt", encoding="utf-8") as lines:
        letters = [json.loads(line)["text"] for line in lines]
    assert sum(find_mixing(letter).mixed for letter in letters) == 0
