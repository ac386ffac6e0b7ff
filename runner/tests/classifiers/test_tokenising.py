"""Clipping gives what the tokenizer's own truncation gives."""

import random

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from classifiers.small_encoders import make_text, make_tokenizer
from definemed_runner.classifiers.tokenising import DocumentTokenizer, batches_of_tokens, pad_batch, sorted_batches


def bare_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "b": 1, "<unk>": 2}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return tokenizer


def lopsided_tokenizer() -> Tokenizer:
    tokenizer = bare_tokenizer()
    tokenizer.add_special_tokens(["<s>", "</s>"])
    begin, end = tokenizer.token_to_id("<s>"), tokenizer.token_to_id("</s>")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> <s> $A </s>", special_tokens=[("<s>", begin), ("</s>", end)]
    )
    return tokenizer


@pytest.mark.parametrize("prefix", ["", "query: "])
@pytest.mark.parametrize("make", [make_tokenizer, bare_tokenizer, lopsided_tokenizer])
@pytest.mark.parametrize("max_tokens", [4, 8, 17, 500])
def test_it_clips_as_the_tokenizer_would(make, prefix: str, max_tokens: int) -> None:
    random_ = random.Random(max_tokens)
    texts = [make_text(random_, False, random_.randint(0, 60)) for _ in range(50)]
    texts += ["", " ", "a b </s> b", "ä" * 300, "a " * 5000, " " * 900 + "b", "ein" + " " * 900 + "a b" * 9]
    found, counts = DocumentTokenizer(make(), max_tokens, prefix).encode_and_count(texts)
    reference, whole = make(), make()
    reference.enable_truncation(max_tokens)
    expected = [reference.encode(prefix + text).ids for text in texts]
    assert [ids.tolist() for ids in found] == expected
    assert counts.tolist() == [len(whole.encode(text, add_special_tokens=False).ids) for text in texts]


def test_padding_keeps_every_document_and_masks_the_rest() -> None:
    ids, mask = pad_batch([np.array([5, 6, 7]), np.array([8])], 1)
    assert ids.tolist() == [[5, 6, 7], [8, 1, 1]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_batches_hold_each_document_once_longest_first() -> None:
    documents = [np.zeros(length) for length in (3, 9, 1, 9, 4)]
    assert [batch.tolist() for batch in sorted_batches(documents, 2)] == [[1, 3], [4, 0], [2]]


def test_batches_hold_each_document_once_and_no_more_tokens_than_allowed() -> None:
    lengths = [3, 90, 12, 12, 7, 400, 1, 64]
    documents = [np.arange(length, dtype=np.int32) for length in lengths]
    batches = batches_of_tokens(documents, 128)
    assert sorted(place for batch in batches for place in batch.tolist()) == list(range(len(lengths)))
    padded = [len(batch) * max(lengths[place] for place in batch) for batch in batches]
    # The one that is longer than the allowance goes alone.
    assert padded[0] == 400
    assert all(tokens <= 128 for tokens in padded[1:])
    assert len(batches) < len(documents)
