"""The review desk for programs: the queue, leases, doubts and answers, and legal holds."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from documents.models import Document, Role, Team, User
from tests.documents.api.conftest import client_of, problem_of
from tests.documents.api.tokens import token_client
from tests.doubtful_pages import plant_doubtful
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

QUEUE = "/api/v1/review/"
Path = Callable[..., str]


def titles_of(api: APIClient, **query: str) -> list[str]:
    return [each["document"]["title"] for each in api.get(QUEUE, query).json()["results"]]


def doubts_of(api: APIClient, document: Document) -> list[dict[str, Any]]:
    pages = api.get(f"/api/v1/documents/{document.id}/doubts/").json()["results"]
    return [doubt for page in pages for doubt in page["doubts"]]


def test_the_queue_says_why_and_goes_through_its_pages_least_trusted_first(
    api: APIClient, team: Team
) -> None:
    for number, confidence in enumerate((0.9, 0.5, 0.7), start=1):
        plant_doubtful(team, number, title=str(confidence), confidence=confidence)
    plant_doubtful(make_team(), 9, title="foreign")

    seen: list[str] = []
    address = f"{QUEUE}?page_size=1"
    while address:
        page = api.get(address).json()
        seen += [each["document"]["title"] for each in page["results"]]
        address = page["next"]

    assert seen == ["0.5", "0.7", "0.9"]
    first = api.get(QUEUE).json()["results"][0]
    assert first["open_doubts"] and "disputed" in first["reasons"]
    assert titles_of(api, state="postponed") == [] == titles_of(api, reason="damaged")
    assert titles_of(api, team=str(team.id), assignee="nobody") == seen
    problem_of(api.get(QUEUE, {"state": "odd"}), 400)


def test_a_client_takes_one_after_the_other_until_none_is_left(
    api: APIClient, user: User, team: Team, url: Path
) -> None:
    poor, sure = (plant_doubtful(team, n, confidence=c) for n, c in ((1, 0.5), (2, 0.9)))
    colleague = client_of(make_user(team=team))

    first = api.post(f"{QUEUE}next/", {}, format="json").json()
    second = colleague.post(f"{QUEUE}next/", {}, format="json").json()

    assert [each["document"]["id"] for each in (first, second)] == [str(poor.id), str(sure.id)]
    assert (first["reviewer"], bool(first["lease_expires_at"])) == (user.username, True)
    problem = problem_of(colleague.put(url(poor, "lease/")), 409)
    assert problem["code"] == "being-reviewed"
    again = {"after": str(poor.id)}
    assert api.post(f"{QUEUE}next/", again, format="json").status_code == 204
    assert api.delete(url(poor, "lease/")).status_code == 204
    assert colleague.put(url(poor, "lease/")).json()["reviewer"] != user.username


def test_doubts_are_answered_and_taken_back(api: APIClient, team: Team, url: Path) -> None:
    document = plant_doubtful(team, 1)
    doubts = doubts_of(api, document)
    placed = next(each for each in doubts if each["placed"] and each["other"])
    before = api.get(url(document, "pages/1/")).json()

    page = api.put(placed["links"]["answer"], {"answer": "second"}, format="json").json()
    changed = api.get(url(document, "pages/1/")).json()
    same = api.put(placed["links"]["answer"], {"answer": "second"}, format="json").json()
    undone = api.delete(placed["links"]["answer"]).json()

    assert placed["id"] not in [each["id"] for each in page["doubts"] if not each["answer"]]
    assert placed["other"] in changed["text"] and changed["text"] != before["text"]
    assert same == page
    assert placed["id"] in [each["id"] for each in undone["doubts"]]
    assert api.get(url(document, "pages/1/")).json()["text"] == before["text"]
    problem_of(api.put(url(document, "pages/1/doubts/none/"), {"answer": "right"},
                       format="json"), 409)  # fmt: skip
    problem_of(api.put(placed["links"]["answer"], {"answer": "maybe"}, format="json"), 400)


def test_the_last_answer_checks_the_page_and_it_can_be_checked_by_hand(
    api: APIClient, team: Team, url: Path
) -> None:
    document = plant_doubtful(team, 1)
    page: dict[str, Any] = {}
    for doubt in doubts_of(api, document):
        page = api.put(doubt["links"]["answer"], {"answer": "right"}, format="json").json()

    assert page["checked"] and all(each["answer"] for each in page["doubts"])
    assert api.get(url(document, "doubts/")).json()["results"] == []
    assert len(api.get(url(document, "doubts/"), {"all": "true"}).json()["results"]) == 1
    assert not api.delete(url(document, "pages/1/checked/")).json()["checked"]
    assert api.put(url(document, "pages/1/checked/")).json()["checked"]


def test_a_review_is_put_off_and_given_to_a_person(
    api: APIClient, user: User, team: Team, url: Path
) -> None:
    document = plant_doubtful(team, 1, title="one")
    manager = client_of(make_user("boss", team=team, role=Role.MANAGER))
    until = (timezone.now() + datetime.timedelta(days=1)).isoformat()

    later = api.post(url(document, "postpone/"), {"until": until, "note": "ask Anna"},
                     format="json").json()  # fmt: skip
    assert (later["note"], titles_of(api), titles_of(api, state="postponed")) == (
        "ask Anna", [], ["one"],
    )  # fmt: skip
    api.post(url(document, "postpone/"), {"until": None}, format="json")
    assert titles_of(api) == ["one"]
    problem_of(api.post(url(document, "assign/"), {"person": None}, format="json"), 403)
    mine = manager.post(url(document, "assign/"), {"person": user.username}, format="json").json()
    assert mine["assigned_to"] == user.username
    assert manager.post(f"{QUEUE}next/", {}, format="json").status_code == 204
    for name in ("nobody-here", make_user("stranger", team=make_team()).username):
        problem = problem_of(
            manager.post(url(document, "assign/"), {"person": name}, format="json"), 400
        )
        assert name in problem["detail"]


def test_a_token_that_may_review_needs_nothing_else(user: User, team: Team, url: Path) -> None:
    document = plant_doubtful(team, 1, title="one")
    client = token_client(user, "review")

    assert titles_of(client) == ["one"]
    taken = client.post(f"{QUEUE}next/", {}, format="json").json()
    doubt = doubts_of(client, document)[0]
    answered = client.put(doubt["links"]["answer"], {"answer": "right"}, format="json")
    decided = client.post(url(document, "approve/"), {"version": taken["version"]}, format="json")

    assert (answered.status_code, decided.status_code) == (200, 200)
    for other in (token_client(user, "read", "write", "admin"), client_of(make_user())):
        assert titles_of(other) == [] if other.get(QUEUE).status_code == 200 else True
        assert other.get(url(document, "doubts/")).status_code in (403, 404)
    bound = token_client(user, "review", teams=[make_team().id])
    assert titles_of(bound) == []
    problem_of(bound.get(url(document, "doubts/")), 404)


def test_managers_put_documents_on_hold_and_lift_it(api: APIClient, team: Team, url: Path) -> None:
    document = make_document(team, pages=["x"])
    manager = client_of(make_user(team=team, role=Role.MANAGER))

    held = manager.put(url(document, "hold/"), {"reason": "Lawsuit"}, format="json").json()
    assert (held["hold"]["reason"], held["hold"]["since"][-1]) == ("Lawsuit", "Z")
    assert api.get(url(document)).json()["hold"] == held["hold"]
    problem_of(api.delete(url(document, "hold/")), 403)
    assert manager.delete(url(document, "hold/")).json()["hold"] is None
    assert manager.put(url(document, "hold/")).json()["hold"]["reason"] == ""
