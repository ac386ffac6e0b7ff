"""Length and repetition of a text."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")
# A point after these, after single letters, and after numbers ends no sentence.
_ABBREVIATIONS = frozenset(
    """
    abs art bspw bzgl bzw ca dipl dr engl etc evtl exkl fr ggf hr inkl max med mind min nr prof sog st str tel u usw v
    vgl z
    """.split()
)
_SENTENCE_END = re.compile(r"(?P<before>\w*)[.!?…]+[\"'“”»)\]]*(?=\s|$)")
_NOT_EMPTY = re.compile(r"\w")
_REPEATED_WORDS = 4


def words_of(text: str) -> list[str]:
    """Words and numbers, in lower case; `z.B.` is one, `3,5` is one, `Follow-up` is one."""
    return [found.lower() for found in _WORD.findall(text)]


def count_sentences(text: str) -> int:
    """Sentences, by their end marks; a line that ends without one (a heading, an item of a list) counts too."""
    return sum(_sentences_in_line(line) for line in text.splitlines())


def repetition(words: Sequence[str]) -> float:
    """The share of four-word sequences that stood in the text before: 0 for none, near 1 for a loop."""
    sequences = [tuple(words[start : start + _REPEATED_WORDS]) for start in range(len(words) - _REPEATED_WORDS + 1)]
    return 1 - len(set(sequences)) / len(sequences) if sequences else 0.0


def _sentences_in_line(line: str) -> int:
    count, start = 0, 0
    for end in _SENTENCE_END.finditer(line):
        if _is_abbreviation(end["before"]) and end.end() < len(line.rstrip()):
            continue
        count += _NOT_EMPTY.search(line, start, end.end()) is not None
        start = end.end()
    return count + (_NOT_EMPTY.search(line, start) is not None)


def _is_abbreviation(word: str) -> bool:
    return word.lower() in _ABBREVIATIONS or word.isdigit() or (len(word) == 1 and word.isalpha())
