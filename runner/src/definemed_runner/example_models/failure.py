"""The one exception of this package: something that a person can act on."""

from __future__ import annotations


class PreparationFailure(Exception):
    """A model could not be prepared. `code` is stable, the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
