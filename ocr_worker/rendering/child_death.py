"""What the death of a child that opened an uploaded file says of the file."""

from __future__ import annotations

import signal

import structlog

from documents import errors
from documents.messages import Message

from .types import Limits

log = structlog.get_logger(__name__)

#: Signals by which pdfium ends when it gets no memory (abort, trap, illegal instruction).
_OUT_OF_MEMORY_SIGNALS = (signal.SIGABRT, signal.SIGTRAP, signal.SIGILL)


def explain_death(code: int, last_words: str, limits: Limits) -> errors.ReadingError:
    """The error for a child that ended with `code` (negative: a signal) and these last words."""
    if code == -signal.SIGXCPU:
        return errors.LimitExceeded(
            Message(
                "The page needs more than {seconds} s of processor time. "
                "Export the page as an image and upload that.",
                seconds=limits.cpu_seconds,
            )
        )
    if code == -signal.SIGKILL:
        return errors.EngineFailed(
            Message(
                "The process that draws pages was killed from outside (perhaps the machine is "
                "short of memory). The page is tried again."
            )
        )
    if code == -signal.SIGSYS:
        log.error("jail_stopped_child")
        return errors.DamagedPage(
            Message(
                "The page made the process that reads files try what no page needs; it was "
                "stopped. The file may be an attack: delete it, unless you know who made it."
            )
        )
    if -code in _OUT_OF_MEMORY_SIGNALS or "MemoryError" in last_words:
        return errors.LimitExceeded(
            Message(
                "The page needs more than {memory} MiB of memory, or is too damaged to be drawn. "
                "Export the page as an image and upload that.",
                memory=limits.memory_bytes >> 20,
            )
        )
    if code < 0:
        return errors.DamagedPage(
            Message(
                "The page crashed the process that reads files ({signal}). "
                "Export the page as an image and upload that.",
                signal=code,
            )
        )
    reason = last_words.splitlines()[-1] if last_words else f"exit status {code}"
    return errors.DamagedPage(
        Message(
            "The page broke the process that reads files: {problem}. "
            "Export the page as an image and upload that.",
            problem=reason[:200],
        )
    )
