"""Which shards of a corpus are done: a mark for each, written after its outputs, lets a restart go on behind them."""

import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

from definemed_runner.classifiers.shards import ShardCounts
from definemed_runner.run.files import atomic_file, write_json_atomically

OUTPUT_NAMES = ("scores", "filtered")
# What an attempt that goes on needs of the one before: a mark counts only with its outputs, so they come first.
CHECKPOINT_FOLDERS = (*(f"outputs/{name}" for name in OUTPUT_NAMES), "shards")


class ShardMarks:
    """The marks in an attempt's folder. A shard is named by its path below the corpus."""

    def __init__(self, attempt_folder: Path, corpus: Path) -> None:
        self._attempt_folder = attempt_folder
        self._corpus = corpus

    def outputs_of(self, shard: str) -> tuple[Path, Path]:
        """Where the scores and the kept rows of a shard belong."""
        scores, filtered = (self._attempt_folder / "outputs" / name / shard for name in OUTPUT_NAMES)
        return scores, filtered

    def write(self, shard: str, counts: ShardCounts) -> None:
        """Declare a shard done."""
        mark = {"bytes": (self._corpus / shard).stat().st_size, "counts": asdict(counts)}
        write_json_atomically(self._path(shard), mark)

    def read(self, shard: str) -> ShardCounts | None:
        """The counts of a shard that is done, else None; a shard that has changed since is not done."""
        try:
            mark = json.loads(self._path(shard).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        whole = all(path.is_file() for path in self.outputs_of(shard))
        if not whole or mark["bytes"] != (self._corpus / shard).stat().st_size:
            return None
        return ShardCounts(**{**mark["counts"], "histogram": tuple(mark["counts"]["histogram"])})

    def take_over(self, earlier: "ShardMarks", shard: str) -> None:
        """Have what an earlier attempt made of a shard here too, if it is done there and not yet here."""
        counts = earlier.read(shard)
        if counts is None or self.read(shard) is not None:
            return
        for theirs, mine in zip(earlier.outputs_of(shard), self.outputs_of(shard), strict=True):
            _link_or_copy(theirs, mine)
        self.write(shard, counts)

    def _path(self, shard: str) -> Path:
        return self._attempt_folder / "shards" / f"{shard}.json"


def _link_or_copy(source: Path, target: Path) -> None:
    with atomic_file(target) as temporary:
        try:
            os.link(source, temporary)
        except OSError:
            shutil.copyfile(source, temporary)
