"""`python -m definemed_runner.local_endpoint --model FOLDER --port PORT`: serves the model on this machine."""

import argparse
import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from definemed_runner.example_models.cache import example_models_cache
from definemed_runner.example_models.catalogue import SMOLLM2
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.parent import die_with_parent

TOKEN_VARIABLE = "DEFINEMED_ENDPOINT_TOKEN"  # noqa: S105


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; 2 with a JSON line when a person has to do something."""
    options = _parse(arguments)
    if os.environ.get("DEFINEMED_DIE_WITH_PARENT") == "1":
        die_with_parent()
    try:
        return _serve(options)
    except UserMistake as mistake:
        _say({"code": mistake.code, "message": mistake.message})
        return 2


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="definemed_runner.local_endpoint", description=__doc__)
    parser.add_argument(
        "--model",
        type=Path,
        default=example_models_cache() / SMOLLM2.name,
        help="folder of an instruct model, whose name is the model's (default: the example study's)",
    )
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 takes a free one (default)")
    parser.add_argument("--context-tokens", type=int, default=2048, help="for prompt and answer together (2048)")
    parser.add_argument("--queue-limit", type=int, default=64, help="how many requests may wait (64)")
    parser.add_argument("--threads", type=int, help="default: as many as there are cores")
    parser.add_argument("--precision", choices=["auto", "fp32", "bf16"], default="auto")
    return parser.parse_args(arguments)


def _serve(options: argparse.Namespace) -> int:
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise UserMistake("token_missing", f"Set {TOKEN_VARIABLE} to the token that clients must send.")
    if not (options.model / "config.json").is_file():
        raise UserMistake("model_missing", f"{options.model} holds no model. Name its folder by --model.")
    _say({"phase": "loading", "model": options.model.name})

    # To be set before torch is imported, which takes seconds and is left until the simple mistakes are found.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ["HF_HUB_OFFLINE"] = "1"
    from definemed_runner.local_endpoint.language_model import LanguageModel, use_threads
    from definemed_runner.local_endpoint.server import EndpointServer

    threads = use_threads(options.threads)
    model = LanguageModel(options.model, options.precision, options.context_tokens)
    try:
        server = EndpointServer(options.port, token, model, options.queue_limit)
    except OSError as fault:
        if fault.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        raise UserMistake("port_unusable", f"Port {options.port} cannot be used: {fault.strerror}.") from fault
    for number in (signal.SIGTERM, signal.SIGINT):
        # shutdown() waits for serve_forever(), which runs in this very thread.
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    _say(
        {
            "phase": "ready",
            "address": server.address,
            "model": model.name,
            "precision": model.precision,
            "contextTokens": model.context_tokens,
            "threads": threads,
        }
    )
    with server:
        server.serve_forever()
    return 0


def _say(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
