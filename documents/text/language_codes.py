"""Language codes as the API has them (ISO 639-1)."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from documents.errors import InvalidRequest


def validate_language(code: str) -> str:
    """Return `code` in lower case; "" means unknown. Raises InvalidRequest if it is no code."""
    code = code.strip().lower()
    if code and not re.fullmatch(r"[a-z]{2}", code):
        detail = "language is an ISO 639-1 code of two letters, such as ru or en."
        summary = _("A language is named by two letters, such as ru or en.")
        raise InvalidRequest(detail, summary=summary, fields={"language": [detail]})
    return code
