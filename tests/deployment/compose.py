"""docker-compose.yml as `docker compose` reads it, as far as ours goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\})")


def read(path: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """The file with its anchors and variables replaced; another form of variable is an error."""
    return dict(_replaced(yaml.safe_load(path.read_text(encoding="utf-8")), variables))


def variables_of(path: Path) -> set[str]:
    """What may be set in .env for this file."""
    found = _VARIABLE.finditer(path.read_text(encoding="utf-8"))
    return {match["name"] for match in found if match["name"]}


def _replaced(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, variables) for inner in value]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        return (variables.get(match["name"]) or match["default"] or "") if match["name"] else "$"

    rest = _VARIABLE.sub("", value)
    assert "$" not in rest, f"not known here: {value}"
    return _VARIABLE.sub(replace, value)
