"""Requests that are tried again where that is safe, after as long as the server asks for."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

from ocrsite_client.errors import ApiError, ConnectionFailed

#: The server is busy, restarting or behind a gateway that can't reach it.
_AGAIN = frozenset({429, 502, 503, 504})

#: Seconds for a connection, and for the next bytes of an answer (the server waits up to 50 s).
_TIMEOUT = (10.0, 90.0)

#: Seconds between two attempts where the server does not say, at first and at most.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0


class Transport:
    """`patience`: seconds for which a request is tried again altogether."""

    def __init__(
        self, url: str, token: str, *, patience: float = 120.0, scheme: str = "Bearer"
    ) -> None:
        self.url = url.rstrip("/")
        self.patience = patience
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/json"
        self._session.headers["User-Agent"] = "ocrsite-client/1.0"
        if token:
            self._session.headers["Authorization"] = f"{scheme} {token}"
        self.sleep: Callable[[float], None] = time.sleep

    def close(self) -> None:
        self._session.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Callable[[], Any] | None = None,
        headers: Mapping[str, str] | None = None,
        again: bool = True,
        stream: bool = False,
        **options: Any,
    ) -> requests.Response:
        """The answer below 400. `body`: makes the body anew for each attempt. `again`: repeating
        the request does no harm.

        Raises ApiError, ConnectionFailed.
        """
        deadline = time.monotonic() + self.patience
        pause = _FIRST_PAUSE
        while True:
            error: ApiError | ConnectionFailed
            data = body() if body is not None else None
            try:
                answer = self._session.request(
                    method, self.url + path, data=data, headers=dict(headers or {}),
                    timeout=_TIMEOUT, stream=stream, **options,
                )  # fmt: skip
            except requests.RequestException as problem:
                error = ConnectionFailed(f"{self.url} can’t be reached: {_reason(problem)}")
                wait = pause
            else:
                if answer.status_code < 400:
                    return answer
                error = _describe(answer)
                answer.close()
                if answer.status_code not in _AGAIN:
                    raise error
                wait = pause if error.retry_after is None else error.retry_after
            finally:
                if data is not None and hasattr(data, "close"):
                    data.close()
            # A little more each time and never the same for two clients that were refused together.
            wait += random.uniform(0, wait / 4)  # noqa: S311
            if not again or time.monotonic() + wait > deadline:
                raise error
            self.sleep(wait)
            pause = min(2 * pause, _LONGEST_PAUSE)


def retry_after(answer: requests.Response) -> float | None:
    """Seconds, as the header says."""
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else None


def _describe(answer: requests.Response) -> ApiError:
    try:
        problem = answer.json()
    except (ValueError, requests.RequestException):
        problem = {}
    if not isinstance(problem, dict):
        problem = {}
    return ApiError(answer.status_code, problem, retry_after(answer))


def _reason(problem: Exception) -> str:
    text = str(problem)
    return text if len(text) < 200 else f"{text[:200]}…"
