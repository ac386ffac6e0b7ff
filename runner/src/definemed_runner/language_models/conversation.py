"""A user's message as the tokens after which the model answers: by its chat template, where its tokenizer has one."""

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

    def prompt(self, message: str) -> str:
        """Everything before the answer, as text with control tokens spelled out."""
        if not self.has_template:
            return message if self._system is None else f"{self._system}\n\n{message}"
        return self._render(self._messages(message), open_answer=True)

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
        (tokens,) = token_lists(self._tokenizer, [text], control_tokens=self.has_template)
        # A template writes the beginning of the text itself.
        return tokens if self.has_template else [*beginning_of_text(self._tokenizer), *tokens]

    def _messages(self, message: str) -> list[dict[str, str]]:
        if self._system is None:
            return [{"role": "user", "content": message}]
        if self.system_in_message:
            return [{"role": "user", "content": f"{self._system}\n\n{message}"}]
        return [{"role": "system", "content": self._system}, {"role": "user", "content": message}]

    def _takes_system_role(self) -> bool:
        try:
            text = self._render([{"role": "system", "content": _PLACE}, {"role": "user", "content": "."}], True)
        except TemplateError:
            return False
        return _PLACE in text

    def _render(self, messages: list[dict[str, str]], open_answer: bool) -> str:
        text = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=open_answer)
        return cast(str, text)
