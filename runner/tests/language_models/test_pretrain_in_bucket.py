"""A real pre-training whose store is a bucket, killed on one machine and continued on another."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from language_models.tiny_models import make_model
from language_models.training_runs import parameters, write_corpus
from object_store import (
    KEY,
    Wire,
    cluster_environment,
    events_of,
    object_store,
    objects,
    open_bucket,
    send_attempt,
    start_runner_in_bucket,
    wait_until,
)


@pytest.fixture
def wire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    with object_store() as wire:
        for name, value in cluster_environment(wire, tmp_path / "unused").items():
            monkeypatch.setenv(name, value)
        yield wire


def start(wire: Wire, machine: Path, attempt: int = 1) -> subprocess.Popen[str]:
    return start_runner_in_bucket(wire, machine, ["-m", "definemed_runner"], attempt)


def test_killed_on_one_machine_two_ranks_go_on_on_another(wire: Wire, tmp_path: Path) -> None:
    bucket = open_bucket()
    inputs = {"corpus": write_corpus(tmp_path / "corpus"), "base": make_model(tmp_path / "base", 1)}
    chosen = parameters(maxSteps=80, checkpointEverySteps=2)
    send_attempt(bucket, "pretrain", inputs, chosen)
    # However fast the machine is, it is not done before it is killed.
    wire.hold = "/manifest.json"
    process = start(wire, tmp_path / "one")
    wait_until(bucket, f"{KEY}/events/000002.jsonl", process)
    wait_until(bucket, f"{KEY}/kept/tokens/complete.json", process)
    while not (whole := [name for name in objects(bucket, f"{KEY}/checkpoints/") if name.endswith("complete.json")]):
        assert process.poll() is None, process.communicate()
    process.kill()
    process.communicate()
    wire.hold = None

    # What is whole when the studio looks; the killed one may have brought another meanwhile.
    whole = [name for name in objects(bucket, f"{KEY}/checkpoints/") if name.endswith("complete.json")]
    newest = max(whole).removesuffix("/complete.json")
    resume = f"store:{KEY}/checkpoints/{newest}"
    two = {"processes": 2, "threads": 1}
    key = send_attempt(bucket, "pretrain", inputs, chosen, attempt=2, resume=resume, resources=two)
    second = start(wire, tmp_path / "other", attempt=2)
    _, errors = second.communicate(timeout=300)
    assert second.returncode == 0, errors
    steps = [each["step"] for each in events_of(bucket, key) if each["type"] == "metric" and each["name"] == "loss"]
    assert steps == list(range(int(newest.removeprefix("step-")) + 1, 81))
    # The other machine takes the tokens that the first one made, and none are left once the run is done.
    assert not [each for each in events_of(bucket, key) if each.get("phase") == "tokenising"]
    assert not [name for name in objects(bucket, "runs/") if "/kept/" in name]
    assert "outputs/model/model.safetensors" in objects(bucket, f"{key}/")
    assert list((tmp_path / "other").glob("*/attempts/*/*")) == []
