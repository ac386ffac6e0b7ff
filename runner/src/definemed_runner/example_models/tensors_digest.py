"""One digest for all tensors of a model."""

import hashlib
from collections.abc import Mapping

import torch


def digest_of_tensors(tensors: Mapping[str, torch.Tensor]) -> str:
    """SHA-256 over name, type, shape and bytes of each tensor, in order of name.

    Unlike the digest of a safetensors file it does not depend on how a version of that library orders its header.
    """
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(f"{name}\t{tensor.dtype}\t{tuple(tensor.shape)}\n".encode())
        digest.update(tensor.flatten().view(torch.uint8).numpy().data)
    return digest.hexdigest()
