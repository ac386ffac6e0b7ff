"""Fixtures for every test of the runner."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from definemed_runner.run.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty artifact store."""
    root = tmp_path / "store"
    root.mkdir()
    return Store(root)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """Ray on two nodes, started once for all tests that need it. Who loses a node replaces it."""
    from ranks.small_cluster import small_cluster

    with small_cluster(2) as cluster:
        yield cluster


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those on the cluster come last, one after the other: it costs nothing while others are at work."""
    items.sort(key=lambda item: "cluster" in getattr(item, "fixturenames", ()))
