"""Ids in any spelling: in capitals, without hyphens, in braces, as a URN."""

from __future__ import annotations

import re
import uuid

from django.urls import Resolver404, ResolverMatch, resolve

_ANY = re.compile(
    r"(?i)(?<=/)(?:urn:uuid:)?(\{)?([0-9a-f]{8}(-?)[0-9a-f]{4}\3[0-9a-f]{4}\3[0-9a-f]{4}\3[0-9a-f]{12})"
    r"(?(1)\})(?=/|$)"
)


def find_same_place(path: str) -> ResolverMatch | None:
    """What is at `path` when its ids are spelt as the routes have them; None where that changes
    nothing."""
    usual = _ANY.sub(lambda found: str(uuid.UUID(found[2])), path)
    if usual == path:
        return None
    try:
        return resolve(usual)
    except Resolver404:
        return None
