"""analyse-answers: language mixing, length, repetition and declining of each answer of a generate run.

An answer is `mixed` when English stands in it as running text: at least three English words with at most three
undecided and no German word between them, in one line, which are not all names and titles (language_mixing.py). It is
also mixed when three such English words stand anywhere in it and German is under 90 % of the words whose language is
decided. An answer that is English altogether counts as mixed; its englishShare tells it apart. Program text, addresses,
keys of JSON, and English that German medicine speaks (`quality of life`, `watch and wait`, capitalised loans such as
Screening, Stent, Compliance) are not counted, nor are single English words in a German sentence. A quotation in English
counts. Words are decided by lists and word forms written for this project (word_language.py).

Measured on answers of ten language models to German prompts (language_confusion_de, 3,987 answers of about 400
characters), of which one reader saw the first 330 to 450 characters and not the verdicts:
- 60 drawn at random, 24 of them mixed: precision 23/23, recall 23/24.
- 60 drawn from the 391 others with a German share between .3 and 1 (the difficult ones), 46 mixed: precision 38/38,
  recall 38/46. Missed were single English words in German sentences, tables of English labels, one remark of two words.
- German texts cut every 1,500 characters, called mixed: 40 of 5,932 of an encyclopedia (nearly all do quote English),
  0 of 2,238 of laws, 0 of 175 of discharge letters.
The rules were set on another 60 difficult answers (precision 41/42, recall 41/49) and on the German texts.

What counts as `declined` stands in declining.py, with how well it is told.
"""

import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from definemed_runner.language_models.declining import declines
from definemed_runner.language_models.language_mixing import find_mixing
from definemed_runner.language_models.text_measures import count_sentences, repetition, words_of
from definemed_runner.run import Cancelled, RunContext, RunResult, UserMistake

_BATCH_ROWS = 1000

_ANALYSIS = pa.schema(
    [
        ("id", pa.string()), ("characters", pa.int32()), ("words", pa.int32()), ("sentences", pa.int32()),
        ("germanShare", pa.float64()), ("englishShare", pa.float64()), ("mixed", pa.bool_()),
        ("englishSpans", pa.string()), ("repetition", pa.float64()), ("declined", pa.bool_()),
    ]
)  # fmt: skip


def run(context: RunContext) -> RunResult:
    """Analyse the input `answers`; see docs/runner-contract.md for the outputs."""
    path = context.input_path("answers")
    try:
        answers = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as fault:
        raise UserMistake("answers_unreadable", f"{path.name} is no whole Parquet file: {fault}.") from fault
    missing = sorted({"id", "answer"} - set(answers.schema_arrow.names))
    if missing:
        raise UserMistake("answers_columns_missing", f"{path.name} lacks the column {' and '.join(missing)}.")
    total = answers.metadata.num_rows
    if total == 0:
        raise UserMistake("answers_empty", "There is no answer to analyse.")

    rows: list[dict[str, Any]] = []
    for batch in answers.iter_batches(batch_size=_BATCH_ROWS, columns=["id", "answer"]):
        if context.stop_requested():
            raise Cancelled
        rows += [{"id": str(row["id"]), **analyse(_storable(row["answer"] or ""))} for row in batch.to_pylist()]
        context.progress(len(rows), total, "answers", "analysing")
    output = context.output_path("analysis.parquet")
    pq.write_table(pa.Table.from_pylist(rows, schema=_ANALYSIS), output)
    return RunResult(
        outputs={"analysis": output},
        summary={
            "answers": total,
            "mixedShare": sum(row["mixed"] for row in rows) / total,
            "meanWords": sum(row["words"] for row in rows) / total,
            "declinedShare": sum(row["declined"] for row in rows) / total,
        },
    )


def _storable(answer: str) -> str:
    # The studio's database keeps no NUL, so it keeps answers without: places are those in the text that it shows.
    return answer.replace("\0", "")


def analyse(answer: str) -> dict[str, Any]:
    """The columns of one answer. `englishSpans` is JSON: a list of start, end (in characters) and text."""
    mixing = find_mixing(answer)
    words = words_of(answer)
    spans = [{"start": span.start, "end": span.end, "text": span.text} for span in mixing.spans]
    return {
        "characters": len(answer),
        "words": len(words),
        "sentences": count_sentences(answer),
        "germanShare": mixing.german_share,
        "englishShare": mixing.english_share,
        "mixed": mixing.mixed,
        "englishSpans": json.dumps(spans, ensure_ascii=False),
        "repetition": repetition(words),
        "declined": declines(answer),
    }
