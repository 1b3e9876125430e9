"""Requests whose answer is "not yet": the event loop asks Django again, and no thread waits.

Django marks such an answer by a header (`documents/http/ask_again.py`), which no client sees.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from documents.http.ask_again import HEADER, MOST_SECONDS
from ocrsite.front.intake import ClientGone
from ocrsite.front.wsgi import Response, set_body

#: Requests that may wait at the same time; any more are answered at once.
MOST_WAITING = 200

#: Seconds between two questions: at first, and at most. Each costs some ms of Django.
_FIRST, _LONGEST, _GROWTH = 0.15, 2.0, 1.5

_NAME = HEADER.lower().encode()
_KEPT = (b"location", b"idempotency-replayed")
#: In the environ of a question that no client asked.
AGAIN = "ocrsite.again"

Answer = tuple[Response, contextvars.Context]
Ask = Callable[[dict[str, Any]], Awaitable[Answer]]


@dataclass(frozen=True)
class Again:
    """`seconds` for which to ask again, `path` where: "" for the same request."""

    seconds: float
    path: str


class Waiting:
    """Asks again for the requests of one process."""

    def __init__(self) -> None:
        self._count = 0

    async def wait(
        self, environ: dict[str, Any], answer: Answer, again: Again, ask: Ask,
        gone: Callable[[], Awaitable[None]],
    ) -> Answer:  # fmt: skip
        """The first answer that is not "not yet", or the last one when its time is over.

        `gone`: returns when the client has left. Raises ClientGone.
        """
        if self._count >= MOST_WAITING:
            return answer
        self._count += 1
        left = asyncio.ensure_future(gone())
        try:
            return await self._ask_on(environ, answer, again, ask, left)
        finally:
            self._count -= 1
            left.cancel()

    async def _ask_on(
        self, environ: dict[str, Any], answer: Answer, again: Again, ask: Ask,
        left: asyncio.Future[None],
    ) -> Answer:  # fmt: skip
        clock = asyncio.get_running_loop().time
        deadline, pause = clock() + again.seconds, _FIRST
        question = _build_question(environ, again)
        first = answer
        while clock() + pause <= deadline:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(left), pause)
                raise ClientGone
            pause = min(pause * _GROWTH, _LONGEST)
            answer = await ask(dict(question))
            if take_mark(answer[0]) is None:
                break
        if again.path and answer[0].status == 200 and first[0].status != 202:
            _keep_head(first[0], answer[0])
        return answer


def take_mark(response: Response) -> Again | None:
    """Take the mark from the response's headers; None where it has none."""
    value = next((value for name, value in response.headers if name == _NAME), None)
    if value is None:
        return None
    response.headers = [(name, value) for name, value in response.headers if name != _NAME]
    seconds, _, path = value.decode("latin-1").partition(" ")
    return Again(min(float(seconds), MOST_SECONDS), path)


def _keep_head(first: Response, last: Response) -> None:
    """What was asked for was made by the first answer; the last one shows it."""
    last.status = first.status
    last.headers += [each for each in first.headers if each[0] in _KEPT]


def _build_question(environ: dict[str, Any], again: Again) -> dict[str, Any]:
    question = {**environ, AGAIN: True}
    if again.path:
        path, _, query = again.path.partition("?")
        question |= {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query}
        question.pop("CONTENT_TYPE", None)
        set_body(question, io.BytesIO(), 0)
    return question
