"""Errors in the form that OpenAI's clients understand."""

from http import HTTPStatus
from typing import Any


class ApiError(Exception):
    """An answer other than success. `code` is stable, `message` says what to do, `param` names the field."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        message: str,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        """The JSON body."""
        kind = "server_error" if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


def bad_request(code: str, message: str, param: str | None = None) -> ApiError:
    """A request that cannot be answered as it is."""
    return ApiError(HTTPStatus.BAD_REQUEST, code, message, param)
