"""A tiny model behind a real server."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from definemed_runner.local_endpoint.language_model import LanguageModel
from definemed_runner.local_endpoint.server import EndpointServer
from language_models.tiny_models import make_model
from local_endpoint.endpoint_client import TOKEN

CONTEXT_TOKENS = 224


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny", seed=7, chat=True)


@pytest.fixture(scope="session")
def model(model_folder: Path) -> LanguageModel:
    return LanguageModel(model_folder, "fp32", CONTEXT_TOKENS)


@pytest.fixture
def server(model: LanguageModel) -> Iterator[EndpointServer]:
    with EndpointServer(0, TOKEN, model, queue_limit=2) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def port(server: EndpointServer) -> int:
    return server.server_port
