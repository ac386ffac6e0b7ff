"""Fixtures for every test of the runner."""

from pathlib import Path

import pytest

from definemed_runner.run.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty artifact store."""
    root = tmp_path / "store"
    root.mkdir()
    return Store(root)
