"""Models of a Hugging Face hub, for machines that can reach one."""

import re
from pathlib import Path

from definemed_runner.run.errors import UserMistake

_ADDRESS = re.compile(r"hf:(?P<repository>[\w.-]+/[\w.-]+)@(?P<revision>[\w.-]+)")
# Weights in other formats would only cost time: everything here reads safetensors.
_UNUSED_FILES = ["*.bin", "*.pt", "*.pth", "*.h5", "*.msgpack", "*.onnx", "*.gguf", "*.ot", "original/*", "onnx/*"]


def download_model(address: str) -> Path:
    """The local snapshot of `hf:owner/name@revision`, downloaded where it isn't cached."""
    parts = _ADDRESS.fullmatch(address)
    if parts is None:
        raise UserMistake("address_invalid", f"{address} is no hub address; write hf:owner/name@revision.")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    try:
        snapshot = snapshot_download(parts["repository"], revision=parts["revision"], ignore_patterns=_UNUSED_FILES)
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as fault:
        raise UserMistake(
            "hub_unreachable",
            f"{address} could not be downloaded ({fault}). Check the name and this machine's connection, or put the "
            "model into a folder and use its file:/// address.",
        ) from fault
    return Path(snapshot)
