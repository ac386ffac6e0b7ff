"""What the attempt ran with: package versions and hardware, for the manifest and `doctor`."""

import os
import platform
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil


def package_versions() -> dict[str, str]:
    """The installed versions of Python, this package, and the packages it depends on."""
    versions = {"python": platform.python_version()}
    try:
        requirements = metadata.requires("definemed-runner") or []
        versions["definemed-runner"] = metadata.version("definemed-runner")
    except metadata.PackageNotFoundError:
        requirements = list(_UNINSTALLED)
    for requirement in requirements:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "missing"
    return versions


# When run from a checkout without installing, where no metadata tells the dependencies.
_UNINSTALLED = (
    "boto3", "gguf", "huggingface-hub", "jsonschema", "numpy", "onnx", "onnxruntime", "onnxscript", "psutil", "pyarrow",
    "ray", "safetensors", "tokenizers", "torch", "transformers",
)  # fmt: skip


def describe_hardware() -> dict[str, Any]:
    """The machine; GPUs are named only where the run has loaded torch."""
    hardware: dict[str, Any] = {
        "device": "cpu",
        "processor": _processor_name(),
        "cores": len(os.sched_getaffinity(0)),
        "memoryBytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        hardware["device"] = "cuda"
        hardware["gpus"] = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return hardware


def _processor_name() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1) if found else platform.processor()
