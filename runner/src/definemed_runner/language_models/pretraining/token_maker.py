"""Documents to tokens, in a process of its own: `python -m definemed_runner.language_models.pretraining.token_maker`.

Standard input brings eight bytes with a length, so many bytes of JSON (the fields of `Recipe`), and then documents as
a stream of Arrow batches (DOCUMENTS); standard output gives a batch of tokens for each (TOKENS). It loads neither torch
nor transformers, so that many fit beside each other.
"""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
from tokenizers import Tokenizer

DOCUMENTS = pa.schema([("id", pa.string()), ("text", pa.large_string())])
# An empty list: the document has no text and is left out.
TOKENS = pa.schema([("tokens", pa.list_(pa.uint32())), ("held_out", pa.bool_())])
LENGTH_BYTES = 8

Encode = Callable[[Sequence[str]], Sequence[Sequence[int]]]


@dataclass(frozen=True)
class Recipe:
    """How documents become tokens. `tokenizer` is the library's JSON; each document gets `beginning` before and `end`
    behind it."""

    tokenizer: str
    beginning: list[int]
    end: int
    held_out_share: float

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    def encoder(self) -> Encode:
        """As transformers has it encode without special tokens: words that spell a control token stay words."""
        tokenizer = Tokenizer.from_str(self.tokenizer)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True

        def encode(texts: Sequence[str]) -> list[list[int]]:
            return [each.ids for each in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]

        return encode


def is_held_out(identifier: str, share: float) -> bool:
    """Whether a document is kept from training: by its id alone, so that it is the same in every run and attempt."""
    digest = hashlib.sha256(f"held-out:{identifier}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def make_tokens(documents: pa.RecordBatch, recipe: Recipe, encode: Encode) -> pa.RecordBatch:
    """A row of TOKENS for each row of DOCUMENTS."""
    encoded = encode(documents.column("text").to_pylist())
    rows = [[*recipe.beginning, *tokens, recipe.end] if len(tokens) else [] for tokens in encoded]
    ends = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    values = np.fromiter(chain.from_iterable(rows), np.uint32, int(ends[-1]))
    held_out = [is_held_out(identifier, recipe.held_out_share) for identifier in documents.column("id").to_pylist()]
    tokens = pa.ListArray.from_arrays(pa.array(ends), pa.array(values))
    return pa.record_batch([tokens, pa.array(held_out, pa.bool_())], schema=TOKENS)


def main() -> int:
    """Answer batch by batch until the input ends."""
    from definemed_runner.run.parent import die_with_parent

    die_with_parent()
    # Whoever stops the whole group means the process that asks, which then ends this one.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library prints must not come between the batches.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    questions = sys.stdin.buffer
    length = int.from_bytes(questions.read(LENGTH_BYTES), "little")
    recipe = Recipe(**json.loads(questions.read(length)))
    encode = recipe.encoder()
    with pa.ipc.new_stream(answers, TOKENS) as written:
        for documents in pa.ipc.open_stream(questions):
            written.write_batch(make_tokens(documents, recipe, encode))
            answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
