"""`doctor`: what is installed, what it sees, and whether the artifact store can be used from here."""

import hashlib
import os
import re
import shutil
import subprocess
from importlib import import_module
from typing import Any

from definemed_runner.kinds import KINDS
from definemed_runner.run.errors import ToldError
from definemed_runner.run.hardware import describe_hardware, package_versions
from definemed_runner.run.release import release
from definemed_runner.run.store import Store

_PROBE = re.compile(r"[0-9a-f-]{36}/[0-9]{1,4}")


def examine(probe: str | None = None) -> dict[str, Any]:
    """Versions, hardware, GPUs (bytes of memory each), and the packages that don't import with their error.

    `probe` names a file that the studio expects below `probes/` in the artifact store, as `ID/NUMBER`: what the studio
    wrote to `probes/ID/mark` is read and written back there, and `store` tells how far that went.
    """
    # Asked on a node whose GPUs are perhaps all at work: torch may see them here, and takes nothing of them.
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    broken: dict[str, str] = {}
    for name in ("torch", "transformers", "onnxruntime", "pyarrow", "safetensors"):
        try:
            import_module(name)
        except Exception as fault:
            broken[name] = f"{type(fault).__name__}: {fault}"
    return {
        "ok": not broken,
        "release": release(),
        "kinds": sorted(KINDS),
        "packages": package_versions(),
        "hardware": describe_hardware(),
        "gpus": list_gpus(),
        "broken": broken,
        "store": None if probe is None else try_store(probe),
    }


def list_gpus() -> list[dict[str, Any]]:
    """Every NVIDIA GPU of this node by name and memory in bytes, as the driver tells; empty without a driver."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return []
    rows = [line.rsplit(",", 1) for line in told.splitlines() if "," in line]
    return [
        {"name": name.strip(), "memoryBytes": int(mebibytes) * 1024**2}
        for name, mebibytes in rows
        if mebibytes.strip().isdigit()
    ]


def try_store(probe: str) -> dict[str, Any]:
    """How far a file got through the store: `read`, `written`, free bytes, and the error in its own words."""
    told: dict[str, Any] = {"read": False, "written": False, "freeBytes": None, "detail": ""}
    if _PROBE.fullmatch(probe) is None:
        return {**told, "detail": f"{probe!r} is no probe."}
    folder, number = probe.split("/")
    address = os.environ.get("DEFINEMED_STORE", "")
    try:
        if address.startswith("s3://"):
            _try_bucket(address, f"probes/{folder}", number, told)
            return told
        store = Store.from_environment()
        mark = store.locate(f"store:probes/{folder}/mark").read_text(encoding="utf-8").strip()
        told["read"] = True
        store.locate(f"store:probes/{folder}/{number}").write_text(f"{mark} {number}", encoding="utf-8")
        told["written"] = True
        told["freeBytes"] = shutil.disk_usage(store.root).free
    except (ToldError, OSError, ValueError) as fault:
        told["detail"] = str(fault)[:500]
    return told


def _try_bucket(address: str, key: str, number: str, told: dict[str, Any]) -> None:
    from definemed_runner.run.exchange.bucket import Bucket
    from definemed_runner.run.exchange.scratch import Scratch

    bucket = Bucket(address)
    mark = bucket.read(f"{key}/mark", 1000)
    if mark is None:
        told["detail"] = f"There is no {key}/mark in {address}."
        return
    # What an attempt does beside reading: list, and ask for what is not there.
    bucket.names(f"{key}/")
    bucket.look(f"{key}/none")
    told["read"] = True
    content = mark.strip() + f" {number}".encode()
    bucket.write(f"{key}/{number}", content, hashlib.sha256(content).hexdigest())
    # Of the folder that attempts work in: what is free in a bucket nobody knows.
    told["freeBytes"] = shutil.disk_usage(Scratch(address).root).free
    told["written"] = True
