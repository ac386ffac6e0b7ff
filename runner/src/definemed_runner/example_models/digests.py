"""Digests of files, folders and tensors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch


def sha256_of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_files(folder: Path) -> list[dict[str, str | int]]:
    """Path, size and SHA-256 of every file in the folder, sorted by path (bytewise)."""
    paths = sorted(
        (p for p in folder.rglob("*") if p.is_file()), key=lambda p: p.relative_to(folder).as_posix().encode()
    )
    return [
        {"path": p.relative_to(folder).as_posix(), "bytes": p.stat().st_size, "sha256": sha256_of_file(p)}
        for p in paths
    ]


def digest_of_folder(files: list[dict[str, str | int]]) -> str:
    """The folder digest of the runner's contract, over what `describe_files` returned."""
    lines = "".join(f"{file['path']}\t{file['bytes']}\t{file['sha256']}\n" for file in files)
    return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def digest_of_tensors(tensors: Mapping[str, torch.Tensor]) -> str:
    """SHA-256 over name, type, shape and bytes of each tensor, in order of name.

    Unlike the digest of a safetensors file it does not depend on how a version of that library orders its header.
    """
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(f"{name}\t{tensor.dtype}\t{tuple(tensor.shape)}\n".encode())
        digest.update(tensor.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
