"""What can go wrong, as one small hierarchy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class OcrsiteError(Exception):
    """Anything that this client raises."""


class ConnectionFailed(OcrsiteError):
    """The server can't be reached, or broke the connection, also after further attempts."""


class TimedOut(OcrsiteError):
    """What was waited for did not happen in time."""


class NotReadable(OcrsiteError):
    """The document was waited for, and could not be read. `document` says why in `error`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        error = document.get("error") or {}
        super().__init__(error.get("detail") or "The document could not be read.")


class ApiError(OcrsiteError):
    """The server's answer is a problem document (RFC 9457).

    `status` is that of HTTP, `code` what programs rely on, `errors` the fields that are wrong.
    `retry_after`: seconds, where the server says.
    """

    def __init__(
        self, status: int, problem: Mapping[str, Any], retry_after: float | None = None
    ) -> None:
        self.status = status
        self.code = str(problem.get("code", ""))
        self.errors: Mapping[str, Any] = problem.get("errors", {})
        self.retry_after = retry_after
        super().__init__(str(problem.get("detail") or problem.get("title") or f"HTTP {status}"))
