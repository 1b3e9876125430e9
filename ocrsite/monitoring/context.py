"""The warnings of the site's start, as a template context processor."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ocrsite.runtime.start_state import read_current_start


def start_warnings(request: HttpRequest) -> dict[str, Any]:
    """`start_warnings`: the warnings of this start of the site; read when a template uses them."""
    return {"start_warnings": SimpleLazyObject(lambda: read_current_start().warnings)}
