"""The runner: what the GPU backend executes for DeFineMed Studio. See docs/runner-contract.md."""

__version__ = "0.1.0"
