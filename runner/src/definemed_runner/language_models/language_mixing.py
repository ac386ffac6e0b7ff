"""Where English stands in an answer that should be German."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from definemed_runner.language_models.word_language import Language, language_of
from definemed_runner.language_models.word_lists import ESTABLISHED_PHRASES, LINKING_WORDS, SHARED_WORDS

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# Program text, addresses and identifiers are English everywhere and say nothing about the answer's language.
_NO_PROSE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|www\.\S+|\S+@\S+|\b\w+_\w+\b|</?\w[^>\n]*>|\"[\w -]{1,40}\"\s*:",
    re.DOTALL,
)
_ESTABLISHED = re.compile(
    r"\b(?:" + "|".join(re.escape(each).replace(r"\ ", "[ -]") for each in ESTABLISHED_PHRASES) + r")\b", re.IGNORECASE
)

_SPAN_WORDS = 3
# So many undecided words (names, loans, words of the list's gaps) may stand between two English ones of a span.
_SPAN_GAP = 3
_GERMAN_SHARE = 0.9


@dataclass(frozen=True)
class EnglishSpan:
    """`text[start:end]` of the answer, in characters."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Mixing:
    """Shares are of the words whose language is decided, None where there is none."""

    german_share: float | None
    english_share: float | None
    mixed: bool
    spans: tuple[EnglishSpan, ...]


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    text: str
    language: Language


def find_mixing(text: str) -> Mixing:
    """Whether an answer mixes English into German (see analyse_answers.py for the rule) and where."""
    prose = _ESTABLISHED.sub(_blank, _NO_PROSE.sub(_blank, text))
    lines = [list(_words_of(prose, start, end)) for start, end in _line_borders(prose)]
    words = [word for line in lines for word in line]
    english = sum(word.language is Language.ENGLISH for word in words)
    german = sum(word.language is Language.GERMAN for word in words)
    decided = english + german
    spans = tuple(
        EnglishSpan(run[0].start, run[-1].end, text[run[0].start : run[-1].end])
        for line in lines
        for run in _english_runs(line)
        if _is_english_text(run)
    )
    share = german / decided if decided else None
    strays = sum(word.language is Language.ENGLISH and _is_no_part_of_a_name(word) for word in words)
    diluted = strays >= _SPAN_WORDS and share is not None and share < _GERMAN_SHARE
    return Mixing(share, None if share is None else 1 - share, bool(spans) or diluted, spans)


def _blank(found: re.Match[str]) -> str:
    # Offsets stay, and the sign that is no word keeps what lies before and after apart.
    return "".join("\n" if sign == "\n" else "§" for sign in found[0])


def _line_borders(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)


def _words_of(text: str, start: int, end: int) -> Iterator[_Word]:
    for found in _WORD.finditer(text, start, end):
        yield _Word(found.start(), found.end(), found[0], language_of(found[0]))


def _english_runs(words: list[_Word]) -> Iterator[list[_Word]]:
    """Runs of words that begin and end with English, without German and without long stretches of neither."""
    run: list[_Word] = []
    gap: list[_Word] = []
    for word in words:
        if word.language is Language.ENGLISH:
            run += [*gap, word] if run else [word]
            gap = []
        elif run:
            gap.append(word)
            telling = sum(each.text.lower() not in SHARED_WORDS for each in gap)
            if word.language is Language.GERMAN or telling > _SPAN_GAP:
                yield run
                run, gap = [], []
    if run:
        yield run


def _is_english_text(run: list[_Word]) -> bool:
    english = [word for word in run if word.language is Language.ENGLISH]
    # `Doctors without Borders`, `How to Train Your Dragon` are names: all but the linking words have capitals.
    return len(english) >= _SPAN_WORDS and any(map(_is_no_part_of_a_name, run))


def _is_no_part_of_a_name(word: _Word) -> bool:
    return word.text[0].islower() and word.text not in LINKING_WORDS | SHARED_WORDS
