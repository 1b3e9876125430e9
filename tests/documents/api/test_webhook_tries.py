"""A webhook is told at least once: tries, their order, and when it is given up."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from documents.actions import deliver
from documents.actions.deliver import BACK_OFF, forget_old_messages
from documents.events import commit_reading_end
from documents.models import Team, Webhook, WebhookMessage
from documents.webhooks import send
from tests.documents.api.webhook_receiver import LONG_AGO, Receiver, come_due, make, work
from tests.factories import make_document

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.postgresql,
    pytest.mark.usefixtures("media"),
]


def test_a_receiver_that_fails_is_tried_again_with_the_same_id(
    managing: APIClient, team: Team, receiver: Receiver
) -> None:
    receiver.statuses = [500, 429, 200]
    made = make(managing, receiver.url, team)
    commit_reading_end(make_document(team))

    for _ in range(3):
        work()
        come_due()

    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    [delivery] = managing.get(made["links"]["deliveries"]).json()["results"]
    assert delivery["status"] == "delivered"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 429, 200]
    assert all(len(attempt["answer"]) == send.KEPT for attempt in delivery["attempts"])


def test_while_one_waits_those_behind_it_wait_and_other_webhooks_do_not(
    managing: APIClient, team: Team, receiver: Receiver
) -> None:
    make(managing, "http://127.0.0.1:9/closed", team)
    make(managing, receiver.url, team)
    for _ in range(3):
        commit_reading_end(make_document(team))

    work()

    assert len(receiver.got) == 3
    errors = WebhookMessage.objects.filter(webhook__url__endswith="closed", tries__gt=0)
    assert "it takes no connection" in errors[0].attempts[0]["error"]


def test_whoever_has_much_to_be_sent_waits_until_the_others_had_their_turn(
    managing: APIClient, team: Team, receiver: Receiver
) -> None:
    first, _ = (make(managing, f"{receiver.url}/{n}", team)["id"] for n in (1, 2))
    for _ in range(25):
        commit_reading_end(make_document(team))

    turns = []
    for _ in range(4):
        deliver.serve_next_webhook()
        left = WebhookMessage.objects.filter(status="pending", webhook_id=first).count()
        turns.append((left, len(receiver.got)))

    # The first and the second in turn, ten each.
    assert turns == [(15, 10), (15, 20), (5, 30), (5, 40)]


def test_after_a_day_of_failures_it_is_disabled_until_somebody_says_so(
    managing: APIClient, team: Team, receiver: Receiver
) -> None:
    receiver.statuses = [500] * 100
    made = make(managing, receiver.url, team)
    commit_reading_end(make_document(team))
    for _ in range(len(BACK_OFF) + 1):
        work()
        come_due()
    assert 20 * 3600 < sum(BACK_OFF) < 28 * 3600

    shown = managing.get(made["links"]["self"]).json()
    assert (shown["active"], shown["disabled_reason"]) == (False, "500")
    commit_reading_end(make_document(team))
    work()
    assert len(receiver.got) == len(BACK_OFF) + 1

    receiver.statuses = []
    managing.patch(made["links"]["self"], {"active": True}, format="json")
    answer = managing.post(f"{made['links']['self']}redeliver/", {"since": "2020-01-01"})
    assert (answer.status_code, answer.json()) == (202, {"count": 1})
    work()
    assert WebhookMessage.objects.get().status == "delivered"


def test_a_receiver_that_is_gone_is_disabled_at_once(
    managing: APIClient, team: Team, receiver: Receiver
) -> None:
    receiver.statuses = [410]
    make(managing, receiver.url, team)
    commit_reading_end(make_document(team))

    work()

    assert Webhook.objects.get().disabled_at is not None


def test_what_a_process_had_begun_when_it_died_is_sent_by_another(
    managing: APIClient, team: Team, receiver: Receiver
) -> None:
    make(managing, receiver.url, team)
    commit_reading_end(make_document(team))
    Webhook.lease.take(Webhook.objects.all())
    work()
    assert receiver.got == []

    Webhook.objects.update(lease_expires_at=LONG_AGO)
    work()
    assert len(receiver.got) == 1


def test_old_messages_are_forgotten(managing: APIClient, team: Team) -> None:
    make(managing, "https://example.com/hook", team)
    commit_reading_end(make_document(team))
    assert forget_old_messages() == 0

    made = WebhookMessage.objects.get().created_at
    WebhookMessage.objects.update(created_at=made - deliver.KEEP)

    assert forget_old_messages() == 1
