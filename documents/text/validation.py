"""Validation of text that people enter, through the API or the interface."""

from __future__ import annotations

import re
import uuid

from documents.errors import InvalidRequest
from documents.messages import Message

#: PostgreSQL stores no NUL, and an unpaired surrogate is no character in any encoding.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")


def validate_text(text: str, *, field: str, max_length: int | None = None) -> str:
    """Return `text` unchanged.

    Raises InvalidRequest, naming `field`, for a text that cannot be stored: one with NUL
    characters or unpaired surrogates, or of more than `max_length` characters.
    """
    if max_length is not None and len(text) > max_length:
        message = Message(
            "A text has at most {most} characters, this one has {length}.",
            most=max_length,
            length=len(text),
        )
        raise InvalidRequest.for_field(field, message)
    if _IMPOSSIBLE.search(text):
        message = Message(
            "The text contains NUL characters or incomplete characters, which can’t be stored. "
            "Please retype it."
        )
        raise InvalidRequest.for_field(field, message)
    return text


def parse_uuid(text: str | None) -> uuid.UUID | None:
    """The id that `text` names, None where it names none."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
