"""/webhooks/: managers make webhooks, see what was sent, send it again, and learn of failures."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents.models import (
    AuditEntry,
    MessageStatus,
    Role,
    Team,
    User,
    Webhook,
    WebhookMessage,
)
from tests.documents.admin.conftest import browser_of
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

URL = "/webhooks/"
FORM: dict[str, Any] = {"url": "https://example.com/hook?key=x", "events": ["document.ready"]}


@pytest.fixture
def manager(team: Team) -> User:
    return make_user("manager", team=team, role=Role.MANAGER)


@pytest.fixture
def manages(manager: User) -> Client:
    return browser_of(manager)


@pytest.fixture
def webhook(team: Team, manager: User) -> Webhook:
    return Webhook.objects.create(
        team=team, owner=manager, url=FORM["url"], events=["document.ready"], secrets=["whsec_eA=="]
    )


def sent(webhook: Webhook, **fields: Any) -> WebhookMessage:
    attempt = {
        "at": timezone.now().isoformat(), "status": 500, "seconds": 0.25,
        "answer": "<b>no</b>", "error": "",
    }  # fmt: skip
    given = {"kind": "document.ready", "payload": {}, "attempts": [attempt], **fields}
    return WebhookMessage.objects.create(webhook=webhook, **given)


def deeds() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("what", flat=True))


def test_the_secret_is_shown_once(manages: Client) -> None:
    page = manages.post(URL, FORM).content.decode()

    [secret] = re.findall(r'value="(whsec_[^"]+)"', page)
    webhook = Webhook.objects.get()
    assert webhook.secrets == [secret]
    assert secret not in manages.get(f"{URL}{webhook.id}/").content.decode()
    assert deeds() == ["webhook.made"]
    assert "key=x" not in str(AuditEntry.objects.get().data)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://localhost:9000/", "ftp://example.com/", "nonsense", ""]
)
def test_an_address_that_is_never_called_is_refused(manages: Client, url: str) -> None:
    answer = manages.post(URL, {**FORM, "url": url})

    assert answer.status_code == 400
    assert 'class="error"' in answer.content.decode()
    assert not Webhook.objects.exists()


def test_a_new_secret_is_shown_once_too(manages: Client, webhook: Webhook) -> None:
    page = manages.post(f"{URL}{webhook.id}/secret/").content.decode()

    webhook.refresh_from_db()
    assert webhook.secrets[0] in page
    assert webhook.secrets[1] == "whsec_eA=="
    assert deeds() == ["webhook.secret"]


def test_what_it_is_told_and_where_is_changed(manages: Client, webhook: Webhook) -> None:
    form = {"url": "https://other.example/", "events": ["search.matched", "document.failed"]}
    manages.post(f"{URL}{webhook.id}/change/", form)
    refused = manages.post(f"{URL}{webhook.id}/change/", {**form, "url": "http://10.0.0.1/"})

    webhook.refresh_from_db()
    assert (webhook.url, webhook.events) == (form["url"], sorted(form["events"]))
    assert refused.status_code == 400
    assert deeds() == ["webhook.changed"]


def test_each_attempt_is_shown_as_text(manages: Client, webhook: Webhook) -> None:
    sent(webhook)

    page = manages.get(f"{URL}{webhook.id}/").content.decode()

    assert "<b>500</b>" in page
    assert "0.25 s" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "document.ready" in page


def test_the_log_is_filtered_and_paged(manages: Client, webhook: Webhook) -> None:
    for number in range(60):
        at = timezone.now() - datetime.timedelta(minutes=number)
        sent(webhook, created_at=at, status="delivered" if number else "failed")
    url = f"{URL}{webhook.id}/"

    first = manages.get(url).content.decode()
    [older] = re.findall(r'href="(\?[^"]*before=[^"]*)"', first)
    second = manages.get(url + older.replace("&amp;", "&")).content.decode()

    assert first.count('name="message"') == 50
    assert second.count('name="message"') == 10
    assert manages.get(f"{url}?status=failed").content.decode().count('name="message"') == 1


def test_why_a_message_did_not_arrive_is_said_before_it_is_opened(
    manages: Client, webhook: Webhook
) -> None:
    def summary() -> str:
        page = manages.get(f"{URL}{webhook.id}/").content.decode()
        return page.partition("<summary><span")[2].partition("</summary>")[0]

    attempt = {"at": timezone.now().isoformat(), "status": None, "seconds": 3.0, "answer": ""}
    message = sent(webhook, status=MessageStatus.PENDING, attempts=[attempt])
    assert "no answer" in summary()

    message.attempts.append({**attempt, "status": 404})
    message.save()
    assert "· 404" in summary()

    message.status = MessageStatus.DELIVERED
    message.save()
    assert "404" not in summary()


def test_one_message_and_a_time_are_sent_again(manages: Client, webhook: Webhook) -> None:
    old = timezone.now() - datetime.timedelta(days=3)
    message = sent(webhook, status=MessageStatus.FAILED, tries=11)
    arrived = sent(webhook, status=MessageStatus.DELIVERED)
    before = sent(webhook, status=MessageStatus.FAILED, created_at=old)
    url = f"{URL}{webhook.id}/replay/"

    manages.post(url, {"message": str(message.id)})
    message.refresh_from_db()
    assert (message.status, message.tries) == (MessageStatus.PENDING, 0)

    since = (old - datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    until = (old + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    manages.post(url, {"since": since, "until": until, "only_undelivered": "on"})
    before.refresh_from_db()
    arrived.refresh_from_db()
    assert before.status == MessageStatus.PENDING
    assert arrived.status == MessageStatus.DELIVERED
    assert manages.post(url, {}).status_code == 400
    assert deeds() == ["webhook.replayed"] * 2


def test_a_failure_is_told_on_every_page_until_it_is_started(
    manages: Client, browser: Client, webhook: Webhook
) -> None:
    Webhook.objects.update(disabled_at=timezone.now(), disabled_reason="500")

    assert "A webhook was stopped" in manages.get("/").content.decode()
    assert "A webhook was stopped" not in browser.get("/").content.decode()
    manages.post(f"{URL}{webhook.id}/switch/", {"active": "on"})

    assert "A webhook was stopped" not in manages.get("/").content.decode()
    webhook.refresh_from_db()
    assert webhook.disabled_at is None
    manages.post(f"{URL}{webhook.id}/switch/", {"active": "off"})
    assert "A webhook was stopped" not in manages.get("/").content.decode()
    assert deeds() == ["webhook.started", "webhook.stopped"]


def test_a_test_message_and_an_end(manages: Client, webhook: Webhook) -> None:
    manages.post(f"{URL}{webhook.id}/test/")
    assert WebhookMessage.objects.get().kind == "webhook.test"

    manages.post(f"{URL}{webhook.id}/delete/")
    assert not Webhook.objects.exists()
    assert deeds() == ["webhook.deleted"]


def test_who_manages_nothing_is_told_whom_to_ask(browser: Client, webhook: Webhook) -> None:
    page = browser.get(URL).content.decode()

    assert "Managers of a team" in page
    assert webhook.url.partition("?")[0] not in page
    assert browser.post(URL, FORM).status_code == 400
    assert browser.get(f"{URL}{webhook.id}/").status_code == 403


def test_many_messages_cost_as_many_queries_as_few(
    manages: Client, webhook: Webhook, django_assert_max_num_queries: Any
) -> None:
    for number in (1, 30):
        for _ in range(number):
            sent(webhook)
        with django_assert_max_num_queries(14):
            assert manages.get(f"{URL}{webhook.id}/").status_code == 200
