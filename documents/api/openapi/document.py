"""The whole description: OpenAPI 3.1 as a dictionary. docs/openapi.yaml is its copy."""

from __future__ import annotations

from functools import lru_cache
from inspect import cleandoc
from typing import Any

import yaml
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator

from documents.api.fields import StrictSerializer
from documents.api.openapi.examples import add_body_examples
from documents.api.openapi.problems import PROBLEM, problem_components

_HEADERS: dict[str, Any] = {
    "RateLimit": {
        "description": 'How the token stands: `"token";r=5988;t=41` (may send 5988 more within the '
        "next 41 s). Absent for sessions and where requests are not limited.",
        "schema": {"type": "string"},
    },
    "RateLimitPolicy": {
        "description": 'Requests a token and window: `"token";q=6000;w=60`.',
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "Seconds after which the request may succeed.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Location": {
        "description": "The path of what was made.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "The version of the answer, for `If-None-Match`.",
        "schema": {"type": "string"},
    },
    "ContentDisposition": {"schema": {"type": "string"}},
    "AcceptRanges": {"schema": {"type": "string", "enum": ["bytes"]}},
}

_SECURITY: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "`Token KEY`",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "Behind a gateway that keeps `Authorization` for itself.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "A browser's; what changes something also needs `X-CSRFToken`.",
    },
}


@lru_cache(maxsize=1)
def build_description() -> dict[str, Any]:
    """In English, the same in every process of this version."""
    with translation.override("en"):
        generator: Any = SchemaGenerator
        description: dict[str, Any] = generator(urlconf="documents.api.openapi.root").get_schema(
            request=None, public=True
        )
    return description


@lru_cache(maxsize=1)
def build_yaml() -> str:
    text: str = yaml.dump(
        _plain(build_description()), sort_keys=False, allow_unicode=True, width=100
    )
    return text


def drop_second_spellings(endpoints: list[Any]) -> list[Any]:
    """Each address has a spelling without its last slash; one is described."""
    paths = {path for path, *_ in endpoints}
    return [each for each in endpoints if f"{each[0]}/" not in paths and each[0] != "/api/"]


def add_components(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["schemas"] = dict(sorted(components["schemas"].items()))
    components["responses"] = problem_components()
    components["headers"] = _HEADERS
    components["securitySchemes"] = _SECURITY
    _drop_marks(result)
    _drop_inherited_descriptions(components["schemas"])
    add_body_examples(result)
    return result


def _drop_inherited_descriptions(schemas: dict[str, Any]) -> None:
    """What the base class says of itself is nothing about the shapes that are made of it."""
    inherited = cleandoc(StrictSerializer.__doc__ or "")
    for schema in schemas.values():
        if schema.get("description") == inherited:
            del schema["description"]


def _drop_marks(node: Any) -> None:
    """drf-spectacular's own, which are of no use without its hooks."""
    if isinstance(node, dict):
        node.pop("x-spec-enum-id", None)
    for inner in node.values() if isinstance(node, dict) else node:
        if isinstance(inner, dict | list):
            _drop_marks(inner)


def _plain(value: Any) -> Any:
    """Without the lazy and enumerated strings that YAML does not know."""
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if value is None or type(value) in (bool, int, float):
        return value
    return str(value)
