"""SmolLM2-135M-Instruct: from a Q4_1 GGUF file to a Hugging Face folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import GenerationConfig, LlamaConfig, PreTrainedTokenizerFast

from .gguf_file import GgufFile

# The authors published the model in bf16. The values here come from 4 bits, so that bf16 loses nothing that shows.
DTYPE = torch.bfloat16
CONTROL_TOKEN = 3

LAYER_TENSORS = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def convert(source: Path, target: Path, report: Callable[[int, int], None]) -> None:
    """Writes weights, configuration, tokenizer and chat template into the existing folder `target`."""
    gguf = GgufFile(source)
    config = read_config(gguf)
    tensors = read_tensors(gguf, config, report)
    save_file(tensors, target / "model.safetensors", metadata={"format": "pt"})
    config.save_pretrained(target)
    GenerationConfig(
        bos_token_id=config.bos_token_id, eos_token_id=config.eos_token_id, pad_token_id=config.pad_token_id
    ).save_pretrained(target)
    read_tokenizer(gguf).save_pretrained(target)


def read_config(gguf: GgufFile) -> LlamaConfig:
    metadata = gguf.metadata
    return LlamaConfig(
        architectures=["LlamaForCausalLM"],
        vocab_size=metadata["llama.vocab_size"],
        hidden_size=metadata["llama.embedding_length"],
        intermediate_size=metadata["llama.feed_forward_length"],
        num_hidden_layers=metadata["llama.block_count"],
        num_attention_heads=metadata["llama.attention.head_count"],
        num_key_value_heads=metadata["llama.attention.head_count_kv"],
        max_position_embeddings=metadata["llama.context_length"],
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": metadata["llama.rope.freq_base"]},
        # The file holds no output matrix: the embeddings are used again.
        tie_word_embeddings=True,
        bos_token_id=metadata["tokenizer.ggml.bos_token_id"],
        eos_token_id=metadata["tokenizer.ggml.eos_token_id"],
        pad_token_id=metadata["tokenizer.ggml.padding_token_id"],
        dtype=DTYPE,
    )


def read_tensors(gguf: GgufFile, config: LlamaConfig, report: Callable[[int, int], None]) -> dict[str, torch.Tensor]:
    names = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight"}
    for layer in range(config.num_hidden_layers):
        for short, long in LAYER_TENSORS.items():
            names[f"blk.{layer}.{short}.weight"] = f"model.layers.{layer}.{long}.weight"
    tensors: dict[str, torch.Tensor] = {}
    for done, (old, new) in enumerate(names.items(), start=1):
        values = gguf.tensor(old)
        if old.endswith("attn_q.weight"):
            values = pair_halves(values, config.num_attention_heads)
        elif old.endswith("attn_k.weight"):
            values = pair_halves(values, config.num_key_value_heads)
        tensors[new] = torch.from_numpy(values).to(DTYPE)
        report(done, len(names))
    return tensors


def pair_halves(weight: npt.NDArray[np.float32], heads: int) -> npt.NDArray[np.float32]:
    """Undoes GGUF's row order: it rotates neighbouring rows of a head, transformers row i with row i + half."""
    rows, columns = weight.shape
    half = rows // heads // 2
    paired = weight.reshape(heads, half, 2, columns).swapaxes(1, 2).reshape(rows, columns)
    return np.ascontiguousarray(paired)


def read_tokenizer(gguf: GgufFile) -> PreTrainedTokenizerFast:
    """Byte-level BPE that splits numbers into single digits (`tokenizer.ggml.pre` is `smollm`)."""
    metadata = gguf.metadata
    tokens: list[str] = metadata["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = metadata["tokenizer.ggml.token_type"]
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == CONTROL_TOKEN]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in control])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=tokens[metadata["tokenizer.ggml.bos_token_id"]],
        eos_token=tokens[metadata["tokenizer.ggml.eos_token_id"]],
        pad_token=tokens[metadata["tokenizer.ggml.padding_token_id"]],
        unk_token=tokens[metadata["tokenizer.ggml.unknown_token_id"]],
        chat_template=metadata["tokenizer.chat_template"],
        clean_up_tokenization_spaces=False,
        model_max_length=metadata["llama.context_length"],
    )
