"""`doctor`: what is installed and what it sees."""

from importlib import import_module
from typing import Any

from definemed_runner.kinds import KINDS
from definemed_runner.run.hardware import describe_hardware, package_versions


def examine() -> dict[str, Any]:
    """Versions, hardware, and the packages that don't import with their error."""
    broken: dict[str, str] = {}
    for name in ("torch", "transformers", "onnxruntime", "pyarrow", "safetensors"):
        try:
            import_module(name)
        except Exception as fault:
            broken[name] = f"{type(fault).__name__}: {fault}"
    return {
        "ok": not broken,
        "kinds": sorted(KINDS),
        "packages": package_versions(),
        "hardware": describe_hardware(),
        "broken": broken,
    }
