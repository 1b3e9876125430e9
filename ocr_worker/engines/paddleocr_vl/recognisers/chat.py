"""A block asked of a server with OpenAI's interface, as vLLM has it (0.11 and later): chat
completions, streamed, with the probability of each token."""

from __future__ import annotations

import base64
import io
import json
import math
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

import urllib3
from PIL import Image

from documents.errors import EngineFailed
from documents.messages import Message, verbatim
from ocr_worker.repetition import cut_repetition

from .backlog import ran_out_of_time
from .base import BlockImage, Limits, Recognised
from .errors import RecogniserOutOfMemory

#: The name under which the server has the model.
MODEL = "paddleocr-vl"

#: Seconds in which a server on this machine takes a connection.
_CONNECT = 10.0

#: Chunks of an answer after which it is looked at for repetition; then after each quarter more.
_FIRST_LOOK = 64


class ServerGone(Exception):
    """The connection was refused or broken."""


class ChatClient:
    """`key`: what the server wants to see. Safe for `connections` threads."""

    def __init__(self, port: int, key: str, connections: int) -> None:
        self._pool = urllib3.HTTPConnectionPool(
            "127.0.0.1", port, maxsize=connections, retries=False
        )
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._asked_at: dict[int, float] = {}
        self._heard_at = 0.0
        #: Whether it has answered anything.
        self.has_answered = False

    def measure_silence(self) -> float:
        """Seconds since anything came, while something is asked; 0 while nothing is."""
        asked_at = min(list(self._asked_at.values()), default=None)
        return 0.0 if asked_at is None else time.monotonic() - max(asked_at, self._heard_at)

    def is_healthy(self) -> bool:
        """Whether it answers, which it does once its model is loaded."""
        try:
            return self._pool.request("GET", "/health", timeout=_CONNECT).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def ask_version(self) -> str:
        """What it says of itself; empty where it says nothing."""
        try:
            answer = self._pool.request("GET", "/version", timeout=_CONNECT)
            return str(answer.json().get("version", "")) if answer.status == 200 else ""
        except (urllib3.exceptions.HTTPError, ValueError, AttributeError):
            return ""

    def recognise(self, block: BlockImage, limits: Limits, deadline: float) -> Recognised:
        """Ask, and read the answer as it is written; one that repeats itself is not read on, which
        ends it in the server.

        `deadline`: by time.monotonic(). Raises ServerGone, ReadingTimeout, EngineFailed,
        RecogniserOutOfMemory.
        """
        left = deadline - time.monotonic()
        if left <= 0:
            raise ran_out_of_time()
        thread = threading.get_ident()
        self._asked_at[thread] = time.monotonic()
        try:
            response = self._pool.request(
                "POST",
                "/v1/chat/completions",
                body=json.dumps(_to_request(block, limits)),
                headers=self._headers,
                timeout=urllib3.Timeout(connect=_CONNECT, read=left),
                preload_content=False,
            )
            try:
                if response.status != 200:
                    raise _to_error(response.read(4000).decode(errors="replace"))
                answer = self._read(response, deadline)
                self.has_answered = True
                return answer
            finally:
                response.close()
        except urllib3.exceptions.ReadTimeoutError as error:
            raise ran_out_of_time() from error
        except urllib3.exceptions.HTTPError as error:
            raise ServerGone(str(error)) from error
        finally:
            del self._asked_at[thread]

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: float) -> Recognised:
        text, spans, next_look, ended = "", [], _FIRST_LOOK, False
        for event in _read_events(response):
            self._heard_at = time.monotonic()
            if self._heard_at > deadline:
                raise ran_out_of_time()
            for choice in event.get("choices") or ():
                ended = ended or choice.get("finish_reason") is not None
                added = (choice.get("delta") or {}).get("content") or ""
                if added:
                    text += added
                    spans.append((len(added), _to_probability(choice)))
            if len(spans) >= next_look:
                next_look = len(spans) * 5 // 4
                kept, was_cut = cut_repetition(text)
                if was_cut:
                    return Recognised(kept, cut=True)
        if not ended:
            raise ServerGone("the answer ended in the middle")
        kept, was_cut = cut_repetition(text)
        return Recognised(kept, () if was_cut else tuple(spans), was_cut)


def _to_request(block: BlockImage, limits: Limits) -> dict[str, Any]:
    """What paddlex asks of such servers, and the probabilities."""
    picture = io.BytesIO()
    size = block.pixels.shape[1], block.pixels.shape[0]
    image = Image.frombuffer("RGB", size, block.pixels.tobytes(), "raw", "BGR", 0, 1)
    image.save(picture, "PNG", compress_level=1)
    url = "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()
    return {
        "model": MODEL,
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": url}},
                    {"type": "text", "text": block.query},
                ],
            }
        ],
        "temperature": 0,
        "max_completion_tokens": block.most_tokens,
        "skip_special_tokens": not limits.special,
        "mm_processor_kwargs": {"min_pixels": limits.min_pixels, "max_pixels": limits.max_pixels},
        "logprobs": True,
        "stream": True,
    }


def _read_events(response: urllib3.BaseHTTPResponse) -> Iterator[Mapping[str, Any]]:
    """Server-sent events (HTML, section 9.2), each a line of JSON. Raises as `_to_error`."""
    for line in response:
        name, _, value = line.strip().partition(b":")
        if name != b"data" or value.strip() == b"[DONE]":
            continue
        event = json.loads(value)
        if "error" in event:
            raise _to_error(json.dumps(event["error"]))
        yield event


def _to_probability(choice: Mapping[str, Any]) -> float:
    """Of what was added, which is one token as a rule: the product of its tokens'."""
    tokens = (choice.get("logprobs") or {}).get("content") or ()
    return math.exp(min(sum(float(token["logprob"]) for token in tokens), 0.0)) if tokens else 1.0


def _to_error(said: str) -> Exception:
    if "out of memory" in said.lower():
        return RecogniserOutOfMemory(said[:1000])
    return EngineFailed(
        Message("PaddleOCR-VL failed on this page: {problem}", problem=verbatim(said[:1000]))
    )
