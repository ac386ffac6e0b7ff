"""Real German documents and a small model: `python make_material.py TEXTS TOKENIZER FOLDER COUNT`.

`corpus/` is one Parquet shard; `base/` a Llama with random weights, four layers of width 256 and the tokenizer of the
given model, 16 million weights.
"""

import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

sys.path.insert(0, str(Path(__file__).parent.parent / "reference-tools"))
from real_texts import mixed_documents


def main(texts: Path, model: Path, folder: Path, count: int) -> None:
    corpus = folder / "corpus"
    corpus.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(mixed_documents(texts, count, 3)), corpus / "part-00000.parquet")
    tokenizer = AutoTokenizer.from_pretrained(model)
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=256, intermediate_size=768, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=4, max_position_embeddings=2048, tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id, pad_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder / "base")
    for path in model.glob("tokenizer*"):
        shutil.copyfile(path, folder / "base" / path.name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
