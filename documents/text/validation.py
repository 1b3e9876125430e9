"""Validation of text that people enter, through the API or the interface."""

from __future__ import annotations

import re
import uuid

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from documents.errors import InvalidRequest

#: PostgreSQL stores no NUL, and an unpaired surrogate is no character in any encoding.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")


def validate_text(text: str, *, field: str, max_length: int | None = None) -> str:
    """Return `text` unchanged.

    Raises InvalidRequest, naming `field`, for a text that cannot be stored: one with NUL
    characters or unpaired surrogates, or of more than `max_length` characters.
    """
    if max_length is not None and len(text) > max_length:
        _refuse(
            field,
            f"A text has at most {max_length:,} characters, this one has {len(text):,}.",
            format_lazy(
                _("A text has at most {most} characters, this one has {length}."),
                most=max_length,
                length=len(text),
            ),
        )
    if _IMPOSSIBLE.search(text):
        _refuse(
            field,
            "The text contains NUL characters or unpaired surrogates. Remove them.",
            _("The text contains characters that can’t be stored. Please retype it."),
        )
    return text


def _refuse(field: str, detail: str, summary: str | Promise) -> None:
    raise InvalidRequest(detail, summary=summary, fields={field: [detail]})


def parse_uuid(text: str | None) -> uuid.UUID | None:
    """The id that `text` names, None where it names none."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
