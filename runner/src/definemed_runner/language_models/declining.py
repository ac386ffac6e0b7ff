"""Whether an answer begins by declining: its writer says of itself that it can't, may not or won't do what was asked.

Looked for in the first two sentences (German or English), where refusals stand. Two signs are enough: who speaks names
itself (`ich`, `I`, `as an AI`), and says that it is not able, has no access, found nothing, or is no doctor. An answer
that declines and then offers something else counts too. Sentences about others (`Menschen können nicht …`), promises
(`Ich kann Ihnen erklären …`) and what somebody says in quotation marks do not.

Measured on the 3,987 answers named in analyse_answers.py, by one reader: all 33 that it calls declining are (the rules
were set while reading them); of the 372 others with a word such as `leider`, `sorry` or `KI` near their beginning, 120
drawn after the rules were set hold 1 that it missed. Of 25,080 pieces of German texts (an encyclopedia, laws, discharge
letters) it calls one declining: the title of a song.
"""

import re

_LONGEST_OPENING = 500
_SENTENCES = 2
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_QUOTED = re.compile(r"[\"„“»«][^\"“”»«]*[\"“”»«]")

_DOES = r"(?:kann|könnte|konnte|darf|will|werde|möchte|vermag)"
_NOT = r"(?:nicht|nichts|kein(?:e[nmrs]?)?|weder)"
_FEW = r"(?:[^\s,;:]+\s+){0,6}?"
_DEEDS = (
    r"(?:beantwort|erstell|geb|find|empfehl|helf|diagnos|stell|nenn|schreib|lief|zugreif|durchsuch|generier|bearbeit"
    r"|beurteil|bewert|vorhersag|ersetz|unterstütz|tun\b|verschreib|berat|sagen\b|sprech|öffn|lesen\b|teilen\b|anbiet"
    r"|durchführ|erzeug|recherchier|zusammenfass|erklär|erfüll)"
)
_GERMAN = [
    # Ich kann Ihnen leider keine Diagnose stellen. – Leider konnte ich nichts finden.
    rf"\bich\s+{_DOES}\s+{_FEW}{_NOT}\b.*{_DEEDS}",
    rf"\b{_DOES}\s+ich\s+{_FEW}{_NOT}\b.*{_DEEDS}",
    rf"\b(?:ich\s+bin|bin\s+ich)\s+{_FEW}(?:nicht\s+in\s+der\s+lage|nicht\s+befugt|nicht\s+befähigt|nicht\s+imstande)\b",
    rf"\bich\s+{_FEW}nicht\s+in\s+der\s+lage\s+bin\b",
    rf"\b(?:ich\s+habe|habe\s+ich|ich)\s+{_FEW}kein(?:e[nmrs]?)?\s+{_FEW}(?:zugriff|zugang|fähigkeit|möglichkeit)",
    rf"\b(?:leider|tut\s+mir\s+leid|entschuldig).*\b{_NOT}\b.*\b(?:gefunden|finden)\b",
    rf"\bda\s+ich\s+{_FEW}(?:ki|künstliche\s+intelligenz|sprachmodell|ki-modell|chatbot)\s+bin\b.*\b{_NOT}\b",
    rf"\bals\s+{_FEW}(?:ki|künstliche\s+intelligenz|sprachmodell|ki-modell|chatbot)\b.*\b{_NOT}\b",
    rf"\b(?:ich\s+bin|bin\s+ich)\s+{_FEW}(?:kein(?:e)?\s+(?:arzt|ärztin|mediziner)|nicht\s+auf\b)",
]
_ENGLISH = [
    r"\bi(?:'m|’m|\s+am)\s+(?:unable|not\s+able|not\s+allowed|not\s+qualified)\b",
    r"\bi\s+(?:can(?:no|['’])t|can\s+not|could\s+not|couldn['’]t|won['’]t|will\s+not|may\s+not)\s+"
    r"(?!wait|stress|help\s+but|overstate|imagine|believe)",
    r"\bi\s+(?:do\s+not|don['’]t)\s+have\s+(?:access|the\s+ability|information|enough\s+information)\b",
    r"\bas\s+an?\s+(?:ai|artificial\s+intelligence|language\s+model)\b.*"
    r"\b(?:not\s+able|unable|can['’]t|cannot|only|do(?:n['’]t|\s+not)\s+have)\b",
    r"\bsorry\b.*\bi\s+do(?:n['’]t|\s+not)\s+have\b",
    r"\bi(?:'m|’m|\s+am)\s+(?:just\s+)?an?\s+(?:ai|language\s+model)\b.*\b(?:not\s+able|unable|can['’]t|cannot)\b",
    r"\bsorry\b.*\bi(?:'m|’m|\s+am)?\b.*\b(?:unable|not\s+able|can['’]t|cannot)\b",
]
_DECLINING = [re.compile(pattern, re.IGNORECASE) for pattern in (*_GERMAN, *_ENGLISH)]


def declines(answer: str) -> bool:
    """Whether the answer declines what was asked; see above for what counts."""
    opening = _QUOTED.sub(" ", answer.strip()[:_LONGEST_OPENING])
    sentences = [found.strip() for found in _SENTENCE.findall(opening) if found.strip()][:_SENTENCES]
    return any(pattern.search(sentence) for sentence in sentences for pattern in _DECLINING)
