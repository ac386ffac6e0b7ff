"""Questions, and examples that may stand before them."""

from typing import Any

QUESTIONS: list[dict[str, Any]] = [
    {"id": "q1", "subject": "Anatomie", "question": "Welches Organ pumpt Blut?",
     "choices": ["Leber", "Herz", "Milz", "Niere"], "answer": "B"},
    {"id": "q2", "subject": "Pharmakologie", "question": "Was senkt Fieber?",
     "choices": ["ein Antibiotikum, dreimal täglich", "Paracetamol"], "answer": "B"},
    {"id": "q3", "subject": "Anatomie", "question": "Wie viele Knochen hat die Hand des Menschen?",
     "choices": ["27", "54", "12"], "answer": "A"},
    {"id": "q4", "subject": "Pharmakologie", "question": "Welcher Stoff stillt Schmerzen?",
     "choices": ["Kochsalz", "Ibuprofen", "Glukose"], "answer": "B"},
]  # fmt: skip

EXAMPLES: list[dict[str, Any]] = [
    {"id": "e1", "subject": "Anatomie", "question": "Wo ist die Lunge?",
     "choices": ["im Kopf", "in der Brust"], "answer": "B"},
    {"id": "e2", "subject": "Pharmakologie", "question": "Was wirkt gegen Bakterien?",
     "choices": ["ein Antibiotikum", "eine Impfung gegen Grippe", "ein Pflaster"], "answer": "A"},
    {"id": "e3", "subject": "Anatomie", "question": "Wie viele Kammern hat das Herz?",
     "choices": ["zwei", "drei", "vier", "fünf"], "answer": "C"},
    {"id": "e4", "subject": "Pharmakologie", "question": "Was hemmt die Gerinnung?",
     "choices": ["Heparin", "Insulin"], "answer": "A"},
]  # fmt: skip
