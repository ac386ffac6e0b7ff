"""Ranks that load models by slices and whole, and tell what they found: `python -m language_models.loading_ranks`.

Every rank but the first is a process of its own; the first one is the test's.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch.distributed.tensor import DTensor
from torch.nn import functional as F
from transformers import PreTrainedModel

from definemed_runner.language_models.model_folder import read_config, stored_dtype
from definemed_runner.language_models.pretraining import model as loading
from definemed_runner.language_models.pretraining.export import write_by_slices
from definemed_runner.language_models.pretraining.model import (
    LoadedModel,
    check_documents_stay_apart,
    load_model,
    logits_of,
    save_model,
)
from definemed_runner.ranks.group import Place, Ranks, joined, open_store, reach_store
from definemed_runner.run.sockets import listening_socket
from support import SOURCES, TESTS

STEPS = 4


@contextmanager
def other_ranks(count: int, task: str, folders: Sequence[Path]) -> Iterator[tuple[Ranks, list[subprocess.Popen[str]]]]:
    """Start the other ranks with a task; yields this process's view as the first one, and their processes."""
    listening = listening_socket("127.0.0.1")
    place = Place(1, count, 0, 0, "127.0.0.1", listening.getsockname()[1], "127.0.0.1")
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "language_models.loading_ranks", str(rank), str(count), str(place.port), task,
             *map(str, folders)],
            env={**os.environ, "PYTHONPATH": f"{SOURCES}:{TESTS}", "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE, text=True,
        )
        for rank in range(1, count)
    ]  # fmt: skip
    try:
        with joined(place, open_store(place, listening.detach())) as ranks:
            yield ranks, processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def on_ranks(count: int, task: str, folders: Sequence[Path]) -> list[Any]:
    """What each rank answers, the first one first."""
    carry_out = TASKS[task]
    if count == 1:
        return [carry_out(folders, Ranks())]
    with other_ranks(count, task, folders) as (ranks, processes):
        found = [carry_out(folders, ranks)]
        for process in processes:
            written, _ = process.communicate(timeout=300)
            assert process.returncode == 0
            found.append(json.loads(written.splitlines()[-1]))
    return found


def compare(folders: Sequence[Path], ranks: Ranks) -> list[dict[str, Any]]:
    """For each model: whether it was read by slices, what differs from loading it whole, and both loss curves."""
    found = []
    for folder in folders:
        loaded = load_model(folder, ranks, bf16=False, activation_checkpointing="none")
        whole = loading._load_whole(folder, ranks, False, "none")
        sliced, wanted = own_tensors(loaded.model), own_tensors(whole)
        differing = sorted(
            name
            for name in sliced.keys() | wanted.keys()
            if name not in sliced or name not in wanted or not torch.equal(sliced[name], wanted[name])
        )
        # A model that came by slices must not share what it should not, nor hold twice what is tied.
        ties = [len(list(each.parameters())) for each in (loaded.model, whole)]
        check_documents_stay_apart(loaded.model)
        found.append({
            "bySlices": loaded.by_slices, "differing": differing, "ties": ties,
            "curves": [train(loaded.model, ranks), train(whole, ranks)],
        })  # fmt: skip
    return found


def own_tensors(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    """What this rank holds of every parameter and buffer."""
    named = [*model.named_parameters(remove_duplicate=False), *model.named_buffers(remove_duplicate=False)]
    return {name: (each.to_local() if isinstance(each, DTensor) else each).detach().clone() for name, each in named}


def train(model: PreTrainedModel, ranks: Ranks) -> list[float]:
    """The losses of a few steps, each rank on tokens of its own."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    tokens = torch.arange(24).mul(7 + ranks.rank).remainder(model.config.vocab_size).reshape(2, 12)
    positions = torch.arange(12).repeat(2, 1)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        logits = logits_of(model, tokens, positions)
        loss = F.cross_entropy(logits[:, :-1].flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        optimizer.step()
        losses.append(ranks.sum(loss.item())[0])
    return losses


def export(folders: Sequence[Path], ranks: Ranks) -> None:
    """Train each model a little, and save it by slices, in several files and in one, and whole."""
    for folder in folders:
        loaded = load_model(folder, ranks, bf16=False, activation_checkpointing="none")
        train(loaded.model, ranks)
        loaded.model.eval()
        with torch.no_grad():
            logits_of(loaded.model, torch.zeros(1, 4, dtype=torch.int64), torch.arange(4)[None])
        target = folder / f"saved-by-{ranks.count}"
        save_model(loaded, folder, target / "sliced", ranks)
        save_model(LoadedModel(loaded.model, by_slices=False), folder, target / "whole", ranks)
        (target / "shards").mkdir(exist_ok=True)
        ranks.wait_for_all()
        write_by_slices(loaded.model, target / "shards", stored_dtype(read_config(folder)), ranks, shard_bytes=2000)


def measure(folders: Sequence[Path], ranks: Ranks) -> dict[str, int]:
    """Bytes that loading the last folder reads, and peak memory of loading and of saving it; the first warms up."""
    first, measured = folders
    save_model(load_model(first, ranks, bf16=False, activation_checkpointing="none"), first, first / "saved", ranks)
    read, resident = status("io", "rchar"), begin_peak()
    loaded = load_model(measured, ranks, bf16=False, activation_checkpointing="none")
    found = {"read": status("io", "rchar") - read, "loading": (status("status", "VmHWM") << 10) - resident}
    resident = begin_peak()
    save_model(loaded, measured, measured / "saved", ranks)
    return {**found, "saving": (status("status", "VmHWM") << 10) - resident}


def begin_peak() -> int:
    """Have the kernel begin anew to note the peak of this process's memory; answers what it has now."""
    Path("/proc/self/clear_refs").write_text("5")
    return status("status", "VmRSS") << 10


def status(file: str, name: str) -> int:
    """A number of this process's, as the kernel counts it."""
    found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/self/{file}").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


TASKS: dict[str, Callable[[Sequence[Path], Ranks], Any]] = {"compare": compare, "export": export, "measure": measure}


def main() -> None:
    rank, count, port, task, *folders = sys.argv[1:]
    torch.set_num_threads(1)
    place = Place(1, int(count), 0, int(rank), "127.0.0.1", int(port), "127.0.0.1")
    with joined(place, reach_store(place)) as ranks:
        print(json.dumps(TASKS[task]([Path(folder) for folder in folders], ranks)))


if __name__ == "__main__":
    main()
