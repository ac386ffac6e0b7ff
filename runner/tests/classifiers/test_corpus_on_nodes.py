"""A corpus that two nodes of a real Ray cluster classify, and what happens when one of them is lost."""

import json
import random
import signal
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from classifiers.conftest import Trained
from classifiers.small_encoders import make_text
from definemed_runner.run.digests import digest_of
from definemed_runner.run.store import Store
from ranks.small_cluster import processes_of, start_on_nodes, wait_until
from support import read_manifest, run_here, write_attempt

PARAMETERS = {"threshold": 0.5, "precision": "fp32", "batchSize": 1, "maxTokens": 48}
# So many that both nodes take some, however much later one of them begins.
SHARDS = 24
ROWS = 250


def make_corpus(folder: Path) -> Path:
    random_ = random.Random(5)
    folder.mkdir()
    for shard in range(SHARDS):
        texts = [make_text(random_, random_.random() < 0.3, random_.randint(5, 120)) for _ in range(ROWS)]
        rows = {"id": [f"{shard}-{number}" for number in range(ROWS)], "text": texts}
        pq.write_table(pa.table(rows), folder / f"part-{shard:02d}.parquet")
    return folder


def attempt(
    store: Store, trained: Trained, run_id: str, nodes: int, number: int = 1, resume: str | None = None
) -> Path:
    return write_attempt(
        store, "classify-corpus", {"corpus": store.root / "corpus", "classifier": trained.onnx}, PARAMETERS,
        run_id=run_id, attempt=number, resume=resume,
        resources={"nodes": nodes, "processes": nodes, "threads": 1},
    )  # fmt: skip


def checkpoints(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob("checkpoints/step-*/complete.json"))


def stopped_in_a_shard(process: psutil.Process) -> bool:
    """Whether it writes a shard just now, into a file of its own; if so it stands still from here on."""
    process.suspend()
    if any("outputs/scores" in file.path for file in process.open_files()):
        return True
    process.resume()
    return False


def test_two_nodes_make_what_one_process_makes_also_when_one_is_lost_on_the_way(
    cluster: Any, store: Store, trained: Trained
) -> None:
    make_corpus(store.root / "corpus")
    whole = attempt(store, trained, "whole", 1)
    assert run_here(store, "whole") == 0

    first = attempt(store, trained, "spread", 2)
    driver = start_on_nodes(cluster, store, "spread")
    wait_until(lambda: checkpoints(first), driver)
    other = next(each for each in processes_of(store, "spread") if "definemed_runner.ranks.node" in each.cmdline())
    wait_until(lambda: stopped_in_a_shard(other), driver)
    other.send_signal(signal.SIGKILL)
    written, errors = driver.communicate()
    assert driver.returncode == 1, (written, errors)
    told = json.loads([line for line in written.splitlines() if line.startswith('{"code": ')][-1])
    assert told["code"] == "rank_died"
    assert not (first / "manifest.json").exists()

    # Whatever the first node has done since: the shard that the other one was at is not among it.
    done = {path.name: path.read_bytes() for path in (first / "shards").iterdir()}
    assert 0 < len(done) < SHARDS
    second = attempt(store, trained, "spread", 2, 2, store.address_of(checkpoints(first)[-1]))
    driver = start_on_nodes(cluster, store, "spread", 2)
    written, errors = driver.communicate()
    assert driver.returncode == 0, (written, errors)
    assert read_manifest(second)["summary"] == read_manifest(whole)["summary"]
    for name in ("scores", "filtered"):
        assert digest_of(second / "outputs" / name) == digest_of(whole / "outputs" / name)
