"""A user's message as the tokens after which the model answers: by its chat template, where its tokenizer has one."""

from collections.abc import Sequence
from typing import cast

from jinja2.exceptions import TemplateError
from transformers import PreTrainedTokenizerBase

from definemed_runner.language_models.tokenising import beginning_of_text, token_lists

# Stands for the answer while looking where a template puts it.
_PLACE = "ANTWORT"


class Conversation:
    """Formats messages for one tokenizer. Without a chat template the text stands as it is, after the system prompt."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, system: str | None = None) -> None:
        self._tokenizer = tokenizer
        self._system = system
        self.has_template = tokenizer.chat_template is not None
        self.system_in_message = self.has_template and system is not None and not self._takes_system_role()

    def prompt(self, message: str, before: Sequence[tuple[str, str]] = ()) -> str:
        """Everything before the answer, as text with control tokens spelled out.

        `before` are earlier turns, message and answer; a text without a template has no turns.
        """
        if not self.has_template:
            return message if self._system is None else f"{self._system}\n\n{message}"
        return self._render(self._messages(message, before), open_answer=True)

    def answer_lead(self, message: str) -> str:
        """What the template puts between prompt and answer, such as Mistral's space; often nothing."""
        if not self.has_template:
            return ""
        prompt = self.prompt(message)
        answered = self._render([*self._messages(message), {"role": "assistant", "content": _PLACE}], open_answer=False)
        rest = answered.removeprefix(prompt)
        lead = rest.split(_PLACE)[0]
        return lead if rest != answered and lead.strip() == "" else ""

    def tokens(self, text: str) -> list[int]:
        """The tokens of a prompt, or of a prompt and the beginning of its answer."""
        (tokens,) = self.token_lists([text])
        return tokens

    def token_lists(self, texts: Sequence[str]) -> list[list[int]]:
        """As `tokens`, of many texts at once."""
        lists = token_lists(self._tokenizer, texts, control_tokens=self.has_template)
        # A template writes the beginning of the text itself.
        beginning = [] if self.has_template else beginning_of_text(self._tokenizer)
        return [[*beginning, *tokens] for tokens in lists]

    def _messages(self, message: str, before: Sequence[tuple[str, str]] = ()) -> list[dict[str, str]]:
        turns = [
            {"role": role, "content": content}
            for turn in before
            for role, content in zip(("user", "assistant"), turn, strict=True)
        ]
        turns.append({"role": "user", "content": message})
        if self._system is None:
            return turns
        if self.system_in_message:
            turns[0]["content"] = f"{self._system}\n\n{turns[0]['content']}"
            return turns
        return [{"role": "system", "content": self._system}, *turns]

    def _takes_system_role(self) -> bool:
        try:
            text = self._render([{"role": "system", "content": _PLACE}, {"role": "user", "content": "."}], True)
        except TemplateError:
            return False
        return _PLACE in text

    def _render(self, messages: list[dict[str, str]], open_answer: bool) -> str:
        text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=open_answer)
        return cast(str, text)
