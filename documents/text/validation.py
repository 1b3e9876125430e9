"""What people type, checked before it is kept, whichever door it came through."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from documents.errors import InvalidRequest

#: PostgreSQL keeps no NUL, and half of a surrogate pair is no character in any encoding.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")


def checked_text(text: str, *, field: str, longest: int | None = None) -> str:
    """`text` as it is. Raises InvalidRequest, naming `field`, for a text that can't be kept: with
    NUL characters or halves of characters in it, or of more than `longest` characters."""
    if longest is not None and len(text) > longest:
        _refuse(
            field,
            f"A text has at most {longest:,} characters, this one has {len(text):,}.",
            format_lazy(
                _("A text has at most {most} characters, this one has {length}."),
                most=longest,
                length=len(text),
            ),
        )
    if _IMPOSSIBLE.search(text):
        _refuse(
            field,
            "The text has NUL characters or halves of characters in it. Remove them.",
            _("There are characters in the text that can’t be kept. Type it anew."),
        )
    return text


def _refuse(field: str, detail: str, summary: str | Promise) -> None:
    raise InvalidRequest(detail, summary=summary, fields={field: [detail]})
