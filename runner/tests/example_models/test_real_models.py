"""The real models, where they have been prepared on this machine."""

import os
from pathlib import Path

import pytest

from definemed_runner.example_models.catalogue import EXAMPLE_MODELS, ExampleModel
from definemed_runner.example_models.checks import check_model
from definemed_runner.example_models.completion import is_complete


def studio_cache() -> Path:
    """Where the studio's supervisor keeps them."""
    own = os.environ.get("STUDIO_CACHE")
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path(own) if own else user / "definemed-studio") / "example-models"


@pytest.mark.parametrize("model", EXAMPLE_MODELS, ids=lambda model: model.name)
def test_weights_tokenizer_and_outputs_are_the_expected_ones(model: ExampleModel) -> None:
    if not is_complete(model, studio_cache()):
        pytest.skip(
            f"{model.title} is not in the cache: python -m definemed_runner.example_models --cache DIR makes it"
        )
    check_model(model, studio_cache() / model.name)
