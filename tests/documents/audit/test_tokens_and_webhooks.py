"""Keys to the archive are in the audit: who made them, who ended them, for which teams."""

from __future__ import annotations

import pytest

from documents.actions.deliver import serve_next_webhook
from documents.actions.make_token import make_token
from documents.actions.manage_webhook import make_webhook, redeliver, send_test
from documents.actions.revoke_token import revoke_token, revoke_token_of
from documents.audit.find import AuditFilter, find_entries
from documents.models import AuditEntry, Role, Team, User, WebhookMessage
from documents.webhooks.send import Attempt
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db: None) -> Team:
    return make_team("Accounts")


@pytest.fixture
def manager(team: Team) -> User:
    return make_user("boss", team=team, role=Role.MANAGER)


def deeds(user: User) -> list[tuple[str, str]]:
    return [(entry.what, entry.username) for entry in find_entries(user, AuditFilter())]


def test_a_token_is_told_to_the_managers_of_every_team_it_opens(team: Team, manager: User) -> None:
    clerk = make_user("clerk", team=team)
    other = make_team("Others")
    other.memberships.create(user=clerk, role=Role.READER)
    elsewhere = make_user("elsewhere", team=other, role=Role.MANAGER)

    token, key = make_token(actor=clerk, name="Scanner", scopes=["write"], team_ids=[team.id])
    revoke_token_of(token.public_id, actor=clerk)

    assert deeds(manager) == [("token.revoked", "clerk"), ("token.made", "clerk")]
    assert deeds(elsewhere) == []
    assert AuditEntry.objects.earliest("id").data["name"] == "Scanner"
    assert key not in str(list(AuditEntry.objects.values()))
    make_token(actor=clerk, name="All", scopes=["read"])
    assert deeds(elsewhere) == [("token.made", "clerk")]


def test_a_token_ends_once(team: Team, manager: User) -> None:
    token, _ = make_token(actor=manager, name="Scanner", scopes=["read"])
    revoke_token(token, actor=manager)
    revoke_token(token, actor=manager)

    assert [what for what, _ in deeds(manager)] == ["token.revoked", "token.made"]


def test_what_the_site_stops_is_nobodys_deed(
    team: Team, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.utils import timezone

    gone = Attempt(timezone.now(), 410, 0.1, "", "")
    monkeypatch.setattr("documents.actions.deliver.send", lambda message: gone)
    webhook, secret = make_webhook(
        "https://example.com/T0/secret", ["document.ready"], actor=manager, team_id=team.id
    )
    send_test(webhook.id, actor=manager)

    serve_next_webhook()
    redeliver(webhook.id, actor=manager)

    assert deeds(manager) == [
        ("webhook.replayed", "boss"), ("webhook.failed", ""), ("webhook.made", "boss"),
    ]  # fmt: skip
    assert WebhookMessage.objects.count() == 1
    told = str(list(AuditEntry.objects.values()))
    assert "T0/secret" not in told
    assert secret not in told
