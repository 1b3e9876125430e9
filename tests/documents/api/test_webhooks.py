"""Webhooks: told what happens, signed, and nobody else's business."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient
from standardwebhooks import Webhook as Verifier

from documents.actions.decide import approve
from documents.actions.trash import trash
from documents.events import commit_reading_end, record
from documents.models import Event, Role, SavedSearch, Team, User, Webhook, WebhookMessage
from documents.models.event import EventKind
from tests.documents.api.conftest import client_of, problem_of
from tests.documents.api.webhook_receiver import LONG_AGO, URL, Receiver, come_due, make, work
from tests.factories import make_document, make_team, make_user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.postgresql,
    pytest.mark.usefixtures("media"),
]


def test_what_happens_is_told_and_signed(
    managing: APIClient, manager: User, team: Team, receiver: Receiver
) -> None:
    secret = make(managing, receiver.url, team)["secret"]
    document = make_document(team, pages=["text"])

    commit_reading_end(document)
    approve(document.id, actor=manager)
    trash(document.id, actor=manager)
    assert receiver.got == [], "nothing waits for the network"
    work()

    told = [Verifier(secret).verify(body, headers) for headers, body in receiver.got]
    assert [each["type"] for each in told] == [
        "document.ready", "document.approved", "document.deleted",
    ]  # fmt: skip
    assert {each["data"]["document"]["id"] for each in told} == {str(document.id)}
    ids = {headers["webhook-id"] for headers, _ in receiver.got}
    assert len(ids) == 3
    assert set(WebhookMessage.objects.values_list("status", flat=True)) == {"delivered"}


def test_only_what_was_asked_for_and_only_of_the_team(
    managing: APIClient, team: Team, receiver: Receiver
) -> None:
    make(managing, receiver.url, team, "document.failed")
    for where, status in ((team, "ready"), (team, "failed"), (make_team(), "failed")):
        commit_reading_end(make_document(where, status=status))

    work()

    [(_, body)] = receiver.got
    assert json.loads(body)["type"] == "document.failed"


def test_a_private_search_is_told_to_its_owner_alone(
    managing: APIClient, manager: User, team: Team, receiver: Receiver
) -> None:
    other = make_user(team=team, role=Role.MANAGER)
    make(managing, receiver.url, team, "search.matched")
    make(client_of(other), receiver.url, team, "search.matched")
    own = SavedSearch.objects.create(owner=other, name="a", text="a")
    shared = SavedSearch.objects.create(owner=other, team=team, name="b", text="b")

    for search in (own, shared):
        record(EventKind.MATCHED, make_document(team), search=str(search.id), page=1)

    owners = WebhookMessage.objects.order_by("created_at").values_list(
        "webhook__owner", "payload__data__details__search"
    )
    assert sorted(owners) == sorted(
        [(other.pk, str(own.id)), (other.pk, str(shared.id)), (manager.pk, str(shared.id))]
    )


def test_a_redirect_is_not_followed_and_a_hidden_address_not_called(
    managing: APIClient, team: Team, receiver: Receiver, settings: Any
) -> None:
    receiver.statuses, receiver.headers = [302], {"Location": receiver.url}
    make(managing, receiver.url, team)
    commit_reading_end(make_document(team))
    work()
    assert len(receiver.got) == 1
    assert WebhookMessage.objects.get().attempts[0]["status"] == 302

    settings.OCRSITE_CALL_ALLOWED = ()
    come_due()
    work()
    assert len(receiver.got) == 1
    assert "does not call" in WebhookMessage.objects.get().attempts[1]["error"]


def test_a_new_secret_and_the_one_before_sign_for_a_day(
    managing: APIClient, team: Team, receiver: Receiver
) -> None:
    made = make(managing, receiver.url, team)
    new = managing.post(f"{made['links']['self']}secret/").json()["secret"]
    commit_reading_end(make_document(team))
    work()
    for secret in (made["secret"], new):
        Verifier(secret).verify(receiver.got[0][1], receiver.got[0][0])

    Webhook.objects.update(old_secret_until=LONG_AGO)
    commit_reading_end(make_document(team))
    work()
    assert len(receiver.got[1][0]["webhook-signature"].split()) == 1
    Verifier(new).verify(receiver.got[1][1], receiver.got[1][0])


def test_a_test_message_can_be_sent(managing: APIClient, team: Team, receiver: Receiver) -> None:
    made = make(managing, receiver.url, team)

    answer = managing.post(f"{made['links']['self']}test/")

    assert (answer.status_code, answer.json()["type"]) == (202, "webhook.test")
    work()
    assert json.loads(receiver.got[0][1])["data"] == {"webhook": made["id"]}


@pytest.mark.parametrize("url", ["ftp://example.com/", "http://a:b@example.com/", "x"])
def test_what_is_no_address_makes_no_webhook(managing: APIClient, team: Team, url: str) -> None:
    answer = managing.post(URL, {"url": url, "team": str(team.id)}, format="json")

    assert "url" in problem_of(answer, 400)["errors"]


def test_webhooks_are_for_managers(
    api: APIClient, managing: APIClient, stranger_api: APIClient, team: Team
) -> None:
    made = make(managing, "https://example.com/hook", team)
    place = made["links"]["self"]

    body = {"url": "https://example.com/", "team": str(team.id)}
    problem_of(api.post(URL, body, format="json"), 403)
    problem_of(stranger_api.post(URL, body, format="json"), 404)
    for client, status in ((api, 403), (stranger_api, 404)):
        problem_of(client.get(place), status)
        problem_of(client.patch(place, {"active": False}, format="json"), status)
        problem_of(client.delete(place), status)
        problem_of(client.post(f"{place}secret/"), status)
        problem_of(client.get(f"{place}deliveries/"), status)
        assert client.get(URL).json()["results"] == []
    assert "secret" not in managing.get(place).json()
    assert managing.delete(place).status_code == 204


def test_events_are_listed_after_a_number(api: APIClient, user: User, team: Team) -> None:
    hidden = make_document(make_team())
    private = SavedSearch.objects.create(owner=make_user(team=team), name="a", text="a")
    documents = [make_document(team, pages=["a"]) for _ in range(3)]
    for document in (*documents, hidden):
        commit_reading_end(document)
    record(EventKind.MATCHED, documents[0], search=str(private.id), page=1)

    Event.objects.update(created_at=LONG_AGO)  # on PostgreSQL, what is new is held back

    first = api.get("/api/v1/events/?limit=2").json()
    rest = api.get(f"/api/v1/events/?after={first['after']}").json()
    none = api.get(f"/api/v1/events/?after={rest['after']}").json()

    told = [each["document"]["id"] for each in (*first["results"], *rest["results"])]
    assert told == [str(document.id) for document in documents]
    assert {each["type"] for each in first["results"]} == {"document.read"}
    assert (none["results"], none["after"]) == ([], rest["after"])
