"""drf-spectacular's settings. Imported by Django's settings, so it imports nothing of Django."""

from __future__ import annotations

from typing import Any

_DESCRIPTION = """\
How to get documents in and text out. docs/api.md explains it with examples.

**Versions.** What stands here holds for all of v1: fields, parameters, endpoints and codes may be
added at any time, so ignore what you don't know; nothing is taken away or changes its meaning. What
is to go is marked `deprecated` here and answers with the headers `Deprecation` (RFC 9745) and
`Sunset` (RFC 8594) for a year at least; what must change becomes v2 beside v1.
"""

SETTINGS: dict[str, Any] = {
    "TITLE": "ocrsite",
    "DESCRIPTION": _DESCRIPTION,
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PREPROCESSING_HOOKS": ["documents.api.openapi.document.drop_second_spellings"],
    "POSTPROCESSING_HOOKS": ["documents.api.openapi.document.add_components"],
}
