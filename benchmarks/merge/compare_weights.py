"""How far two merged checkpoints of one file each are apart: `python compare_weights.py OURS THEIRS FIRST SECOND`.

Prints one JSON object: `equal` is the share of elements that are the same to the bit, `largest` the largest difference;
`ours` and `theirs` are the mean distances from SLERP of FIRST and SECOND in double precision that was never rounded, in
units of the last place of bfloat16, over a tenth of the tensors.
"""

import json
import math
import sys
from pathlib import Path

import torch
from safetensors import safe_open


def main(ours: Path, theirs: Path, first: Path, second: Path) -> None:
    files = [safe_open(weights_of(folder), "pt") for folder in (ours, theirs, first, second)]
    total = equal = measured = 0
    largest = 0.0
    distances = [0.0, 0.0]
    keys = sorted(files[0].keys())
    if keys != sorted(files[1].keys()):
        raise SystemExit("The checkpoints hold different tensors.")
    for place, name in enumerate(keys):
        a, b = files[0].get_tensor(name), files[1].get_tensor(name)
        total += a.numel()
        equal += int((a == b).sum())
        largest = max(largest, float((a.float() - b.float()).abs().max()))
        if place % 10 == 0:
            exact = exact_slerp(files[2].get_tensor(name).double(), files[3].get_tensor(name).double())
            unit = 2.0 ** (torch.frexp(exact).exponent - 8)
            for side, result in enumerate((a, b)):
                distances[side] += float(((result.double() - exact).abs() / unit).sum())
            measured += exact.numel()
    print(
        json.dumps(
            {
                "elements": total, "equal": equal / total, "largest": largest,
                "ours": distances[0] / measured, "theirs": distances[1] / measured,
            }
        )
    )  # fmt: skip


def weights_of(folder: Path) -> Path:
    """The one file of weights: mergekit numbers it even where it is alone."""
    (file,) = folder.glob("*.safetensors")
    return file


def exact_slerp(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """At t = 0.5, in double precision throughout."""
    cosine = float((a * b).sum() / a.norm() / b.norm())
    if abs(cosine) > 0.9995:
        return (a + b) / 2
    angle = math.acos(cosine)
    return (a + b) * (math.sin(angle / 2) / math.sin(angle))


if __name__ == "__main__":
    main(*(Path(word) for word in sys.argv[1:]))
