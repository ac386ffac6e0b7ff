"""`python -m definemed_runner.example_models [--cache DIR]`: makes the example study's two models."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from definemed_runner.example_models.cache import example_models_cache
from definemed_runner.example_models.catalogue import EXAMPLE_MODELS
from definemed_runner.example_models.completion import is_complete
from definemed_runner.example_models.progress import ProgressLines
from definemed_runner.run.errors import UserMistake
from definemed_runner.run.parent import die_with_parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepare the models; 0 when they are complete, 2 with a JSON line when a person has to do something."""
    parser = argparse.ArgumentParser(prog="definemed_runner.example_models", description=__doc__)
    parser.add_argument(
        "--cache", type=Path, default=example_models_cache(), help="the folder that the models are put into"
    )
    parser.add_argument("--only", action="append", choices=[model.name for model in EXAMPLE_MODELS])
    options = parser.parse_args(arguments)

    if os.environ.get("DEFINEMED_DIE_WITH_PARENT") == "1":
        die_with_parent()
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ["HF_HUB_OFFLINE"] = "1"
    progress = ProgressLines(sys.stdout)
    for model in EXAMPLE_MODELS:
        if options.only is not None and model.name not in options.only:
            continue
        if not is_complete(model, options.cache):
            # Only now: importing torch and transformers takes seconds.
            from definemed_runner.example_models.prepare import prepare_model

            try:
                prepare_model(model, options.cache, progress)
            except UserMistake as mistake:
                print(json.dumps({"code": mistake.code, "message": mistake.message}), flush=True)
                return 2
        progress.ready(model.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
