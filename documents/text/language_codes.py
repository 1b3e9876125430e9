"""Language codes as the API has them (ISO 639-1)."""

from __future__ import annotations

import re

from documents.errors import InvalidRequest
from documents.messages import Message

#: What a filter by language takes for documents whose language is not known.
NO_LANGUAGE = "none"


def validate_language(code: str) -> str:
    """Return `code` in lower case; "" means unknown. Raises InvalidRequest if it is no code."""
    code = code.strip().lower()
    if code and not re.fullmatch(r"[a-z]{2}", code):
        message = Message("A language is a code of two letters (ISO 639-1), such as ru or en.")
        raise InvalidRequest.for_field("language", message)
    return code
