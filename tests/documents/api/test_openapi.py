"""The API describes itself: OpenAPI 3.1 that is current, whole and for everybody to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.test import Client
from drf_spectacular.validation import validate_schema

from documents.api.openapi.document import build_description, build_yaml
from documents.api.openapi.examples import BODY_EXAMPLES
from tests.documents.api.openapi import strict_description

pytestmark = pytest.mark.any_database

ROOT = Path(__file__).parents[3]
OPERATIONS = [
    pytest.param(operation, id=f"{method} {path}")
    for path, methods in build_description()["paths"].items()
    for method, operation in methods.items()
]


def test_the_file_in_the_repository_is_current() -> None:
    """Else: `python docs/make_openapi.py`."""
    assert (ROOT / "docs" / "openapi.yaml").read_text("utf-8") == build_yaml()


def test_it_is_valid_openapi_31() -> None:
    description = yaml.safe_load(build_yaml())

    assert description["openapi"].startswith("3.1")
    validate: Any = validate_schema
    validate(description)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_it_does_and_answers(operation: dict[str, Any]) -> None:
    assert operation.get("summary"), "describe it (documents/api/openapi/describe.py)"
    statuses = operation["responses"]
    assert any(status.startswith("2") for status in statuses)
    assert {"400", "500", "503"} <= set(statuses)
    for status, answer in statuses.items():
        if status in ("200", "201", "202"):
            has_body = "there is no body" not in answer["description"]
            assert answer.get("content") or not has_body, "its answer has no shape"
    if operation.get("security"):
        assert {"401", "403", "429"} <= set(statuses)


def test_operation_ids_are_unique() -> None:
    ids = [
        operation["operationId"]
        for methods in build_description()["paths"].values()
        for operation in methods.values()
    ]

    assert len(set(ids)) == len(ids)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/yaml", "application/yaml"),
    ],
)
def test_anybody_gets_it_as_json_or_yaml(accept: str, media_type: str) -> None:
    answer = Client().get("/api/schema/", headers={"accept": accept})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == media_type
    read = json.loads if media_type.endswith("json") else yaml.safe_load
    assert read(answer.content)["info"]["title"] == "ocrsite"


@pytest.mark.django_db
def test_it_is_in_english_whoever_asks() -> None:
    answer = Client().get("/api/schema/", headers={"accept-language": "ru"})

    assert not any("а" <= letter <= "я" for letter in answer.content.decode())


@pytest.mark.django_db
def test_the_pages_of_it_have_no_inline_code_and_need_no_network() -> None:
    page = Client().get("/api/docs/").content.decode()

    assert "http" not in page.replace("http-equiv", "")
    assert "<style" not in page
    assert all("src=" in tag for tag in page.split("<script")[1:])


def test_every_json_body_has_an_example_that_fits() -> None:
    description, without = strict_description(), set(BODY_EXAMPLES)

    for methods in description["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in content:
                continue
            body = content["application/json"]
            assert "example" in body, f"{operation['operationId']} (documents/api/openapi/examples)"
            without.discard(operation["operationId"])
            schema = {**body["schema"], "components": description["components"]}
            jsonschema.Draft202012Validator(
                schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
            ).validate(body["example"])
    assert without == set(), "examples of nothing"
