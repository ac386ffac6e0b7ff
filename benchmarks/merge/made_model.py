"""Writes a made-up Llama: `python made_model.py FOLDER LAYERS SEED [NEAR]`.

The widths are fixed, so that the largest tensor is the same for any number of layers. Weights are normal numbers; with
NEAR they are those of that folder plus a little, as pre-training leaves them. The tokenizer knows the bytes and nothing
else: whoever merges looks at it, nobody computes with it.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

VOCABULARY = 32_000
END = "<|endoftext|>"
# Of a tensor's own spread: a few epochs of continual pre-training move weights by about so much.
MOVED = 0.3


def main(folder: Path, layers: int, seed: int, near: Path | None) -> None:
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=1536, intermediate_size=4096, num_hidden_layers=layers,
        num_attention_heads=12, num_key_value_heads=12, max_position_embeddings=2048, bos_token_id=None,
        eos_token_id=0, pad_token_id=None, tie_word_embeddings=False, dtype=torch.bfloat16,
    )  # fmt: skip
    with torch.device("meta"):
        model = LlamaForCausalLM(config)
    weights = {name: torch.empty(value.shape).normal_(0, 0.02) for name, value in model.state_dict().items()}
    if near is not None:
        with safe_open(near / "model.safetensors", "pt") as file:
            weights = {name: file.get_tensor(name).float() + MOVED * value for name, value in weights.items()}
    weights = {name: value.to(torch.bfloat16) for name, value in weights.items()}
    parameters = sum(value.numel() for value in weights.values())
    model.save_pretrained(folder, state_dict=weights, max_shard_size="20GB")
    config.save_pretrained(folder)
    vocabulary = {END: 0, **{byte: 1 + place for place, byte in enumerate(sorted(ByteLevel.alphabet()))}}
    tokenizer = Tokenizer(BPE(vocabulary, []))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END).save_pretrained(folder)
    print(json.dumps({"parameters": parameters}))


if __name__ == "__main__":
    words = sys.argv[1:]
    main(Path(words[0]), int(words[1]), int(words[2]), Path(words[3]) if len(words) > 3 else None)
