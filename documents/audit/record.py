"""How the audit is written by what changes something: in the transaction of the change."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from documents.models import (
    ApiToken,
    AuditEntry,
    AuditKind,
    Document,
    Event,
    Team,
    User,
    Webhook,
)


def record_event(event: Event, **_: Any) -> None:
    """A person's change of a document (a receiver of `signals.event_recorded`)."""
    if event.actor_id is not None:
        assert event.actor is not None
        _about(event.document, AuditKind.CHANGED, event.kind, event.actor).save()


def record_purge(document: Document, actor: User | None, **data: Any) -> None:
    """A document is deleted for good. `actor` None: by the team's rule, or by a command."""
    entry = _about(document, AuditKind.DELETED, "document.purged", actor)
    entry.data = {"sha256": document.sha256, "filename": document.filename, **data}
    entry.save()


def record_managed(team: Team, what: str, actor: User | None, **data: Any) -> None:
    """The team's members or rules have changed. `data` must be JSON."""
    AuditEntry.objects.create(
        kind=AuditKind.MANAGED, what=what, user=actor, username=_name(actor), team=team, data=data
    )


def record_token(token: ApiToken, what: str, actor: User | None) -> None:
    """A named token is made or revoked: an entry in each team that it opens, so that each team's
    managers learn of it."""
    data = {
        "name": token.name,
        "prefix": token.prefix,
        "scopes": ", ".join(token.scopes),
    }
    _record_in_teams_of(token.user, token.team_ids, what, actor, data)


def record_link(document: Document, actor: User, kind: str, expires_at: datetime.datetime) -> None:
    """A link is made that opens a file of the document without a log-in."""
    entry = _about(document, AuditKind.EXPORTED, "link.made", actor)
    entry.data = {"file": kind, "expires_at": expires_at.isoformat()}
    entry.save()


def record_account(user: User, what: str, actor: User | None) -> None:
    """A user's password has changed, or all their sessions and tokens have ended: an entry in each
    team of theirs."""
    _record_in_teams_of(user, [], what, actor, {})


def _record_in_teams_of(
    user: User, team_ids: Sequence[str], what: str, actor: User | None, data: dict[str, Any]
) -> None:
    """`team_ids`: only in these. In no team where there is none."""
    opened = team_ids or user.memberships.values_list("team", flat=True)
    teams: list[Team | None] = [*Team.objects.filter(id__in=list(opened))]
    AuditEntry.objects.bulk_create(
        AuditEntry(kind=AuditKind.MANAGED, what=what, user=actor, username=_name(actor),
                   team=team, data={**data, "user": user.username})
        for team in teams or [None]
    )  # fmt: skip


def record_engine(engine: str, what: str, actor: User | None, **data: Any) -> None:
    """An administrator has decided about an engine, which is no team's. `actor` None: a command."""
    AuditEntry.objects.create(
        kind=AuditKind.MANAGED,
        what=what,
        user=actor,
        username=_name(actor),
        data={"engine": engine, **data},
    )


def record_webhook(webhook: Webhook, what: str, actor: User | None, **data: Any) -> None:
    """Of its address only the server: in the rest there may be a key. `actor` None: the site."""
    server = urlsplit(webhook.url).netloc.rpartition("@")[2]
    record_managed(webhook.team, what, actor, webhook=str(webhook.id), server=server, **data)


def _about(document: Document, kind: AuditKind, what: str, actor: User | None) -> AuditEntry:
    return AuditEntry(
        kind=kind,
        what=what,
        user=actor,
        username=_name(actor),
        team_id=document.team_id,
        document_id=document.id,
        title=document.title,
    )


def _name(user: User | None) -> str:
    return user.username if user is not None else ""
