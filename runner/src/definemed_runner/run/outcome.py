"""How a failed attempt says why."""

import json
import sys
from pathlib import Path

from definemed_runner.run.errors import ToldError
from definemed_runner.run.files import write_json_atomically


def tell_failure(folder: Path | None, exit_code: int, error: ToldError) -> int:
    """Write `outcome.json` where there is a folder for it, print the same as the last line, answer the exit code."""
    outcome = {"code": error.code, "message": error.message}
    if folder is not None and folder.is_dir():
        try:
            write_json_atomically(folder / "outcome.json", outcome)
        except OSError as fault:
            print(f"outcome.json could not be written: {fault}", file=sys.stderr)
    sys.stderr.flush()
    print(json.dumps(outcome), flush=True)
    return exit_code
