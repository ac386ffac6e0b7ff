"""From a conversation to tokens that fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from transformers import PreTrainedTokenizerBase

from definemed_runner.local_endpoint.api_error import bad_request
from definemed_runner.local_endpoint.chat_request import Message

_GAP = "\n[…]\n"
# The gap itself, and tokens that merge differently at the cut.
_MARGIN_TOKENS = 16
_LEAST_KEPT_TOKENS = 32


@dataclass(frozen=True)
class Prompt:
    """The tokens of a conversation up to where the answer starts, and how many had to be left out."""

    ids: list[int]
    clipped_tokens: int


def build_prompt(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], limit: int) -> Prompt:
    """The conversation in the model's chat template, in at most `limit` tokens.

    Where it is too long, the middle of its longest message goes: that is the document, whose beginning and end tell
    most, while the instructions before and after it stay.
    """
    messages = [replace(message, content=_defuse(tokenizer, message.content)) for message in messages]
    ids = _encode_conversation(tokenizer, messages)
    full_length = len(ids)
    while len(ids) > limit:
        lengths = [len(_encode(tokenizer, message.content)) for message in messages]
        longest = max(range(len(messages)), key=lengths.__getitem__)
        kept = lengths[longest] - (len(ids) - limit) - _MARGIN_TOKENS
        if kept < _LEAST_KEPT_TOKENS:
            raise bad_request(
                "context_length_exceeded",
                f"The conversation has {full_length} tokens, {limit} fit beside the answer, and no single message is "
                "long enough to be shortened. Send less, or start the server with more --context-tokens.",
                "messages",
            )
        shortened = _without_middle(tokenizer, messages[longest].content, kept)
        messages[longest] = replace(messages[longest], content=shortened)
        ids = _encode_conversation(tokenizer, messages)
    return Prompt(ids, full_length - len(ids))


def _encode_conversation(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message]) -> list[int]:
    conversation = [{"role": message.role, "content": message.content} for message in messages]
    text = tokenizer.apply_chat_template(conversation, add_generation_prompt=True, tokenize=False)
    return _encode(tokenizer, str(text))


def _encode(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    return tokenizer(text, add_special_tokens=False)["input_ids"]  # pyright: ignore[reportReturnType]


def _without_middle(tokenizer: PreTrainedTokenizerBase, text: str, kept_tokens: int) -> str:
    encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    offsets: list[tuple[int, int]] = encoding["offset_mapping"]  # pyright: ignore[reportAssignmentType]
    tail = kept_tokens // 2
    head = kept_tokens - tail
    return text[: offsets[head - 1][1]] + _GAP + text[offsets[-tail][0] :]


def _defuse(tokenizer: PreTrainedTokenizerBase, text: str) -> str:
    """A document that spells the model's control tokens must not end its own message."""
    for token in sorted(str(token) for token in tokenizer.added_tokens_decoder.values() if token.special):
        text = text.replace(token, f"{token[0]} {token[1:]}")
    return text
