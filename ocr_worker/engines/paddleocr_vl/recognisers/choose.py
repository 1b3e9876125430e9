"""Which recogniser is used: "server", vLLM; "batched", our own process, which takes blocks of many
pages together, too; "native", the library's own model, a block at a time; "auto", the first of them
that starts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import structlog

from documents.errors import EngineUnavailable
from documents.messages import Message

from ..gpu import query_memory
from .base import Recogniser
from .batched import BatchedRecogniser
from .environment import find_vllm, require_python
from .server import ServerRecogniser

log = structlog.get_logger(__name__)

#: Bytes of the GPU that the server leaves free, for the layout model and Paddle's kernels.
_LEFT_FREE = 4 * 2**30

#: Share of the GPU's memory that the server takes at most: more would only hold longer answers.
_MOST_MEMORY = 0.7


def start_recogniser(
    choice: str, model: Path, device: str, *, without: Collection[str] = ()
) -> tuple[Recogniser | None, Message | None]:
    """The recogniser, its model loaded; or None where the library's own is to recognise. And why it
    is no better one, unless it was asked for.

    `choice`: "server", "batched", "native" or "auto". `model`: the language model's directory.
    `device`: as Paddle names it ("gpu:0", "cpu"). `without`: those that were lost. Raises
    EngineUnavailable where the one that was asked for does not start.
    """
    refusals: list[Message] = []
    for name in _list_names(choice):
        if name in without:
            continue
        try:
            recogniser = _STARTS[name](model, device)
        except EngineUnavailable as error:
            if choice == name:
                raise
            log.warning("recogniser_refused", recogniser=name, reason=error.detail)
            refusals.append(error.message)
        else:
            return recogniser, _describe_server_refusal(refusals)
    return None, _describe_slowness(refusals)


def _list_names(choice: str) -> list[str]:
    """Those to try before the library's own. Whoever installed vLLM wants it used."""
    if choice == "auto":
        return ["server", "batched"] if find_vllm() else ["batched"]
    return [] if choice == "native" else [choice]


def _start_server(model: Path, device: str) -> Recogniser:
    program = find_vllm()
    if program is None:
        raise EngineUnavailable(
            Message(
                "vLLM is not installed. Install it in /opt/vllm, or choose another "
                "OCRSITE_RECOGNISER."
            )
        )
    recogniser = ServerRecogniser(program, model, _choose_memory_share())
    recogniser.start()
    return recogniser


def _start_batched(model: Path, device: str) -> Recogniser:
    recogniser = BatchedRecogniser(require_python(), model, device.replace("gpu", "cuda"))
    recogniser.start()
    return recogniser


_STARTS: dict[str, Callable[[Path, str], Recogniser]] = {
    "server": _start_server,
    "batched": _start_batched,
}


def _choose_memory_share() -> float:
    memory = query_memory()
    if memory is None:
        return _MOST_MEMORY
    return max(min((memory.free - _LEFT_FREE) / memory.total, _MOST_MEMORY), 0.05)


def _describe_server_refusal(refusals: list[Message]) -> Message | None:
    if not refusals:
        return None
    return Message(
        "PaddleOCR-VL recognises without vLLM, which takes longer. {reason}", reason=refusals[0]
    )


def _describe_slowness(refusals: list[Message]) -> Message | None:
    if not refusals:
        return None
    return Message(
        "PaddleOCR-VL recognises one block at a time, which takes long. {reason}",
        reason=refusals[-1],
    )
