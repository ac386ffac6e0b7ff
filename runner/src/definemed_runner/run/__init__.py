"""One attempt at a run: its spec, inputs, events, checkpoints, outputs, and manifest. Imports no torch."""

from definemed_runner.run.context import RunContext, RunResult
from definemed_runner.run.errors import Cancelled, StoreFault, UserMistake

__all__ = ["Cancelled", "RunContext", "RunResult", "StoreFault", "UserMistake"]
