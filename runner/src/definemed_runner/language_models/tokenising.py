"""Texts to token numbers."""

from collections.abc import Sequence
from typing import cast

from transformers import PreTrainedTokenizerBase

from definemed_runner.run import UserMistake


def token_lists(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], *, control_tokens: bool = False
) -> list[list[int]]:
    """Each text's tokens, with nothing added. Words that spell a control token, such as `<|im_end|>`, become it only
    with `control_tokens`: in formatted conversations they do, in other people's text they must not."""
    encoded = tokenizer(list(texts), add_special_tokens=False, split_special_tokens=not control_tokens, verbose=False)[
        "input_ids"
    ]
    return cast(list[list[int]], encoded)


def beginning_of_text(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The token that the tokenizer puts before every text by itself (Llama's does), as a list of one or none."""
    beginning = tokenizer.bos_token_id
    first = cast(list[int], tokenizer("a")["input_ids"])[:1]
    return first if beginning is not None and first == [beginning] else []


def end_of_text(tokenizer: PreTrainedTokenizerBase) -> int:
    """The number of the end-of-text token; UserMistake `tokenizer_without_end` where the tokenizer names none."""
    if tokenizer.eos_token_id is None:
        raise UserMistake("tokenizer_without_end", "The model's tokenizer names no end-of-text token (eos_token).")
    return cast(int, tokenizer.eos_token_id)
