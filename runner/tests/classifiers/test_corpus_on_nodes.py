"""A corpus that two nodes of a real Ray cluster classify, and what happens when one of them is lost."""

import json
import random
import signal
from contextlib import suppress
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from classifiers.conftest import Trained
from classifiers.small_encoders import make_text
from definemed_runner.run.digests import digest_of
from definemed_runner.run.store import Store
from ranks.small_cluster import processes_of, small_cluster, start_on_nodes, wait_until
from support import read_manifest, run_here, write_attempt

PARAMETERS = {"threshold": 0.5, "precision": "fp32", "batchSize": 1, "maxTokens": 48}
# A shard takes long enough that a process is in the middle of one when it is killed.
ROWS = 1500


def make_corpus(folder: Path) -> Path:
    random_ = random.Random(5)
    folder.mkdir()
    for shard in range(12):
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


def taking_shards(store: Store, run_id: str) -> list[psutil.Process]:
    """Those that write a shard just now, each into a file of its own."""
    taking = []
    for process in processes_of(store, run_id):
        # One may end while it is looked at.
        with suppress(psutil.Error):
            if any("outputs/scores" in file.path for file in process.open_files()):
                taking.append(process)
    return taking


def test_two_nodes_make_what_one_process_makes_also_when_one_is_lost_on_the_way(store: Store, trained: Trained) -> None:
    make_corpus(store.root / "corpus")
    whole = attempt(store, trained, "whole", 1)
    assert run_here(store, "whole") == 0

    with small_cluster(2) as cluster:
        first = attempt(store, trained, "spread", 2)
        driver = start_on_nodes(cluster, store, "spread")
        wait_until(lambda: len(taking_shards(store, "spread")) == 2 and checkpoints(first), driver)
        other = next(each for each in processes_of(store, "spread") if "definemed_runner.ranks.node" in each.cmdline())
        other.send_signal(signal.SIGKILL)
        written, errors = driver.communicate()
        assert driver.returncode == 1, (written, errors)
        told = json.loads([line for line in written.splitlines() if line.startswith('{"code": ')][-1])
        assert told["code"] == "rank_died"
        assert not (first / "manifest.json").exists()

        done = {path.name: path.read_bytes() for path in (first / "shards").iterdir()}
        assert 0 < len(done) < 12
        second = attempt(store, trained, "spread", 2, 2, store.address_of(checkpoints(first)[-1]))
        driver = start_on_nodes(cluster, store, "spread", 2)
        written, errors = driver.communicate()
        assert driver.returncode == 0, (written, errors)
    assert read_manifest(second)["summary"] == read_manifest(whole)["summary"]
    for name in ("scores", "filtered"):
        assert digest_of(second / "outputs" / name) == digest_of(whole / "outputs" / name)
