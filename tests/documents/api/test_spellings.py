"""An id is taken in whatever spelling a client's language gives it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from documents.models import Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SPELLINGS: list[Callable[[uuid.UUID], str]] = [
    str,
    lambda value: str(value).upper(),
    lambda value: value.hex,
    lambda value: "{" + str(value) + "}",
    lambda value: value.urn,
    lambda value: "{" + value.hex.upper() + "}",
]


@pytest.mark.parametrize("spell", SPELLINGS)
@pytest.mark.parametrize("below", ["", "pages/", "pages/1/", "pages"])
def test_every_spelling_leads_to_the_document(
    api: APIClient, team: Team, spell: Callable[[uuid.UUID], str], below: str
) -> None:
    document = make_document(team, pages=["text"])
    usual = api.get(f"/api/v1/documents/{document.id}/{below}")

    answer = api.get(f"/api/v1/documents/{spell(document.id)}/{below}")

    assert answer.status_code == 200
    assert answer.json() == usual.json()


@pytest.mark.parametrize("spell", SPELLINGS)
def test_every_spelling_is_a_filter(
    api: APIClient, team: Team, spell: Callable[[uuid.UUID], str]
) -> None:
    make_document(team)

    answer = api.get("/api/v1/documents/", {"team": spell(team.id)})

    assert len(answer.json()["results"]) == 1


@pytest.mark.parametrize("spell", SPELLINGS)
def test_a_change_goes_to_the_document_too(
    api: APIClient, team: Team, spell: Callable[[uuid.UUID], str]
) -> None:
    document = make_document(team)

    assert api.delete(f"/api/v1/documents/{spell(document.id)}/").status_code == 204

    document.refresh_from_db()
    assert document.is_trashed


@pytest.mark.parametrize(
    "name", ["{0c51e000-0000-4000-8000-000000000001", "0c51e000-00004000", "x"]
)
def test_what_is_no_id_is_a_404(api: APIClient, name: str) -> None:
    problem_of(api.get(f"/api/v1/documents/{name}/"), 404)


def test_a_foreign_document_is_a_404_in_every_spelling(stranger_api: APIClient, team: Team) -> None:
    document = make_document(team)

    problem_of(stranger_api.get(f"/api/v1/documents/{document.id.hex}/"), 404)
