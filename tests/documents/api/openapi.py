"""Compare answers with the API's description, more strictly than its readers may."""

from __future__ import annotations

import copy
import re
from functools import lru_cache
from typing import Any

import jsonschema

from documents.api.openapi.document import build_description


@lru_cache(maxsize=1)
def strict_description() -> dict[str, Any]:
    """In which no object has other fields than are described."""
    description = copy.deepcopy(build_description())
    _close(description["components"]["schemas"])
    return description


def find_operation(method: str, path: str) -> dict[str, Any]:
    """The described operation at a real path. Raises LookupError."""
    operations: dict[str, dict[str, Any]] = build_description()["paths"]
    for template in sorted(operations, key=lambda name: name.count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in operations[template]:
            found: dict[str, Any] = operations[template][method.lower()]
            return found
    raise LookupError(f"{method} {path} is not described")


def check_answer(method: str, path: str, answer: Any) -> None:
    """Raises AssertionError, jsonschema.ValidationError."""
    operation = find_operation(method, path)
    described = operation["responses"].get(str(answer.status_code))
    assert described is not None, f"{method} {path}: {answer.status_code} is not described"
    components = strict_description()["components"]
    if "$ref" in described:
        described = components["responses"][described["$ref"].rpartition("/")[2]]
    content = described.get("content")
    if not content:
        return
    media_type = answer.headers["Content-Type"].partition(";")[0]
    assert media_type in content or "*/*" in content, f"{method} {path}: {media_type}"
    schema = content.get(media_type, {}).get("schema")
    if schema and media_type.endswith("json") and schema.get("format") != "binary":
        jsonschema.Draft202012Validator(
            {**schema, "components": components},
            format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
        ).validate(answer.json())


def _close(node: Any) -> None:
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            node.setdefault("additionalProperties", False)
        for inner in node.values():
            _close(inner)
    elif isinstance(node, list):
        for inner in node:
            _close(inner)
