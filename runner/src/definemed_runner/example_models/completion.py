"""The mark that tells a complete model from one that was left half made."""

import json
from pathlib import Path

from definemed_runner.example_models.catalogue import ExampleModel


def mark_path(model: ExampleModel, cache: Path) -> Path:
    """The completion mark; it lies beside the folder, so that the folder's digest can be in it."""
    return cache / f"{model.name}.complete.json"


def is_complete(model: ExampleModel, cache: Path) -> bool:
    """Whether the mark is there, speaks of this very model, and every file that it names still has its size."""
    try:
        mark = json.loads(mark_path(model, cache).read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    if (mark["wheelSha256"], mark["tensorsSha256"]) != (model.wheel_sha256, model.tensors_sha256):
        return False
    files = [(cache / model.name / file["path"], file["bytes"]) for file in mark["files"]]
    return all(path.is_file() and path.stat().st_size == size for path, size in files)
