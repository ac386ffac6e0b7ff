"""Which language a single word belongs to: German, English, or neither for certain.

Lists decide first, then endings and letters that only one of the languages has. A capitalised word that merely looks
English (`Screening`, `Compliance`, `Management`) decides nothing: German writes loan words as nouns.
"""

import re
from enum import Enum

from definemed_runner.language_models.word_lists import (
    ENGLISH_CONTENT_WORDS,
    ENGLISH_WORDS,
    GERMAN_WORDS,
    NOT_ENGLISH,
    NOT_GERMAN,
)


class Language(Enum):
    """Of a word."""

    GERMAN = "german"
    ENGLISH = "english"
    UNDECIDED = "undecided"


_GERMAN_LETTERS = re.compile(r"[äöüß]")
_GERMAN_FORM = re.compile(
    # Endings of nouns, adjectives and verbs.
    r"(?:ung|ungen|keit|keiten|heit|heiten|schaft|schaften|[bdgkst]nis|nisse|chen|lein"
    r"|(?:lich|isch|ig|los|sam|haft|bar)(?:e|en|er|es|em|ere|eren|ste|sten)"
    r"|lich|isch|ieren|ierte?[nrs]?|cht|chte|chten|tzt|tzte|tzen|[bdfgklmnprstwz]en|eln|ern)$"
    # Participles and verbs with German prefixes.
    r"|^(?:(?:ab|an|auf|aus|ein|vor|zu|unter)?ge[a-z]{3,}|(?:ver|zer|ent|be[fgkrsuwz])[a-z]{3,})(?:t|te|ten|ter|tes)$"
    # Letters that English doesn't put together.
    r"|^(?:pf|zw|schw|schl|schr|schn|spr[aeiou]ch)|tsch|tzt|chts|sch(?!ool|ed|em|iz|ol)|eit|eig(?!h)|zeu|ieh"
)
_ENGLISH_FORM = re.compile(
    r"(?:ing|tions?|sions?|ness|ments?|ful|fully|less|ous|ously|ly|ed|ity|ities|ies|ghts?|ships?|[ae]nces?|ical|ically"
    r"|izes?|ough|wards?|ology|graphy|ary|ory|ish|ths?|ics?|ures?|[a-z]ck|[a-z]wn|[^aeo]y|ow|oo[dklmnpt]|ea[dkmst]"
    r"|ee[dklmnpt]|ew)$"
    r"|^(?:wh|wr|sh)[aeiou]|[a-z]'(?:s|t|re|ve|ll|d|m)$|ough|tch"
)


def language_of(word: str) -> Language:
    """The language of a word as it stands in a text, with its capitals. A hyphenated word is of its last part's."""
    last = word.rsplit("-", 1)[-1].replace("’", "'")
    lower = last.lower()
    if (last.isupper() and len(last) > 1) or len(lower) < 2:
        # Abbreviations look the same in both languages: IT is no pronoun, WHO no question.
        return Language.UNDECIDED
    if lower in GERMAN_WORDS:
        return Language.GERMAN
    if lower in ENGLISH_WORDS or last in ENGLISH_CONTENT_WORDS:
        return Language.ENGLISH
    if _GERMAN_LETTERS.search(lower):
        return Language.GERMAN
    return _by_form(last, lower)


def _by_form(word: str, lower: str) -> Language:
    if len(lower) < 4:
        return Language.UNDECIDED
    german = lower not in NOT_GERMAN and _GERMAN_FORM.search(lower) is not None
    english = word[0].islower() and lower not in NOT_ENGLISH and _ENGLISH_FORM.search(lower) is not None
    if german == english:
        return Language.UNDECIDED
    return Language.GERMAN if german else Language.ENGLISH
