"""Whether a converted model is what it should be: the weights by their digest, everything else by what it does."""

from pathlib import Path
from typing import NoReturn

import torch
from safetensors.torch import load_file
from torch.nn import functional as F
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer

from definemed_runner.example_models.catalogue import SMOLLM2, ExampleModel
from definemed_runner.example_models.tensors_digest import digest_of_tensors
from definemed_runner.run.errors import UserMistake

_SENTENCE = "Fieber über 38,5 °C und Husten: Verdacht auf Grippe."
_SMOLLM2_TOKENS = [
    *(1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511, 308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198),
    *(1, 4093, 198, 54, 519, 593, 5549, 137, 593, 216, 35, 40, 28, 37, 13518, 51, 3423, 407, 467, 264, 42, 7995, 84),
    *(25844, 253, 15094, 452, 19682, 85, 30, 2, 198, 1, 520, 9531, 198),
]
_SMOLLM2_ENGLISH = "The human heart is an organ that pumps blood through the body."
_SMOLLM2_LOSS = 2.905
_E5_TOKENS = [
    *(0, 46692, 12, 3698, 13, 1297, 1659, 138, 151003, 16207, 441, 165, 20387, 510, 12, 1446, 63008, 644, 31945, 7340),
    *(5, 2),
]
# The first of 384 numbers that the package's own engine gives for the sentence. It rounds activations to 8 bits.
_E5_EMBEDDING = (0.07204, -0.01727, -0.07790, -0.08154, 0.08590, -0.03941, -0.03932, 0.06455)
_E5_TOLERANCE = 0.003


def check_model(model: ExampleModel, folder: Path) -> None:
    """Raise UserMistake `conversion_wrong` unless weights, tokenizer and outputs are the expected ones."""
    if digest_of_tensors(load_file(folder / "model.safetensors")) != model.tensors_sha256:
        _refuse(model, "its weights have another digest")
    check = _check_smollm2 if model is SMOLLM2 else _check_e5
    with torch.inference_mode():
        check(model, folder)


def _check_smollm2(model: ExampleModel, folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": _SENTENCE}], add_generation_prompt=True, tokenize=False
    )
    ids = tokenizer(text, add_special_tokens=False).input_ids
    if ids != _SMOLLM2_TOKENS or tokenizer.decode(ids) != text:
        _refuse(model, "its tokenizer or chat template gives other tokens")
    network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()
    head = network.get_output_embeddings()
    if head is None or head.weight is not network.get_input_embeddings().weight:
        _refuse(model, "its output layer does not share the embeddings")
    english = tokenizer(_SMOLLM2_ENGLISH, return_tensors="pt").input_ids
    if abs(network(english, labels=english).loss.item() - _SMOLLM2_LOSS) > 0.02:
        _refuse(model, "it gives a known sentence another likelihood")
    question = tokenizer("The capital of Germany is", return_tensors="pt").input_ids
    if tokenizer.decode(network(question).logits[0, -1].argmax()) != " Berlin":
        _refuse(model, "it continues a known sentence otherwise")


def _check_e5(model: ExampleModel, folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    inputs = tokenizer(f"passage: {_SENTENCE}", return_tensors="pt")
    if inputs.input_ids[0].tolist() != _E5_TOKENS:
        _refuse(model, "its tokenizer gives other tokens")
    network = AutoModel.from_pretrained(folder, add_pooling_layer=False, local_files_only=True).eval()
    embedding = F.normalize(network(**inputs).last_hidden_state.mean(dim=1), dim=-1)[0]
    expected = torch.tensor(_E5_EMBEDDING)
    if (embedding[: len(expected)] - expected).abs().max().item() > _E5_TOLERANCE:
        _refuse(model, "it gives a known sentence another embedding")


def _refuse(model: ExampleModel, reason: str) -> NoReturn:
    raise UserMistake(
        "conversion_wrong",
        f"The converted {model.title} is not as expected: {reason}. Most likely the environment holds other versions "
        "of torch, transformers or gguf than runner/requirements.txt names: make it anew.",
    )
