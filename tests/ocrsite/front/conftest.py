"""Tests of the front need no database: one token is good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ocrsite.front import application


@pytest.fixture(autouse=True)
def one_good_token(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(environ: Mapping[str, Any]) -> str | None:
        word, _, name = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        return name if word == "Token" and name.startswith("good") else None

    monkeypatch.setattr(application, "find_sender", find)
