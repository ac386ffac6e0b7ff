"""The server as the supervisor starts it: a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import definemed_runner
from local_endpoint.endpoint_client import TOKEN, ask, call

SOURCE = (
    Path(definemed_runner.__file__).parents[1]
    if definemed_runner.__file__
    else Path(definemed_runner.__path__[0]).parent
)
COMMAND = [sys.executable, "-m", "definemed_runner.local_endpoint"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SOURCE), "DEFINEMED_ENDPOINT_TOKEN": TOKEN}


def start(model: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "--model", str(model), "--threads", "1", *arguments],
        env={**ENVIRONMENT, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def lines_until_ready(process: subprocess.Popen[str]) -> dict[str, object]:
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line).get("phase") == "ready":
            return json.loads(line)
    raise AssertionError("it ended before it was ready")


def test_it_tells_where_it_listens_answers_and_stops_when_asked(model_folder: Path) -> None:
    with start(model_folder, "--precision", "fp32") as process:
        ready = lines_until_ready(process)
        address = str(ready["address"])
        port = int(address.removesuffix("/v1").rpartition(":")[2])
        assert (ready["model"], ready["precision"]) == ("tiny", "fp32")
        assert ask(port).status == 200

        with start(model_folder, "--port", str(port)) as second:
            assert second.stdout is not None
            assert json.loads(second.stdout.read().splitlines()[-1])["code"] == "port_unusable"
        assert second.returncode == 2

        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


def test_simple_mistakes_are_told_at_once(tmp_path: Path, model_folder: Path) -> None:
    for model, token, code in ((tmp_path, TOKEN, "model_missing"), (model_folder, "", "token_missing")):
        with start(model, DEFINEMED_ENDPOINT_TOKEN=token) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.read().splitlines()[-1])["code"] == code
        assert process.returncode == 2


def test_it_dies_with_the_process_that_started_it(model_folder: Path) -> None:
    starter = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import subprocess, sys; subprocess.run(sys.argv[1:])",
            *COMMAND,
            "--model",
            str(model_folder),
        ],
        env={**ENVIRONMENT, "DEFINEMED_DIE_WITH_PARENT": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    port = int(str(lines_until_ready(starter)["address"]).removesuffix("/v1").rpartition(":")[2])
    assert call(port, "/health").status == 200
    starter.kill()
    starter.wait()
    for _ in range(600):
        try:
            call(port, "/health")
        except OSError:
            return
        time.sleep(0.1)
    raise AssertionError("it outlived its parent")
