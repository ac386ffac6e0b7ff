"""The real models, where they have been prepared on this machine."""

import pytest

from definemed_runner.example_models.cache import example_models_cache
from definemed_runner.example_models.catalogue import EXAMPLE_MODELS, ExampleModel
from definemed_runner.example_models.checks import check_model
from definemed_runner.example_models.completion import is_complete


@pytest.mark.parametrize("model", EXAMPLE_MODELS, ids=lambda model: model.name)
def test_weights_tokenizer_and_outputs_are_the_expected_ones(model: ExampleModel) -> None:
    if not is_complete(model, example_models_cache()):
        pytest.skip(f"{model.title} is not in the cache: python -m definemed_runner.example_models makes it")
    check_model(model, example_models_cache() / model.name)
