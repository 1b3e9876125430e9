"""Saved searches and similar documents over the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from documents.models import Team
from tests.documents.search.conftest import follow
from tests.factories import make_document

assert follow  # a fixture


def test_a_search_is_kept_listed_and_deleted(api: APIClient, team: Team) -> None:
    answer = api.post(
        "/api/v1/searches/",
        {"name": "Договоры", "q": "договор", "filters": {"status": ["ready"]}, "team": team.id},
    )
    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert made["filters"] == {"status": ["ready"]}
    assert made["team"] == str(team.id)
    assert made["links"]["results"].endswith(
        f"?q=%D0%B4%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80&status=ready&team={team.id}"
    )
    assert api.get(made["links"]["self"]).json() == made
    assert api.get("/api/v1/searches/").json()["results"] == [made]
    assert api.delete(made["links"]["self"]).status_code == 204
    assert api.get(made["links"]["self"]).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": "x"},
        {"name": "x", "q": "y", "filters": {"colour": ["red"]}},
        {"name": "x", "q": "y", "filters": {"status": ["red"]}},
        {"name": "x", "q": "y", "filters": {"ordering": ["date"]}},
        {"name": "x", "q": "y", "filters": {"flag": ["blue"]}},
        {"name": "x", "q": "y", "filters": {"priority": ["high"]}},
        {"name": "x", "q": "y", "sort": "date"},
    ],
)
def test_what_makes_no_sense_is_refused(api: APIClient, wrong: dict[str, object]) -> None:
    assert api.post("/api/v1/searches/", wrong).status_code == 400


def test_a_stranger_does_not_see_it(api: APIClient, team: Team, stranger_api: APIClient) -> None:
    made = api.post("/api/v1/searches/", {"name": "x", "q": "y", "team": team.id}).json()
    assert stranger_api.get(made["links"]["self"]).status_code == 404
    assert stranger_api.get("/api/v1/searches/").json()["results"] == []


def test_copies_are_offered(api: APIClient, team: Team, follow: Callable[[], None]) -> None:
    words = " ".join(f"слово{n}" for n in range(60))
    first, second = (make_document(team, pages=[words]) for _ in range(2))
    follow()

    answer = api.get(f"/api/v1/documents/{first.id}/similar/").json()

    assert [each["document"]["id"] for each in answer["copies"]] == [str(second.id)]
    assert answer["copies"][0]["likeness"] == 1
