"""Encoders with random weights and a tokenizer made on the spot, small enough for tests."""

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertModel,
    ModernBertConfig,
    ModernBertModel,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaModel,
)

MEDICAL = "Patientin Therapie Diagnose Klinik Fieber Antibiotikum Befund Herz Lunge Tumor Operation Dosis".split()
OTHER = "Verein Stadtrat Rezept Urlaub Auto Garten Fußball Steuer Museum Konzert Bahnhof Wetter".split()
FILLING = "der die das und ist im am nicht heute gestern sehr wird wurde kann mit ohne für über nach".split()

SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
}
ARCHITECTURES = ("bert", "xlm-roberta", "modernbert")


def make_text(random_: random.Random, medical: bool, words: int) -> str:
    """A German-looking text whose class shows in about a third of its words."""
    special = MEDICAL if medical else OTHER
    return " ".join(random_.choice(special if random_.random() < 0.3 else FILLING) for _ in range(words))


def make_tokenizer() -> Tokenizer:
    """A unigram tokenizer built as XLM-RoBERTa's is. Its pieces are written down, because training one is a draw."""
    letters = sorted(set("".join([*MEDICAL, *OTHER, *FILLING, "▁query:äß"])))
    syllables = ["▁der", "▁die", "en", "er", "un", "ung", "▁ge", "st", "ent", "ie", "▁Pat", "▁Ther", "▁Dia", "▁Ver"]
    special = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces = [*((letter, -6.0) for letter in letters), *((piece, -4.0) for piece in syllables)]
    pieces += [(f"▁{word}", -8.0) for word in FILLING[2:]]
    tokenizer = Tokenizer(models.Unigram([*special, *pieces], unk_id=3))
    tokenizer.add_special_tokens([name for name, _ in special])
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace("  ", " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def write_encoder(folder: Path, architecture: str = "bert", layers: int = 3) -> Path:
    """An encoder without pooling layer, as Hugging Face saves it."""
    torch.manual_seed(7)
    sizes: dict[str, Any] = {
        "vocab_size": 400,
        "hidden_size": 64,
        "num_hidden_layers": layers,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "pad_token_id": 1,
    }
    special: dict[str, Any] = {"bos_token_id": 0, "eos_token_id": 2}
    model: PreTrainedModel
    if architecture == "bert":
        model = BertModel(BertConfig(**sizes, max_position_embeddings=130), add_pooling_layer=False)
    elif architecture == "xlm-roberta":
        config = XLMRobertaConfig(**sizes, **special, max_position_embeddings=130)
        model = XLMRobertaModel(config, add_pooling_layer=False)
    else:
        ids: dict[str, Any] = {**special, "cls_token_id": 0, "sep_token_id": 2}
        model = ModernBertModel(ModernBertConfig(**sizes, **ids, max_position_embeddings=130, local_attention=16))
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=make_tokenizer(), **SPECIAL_TOKENS).save_pretrained(folder)
    return folder


def write_documents(path: Path, counts: dict[str, int], seed: int = 1) -> Path:
    """Labelled documents, every third one medical, with design weights."""
    random_ = random.Random(seed)
    rows = []
    for split, count in counts.items():
        for number in range(count):
            medical = number % 3 == 0
            rows.append(
                {
                    "id": f"{split}-{number}",
                    "text": make_text(random_, medical, random_.randint(5, 90)),
                    "label": int(medical),
                    "weight": random_.choice([0.5, 1.0, 2.0]),
                    "split": split,
                }
            )
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path
