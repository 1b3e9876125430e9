"""`documents/{id}/arrange/` and `collate/` for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.actions.store_arranged import claim_arrangement, store_arranged
from documents.models import Arrangement, Document, Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document

pytestmark = pytest.mark.django_db

Path = Callable[..., str]


def test_pages_are_arranged_by_a_worker(api: APIClient, team: Team, url: Path, media: Path) -> None:
    document = make_document(team, pages=["one", "two", "three"])
    other = make_document(team, pages=["four"])

    def ask(**content: object) -> dict[str, Any]:
        answer = api.post(url(document, "arrange/"), content, "json")
        assert answer.status_code == 202, answer.content
        assert answer.headers["Location"] == answer.json()["links"]["self"]
        found: dict[str, Any] = api.get(answer.headers["Location"]).json()
        assert (found["status"], found["documents"]) == ("waiting", [])
        return found

    assert ask(pages=[{"page": 2}, {"page": 1, "rotate": 90}])["result"] == "version"
    assert ask(pages=[{"page": 2}], result="documents")["result"] == "documents"
    split = ask(pages=[{"page": 1}, {"page": 3, "split": True, "title": "Annex"}])
    assert (split["result"], split["parts"]) == ("documents", 2)
    joined = ask(pages=[{"page": 1}, {"page": 1, "document": str(other.id)}])
    assert joined["result"] == "documents"
    # A page from elsewhere may go into a new version, where that is said.
    both = [{"page": 1}, {"page": 1, "document": str(other.id)}]
    assert ask(pages=both, result="version")["result"] == "version"
    assert [part.title for part in Arrangement.objects.get(id=split["id"]).parts] == ["", "Annex"]
    assert api.get(url(other)).json()["version"] == 3

    claim = claim_arrangement()
    assert claim is not None
    store_arranged(claim, claim.load().parts[0], [b"%PDF-1.4 arranged"])
    shown = api.get(f"/api/v1/arrangements/{claim.arrangement_id}/").json()
    made = Document.objects.get(replaces=document.id)
    assert shown["documents"] == [str(made.id)]


def test_what_cannot_be_is_told(
    api: APIClient, reader_api: APIClient, team: Team, url: Path
) -> None:
    document = make_document(team, pages=["one", "two"])
    wrong: dict[str, Any]
    for wrong in (
        {"pages": []},
        {"pages": [{"page": 3}]},
        {"pages": [{"page": 1}, {"page": 2}]},
        {"pages": [{"page": 1}, {"page": 2, "split": True}], "result": "version"},
    ):
        problem = problem_of(api.post(url(document, "arrange/"), wrong, "json"), 400)
        assert problem["errors"].keys() == {"pages"}
    answer = api.post(url(document, "arrange/"), {"pages": [{"page": 1, "rotate": 45}]}, "json")
    assert problem_of(answer, 400)["errors"].keys() == {"pages.0.rotate"}
    wanted = {"pages": [{"page": 2}]}
    problem_of(reader_api.post(url(document, "arrange/"), wanted, "json"), 403)
    elsewhere = {"pages": [{"page": 1, "document": str(make_document(pages=["x"]).id)}]}
    problem_of(api.post(url(document, "arrange/"), elsewhere, "json"), 404)
    uncounted = make_document(team, status="queued")
    answer = api.post(url(uncounted, "arrange/"), {"pages": [{"page": 1}]}, "json")
    assert problem_of(answer, 409)["code"] == "still-being-read"


def test_fronts_and_backs_of_the_same_number_are_collated(
    api: APIClient, team: Team, url: Path
) -> None:
    fronts = make_document(team, pages=["1", "3"])
    backs, more = make_document(team, pages=["4", "2"]), make_document(team, pages=["2", "4", "6"])

    def plan(**content: object) -> list[tuple[str, int]]:
        answer = api.post(url(fronts, "collate/"), content, "json")
        assert answer.status_code == 202, answer.content
        (part,) = Arrangement.objects.get(id=answer.json()["id"]).parts
        return [("f" if page.document == fronts.id else "b", page.number) for page in part.pages]

    assert plan(backs=str(backs.id)) == [("f", 1), ("b", 2), ("f", 2), ("b", 1)]
    assert plan(backs=str(backs.id), reverse=False)[:2] == [("f", 1), ("b", 1)]
    problem = problem_of(api.post(url(fronts, "collate/"), {"backs": str(more.id)}, "json"), 400)
    assert "2 fronts and 3 backs" in problem["detail"]
    assert plan(backs=str(more.id), reverse=False, uneven=True)[-1] == ("b", 3)
