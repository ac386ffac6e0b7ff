"""How a question is put to a model, and which texts are scored as its answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from definemed_runner.language_models.conversation import Conversation
from definemed_runner.language_models.questions import Question

# Figures of two versions are not compared: whoever changes a template's wording or scoring counts its version up.
TEMPLATE_VERSIONS = {"letter-de": 1, "text-de": 1}


@dataclass(frozen=True)
class ScoredOption:
    """Score `tokens[start:]` given `tokens[:start]`. Options are compared by log-likelihood divided by `weight`."""

    tokens: tuple[int, ...]
    start: int
    weight: int


def letter_prompt(question: Question) -> str:
    """`letter-de`: the options are listed, the letter is the answer."""
    options = "\n".join(f"{label}) {text}" for label, text in zip(question.labels, question.choices, strict=True))
    return (
        "Beantworten Sie die folgende Frage. Genau eine Antwort ist richtig. "
        f"Nennen Sie nur ihren Buchstaben.\n\nFrage: {question.question}\n{options}"
    )


def text_prompt(question: Question) -> str:
    """`text-de`: the options are not shown, each one's text is scored as the answer."""
    return f"Beantworten Sie die folgende Frage so kurz wie möglich.\n\nFrage: {question.question}"


def scored_options(
    question: Question, template: str, conversation: Conversation, examples: Sequence[Question] = ()
) -> list[ScoredOption]:
    """One a choice, in the order of the choices.

    With `text-de` log-likelihoods are compared per byte of the option's text, since long options are less likely
    than short ones whatever they say. Examples are put as the question is, each followed by its answer; as
    lm-evaluation-harness does: with a chat template as turns of their own, without one as texts with an empty line
    between them.
    """
    answers = question.labels if template == "letter-de" else question.choices
    message = _message(question, template)
    before = [(_message(each, template), _right_answer(each, template)) for each in examples]
    if conversation.has_template:
        prompt, lead = conversation.prompt(message, before), conversation.answer_lead(message)
    else:
        shown = "".join(f"{put}{_PLAIN_LEAD} {answer}\n\n" for put, answer in before)
        prompt, lead = f"{conversation.prompt(shown + message)}{_PLAIN_LEAD}", " "
    known, *texts = conversation.token_lists([prompt, *(prompt + lead + answer for answer in answers)])
    options = []
    for answer, tokens in zip(answers, texts, strict=True):
        weight = 1 if template == "letter-de" else max(1, len(answer.encode()))
        options.append(ScoredOption(tuple(tokens), _common_prefix(known, tokens), weight))
    return options


# What stands before the answer where there is no chat template.
_PLAIN_LEAD = "\nAntwort:"


def _message(question: Question, template: str) -> str:
    return letter_prompt(question) if template == "letter-de" else text_prompt(question)


def _right_answer(question: Question, template: str) -> str:
    return question.answer if template == "letter-de" else question.choices[question.labels.index(question.answer)]


def _common_prefix(before: list[int], tokens: list[int]) -> int:
    # A tokenizer may join the prompt's end with the answer's beginning; what differs is then scored as the answer.
    length = 0
    # The answer has at least one token, and something must stand before it.
    limit = min(len(before), len(tokens) - 1)
    while length < limit and before[length] == tokens[length]:
        length += 1
    return max(1, length)
