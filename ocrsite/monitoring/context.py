"""What every page may say of the site's start, as a template context processor."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ocrsite.runtime.start_state import current_start


def start_warnings(request: HttpRequest) -> dict[str, Any]:
    """`start_warnings`: what this start of the site warns of; read when a page asks for it."""
    return {"start_warnings": SimpleLazyObject(lambda: current_start().warnings)}
