"""GET schemas/result-1.json: the published schema of `result.json`."""

from __future__ import annotations

import jsonschema
import pytest
from rest_framework.test import APIClient

pytestmark = pytest.mark.any_database


def test_anybody_may_read_the_schema(anonymous_api: APIClient) -> None:
    answer = anonymous_api.get("/api/v1/schemas/result-1.json")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert "public" in answer.headers["Cache-Control"]
    jsonschema.Draft202012Validator.check_schema(answer.json())
