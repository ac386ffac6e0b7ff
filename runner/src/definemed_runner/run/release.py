"""Which runner this is: its version and a digest of its own files, so that two that differ are told apart."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

import definemed_runner
from definemed_runner.run.errors import RunnerDiffers

_LENGTH = 12


def release() -> str:
    """`0.1.0+` and 12 hex digits of the SHA-256 over `<path>\\t<sha256>\\n` of the package's .py and .json files.

    Sorted by path; the studio computes the same from its own copy (lib/compute/runner-release.ts).
    """
    folder = Path(definemed_runner.__file__).parent
    paths = {
        file.relative_to(folder).as_posix(): file for pattern in ("*.py", "*.json") for file in folder.rglob(pattern)
    }
    digest = hashlib.sha256()
    for name in sorted(paths):
        digest.update(f"{name}\t{hashlib.sha256(paths[name].read_bytes()).hexdigest()}\n".encode())
    return f"{definemed_runner.__version__}+{digest.hexdigest()[:_LENGTH]}"


def check_release(environment: Mapping[str, str] = os.environ) -> None:
    """Raise `runner_differs` where the studio names another release than this one in `DEFINEMED_RUNNER_RELEASE`."""
    wanted = environment.get("DEFINEMED_RUNNER_RELEASE")
    if wanted and wanted != release():
        raise RunnerDiffers(
            "runner_differs",
            f"The studio works with the runner {wanted}, and here is {release()}. Install the studio's on every node.",
        )
