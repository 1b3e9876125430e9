"""Make, change and delete sources; have them asked now, tested, and things tried again. For the
managers of their team; the watched folder, which serves all teams, is for administrators."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.source_options import parse_options
from documents.audit.record import record_managed
from documents.errors import InvalidRequest, NotFound
from documents.mailbox.sealed import seal
from documents.messages import Message
from documents.models import ItemStatus, Source, SourceItem, SourceKind, SourceMark, Team, User
from documents.models.origin import NAME_LENGTH
from documents.models.source import UNSUCCESSFUL
from documents.models.tag_names import MAX_TAGS, normalize_tag_name
from documents.signals import announce, tasks_waiting
from documents.text.validation import validate_text

MOST_SOURCES = 50
FEWEST_SECONDS, MOST_SECONDS = 30, 7 * 24 * 3600
PASSWORD_LENGTH = 500
#: A password goes only to the server that it was given for.
_BOUND_TO_PASSWORD = ("host", "port", "user", "certificate")


def make_source(
    kind: str,
    *,
    actor: User,
    team_id: uuid.UUID,
    name: str,
    options: Mapping[str, Any],
    tags: Sequence[str] = (),
    every_seconds: int = 300,
    enabled: bool = True,
    password: str = "",
) -> Source:
    """`options`: see `source_options.DEFAULTS`. Its connection is tested at once.

    Raises InvalidRequest, NotFound, NotAllowed, PrefixForbidden.
    """
    team = access.require_team(actor, Ability.MANAGE, team_id)
    if kind not in (SourceKind.MAILBOX, SourceKind.BUCKET):
        message = Message("{field} is one of {choices}.", field="kind", choices="mailbox, bucket")
        raise InvalidRequest.for_field("kind", message)
    source = Source(kind=kind, team=team, created_by=actor, enabled=enabled, check_wanted=True)
    source.options = parse_options(kind, options, actor=actor, team=team, source=None)
    if kind == SourceKind.MAILBOX:
        source.secret = seal(_parse_password(password))
    _set_common(source, name=name, tags=tags, every_seconds=every_seconds)
    with transaction.atomic():
        if team.sources.count() >= MOST_SOURCES:
            message = Message("A team can have at most {most} sources.", most=MOST_SOURCES)
            raise InvalidRequest.for_field("team", message)
        source.save()
        _record(source, "source.made", actor)
        announce(tasks_waiting)
    return source


def change_source(
    source_id: uuid.UUID,
    *,
    actor: User,
    name: str | None = None,
    tags: Sequence[str] | None = None,
    every_seconds: int | None = None,
    enabled: bool | None = None,
    options: Mapping[str, Any] | None = None,
    password: str = "",
) -> Source:
    """What is None, and of `options` what is not there, stays; so does a password that is not
    given. What runs now is broken off. Raises InvalidRequest, NotFound, NotAllowed,
    PrefixForbidden."""
    with transaction.atomic():
        source = require_source(source_id, actor=actor)
        was_enabled, before = source.enabled, dict(source.options)
        changes_more = any(given is not None for given in (name, tags, every_seconds, options))
        if source.kind == SourceKind.FOLDER and (changes_more or password):
            message = Message("The watched folder is set with OCRSITE_INBOX; it can be paused.")
            raise InvalidRequest.for_field("enabled", message)
        if changes_more or password:
            _set_common(source, name=name, tags=tags, every_seconds=every_seconds)
            assert source.team is not None
            source.options = parse_options(
                source.kind, options or {}, actor=actor, team=source.team, source=source
            )
            _set_password(source, before, password)
            source.check_wanted = True
            _record(source, "source.changed", actor, **_describe_change(before, source, password))
        if enabled is not None and enabled != was_enabled:
            source.enabled = enabled
            _record(source, "source.started" if enabled else "source.stopped", actor)
        source.next_run_at = timezone.now()
        Source.lease.revoke(source)
        source.save()
        announce(tasks_waiting)
    return source


def delete_source(source_id: uuid.UUID, *, actor: User) -> None:
    """With what it remembers; its documents stay. Raises InvalidRequest, NotFound, NotAllowed."""
    with transaction.atomic():
        source = require_source(source_id, actor=actor)
        if source.kind == SourceKind.FOLDER:
            message = Message("The watched folder is set with OCRSITE_INBOX; it can be paused.")
            raise InvalidRequest.for_field("source", message)
        _record(source, "source.deleted", actor)
        source.delete()


def run_now(source_id: uuid.UUID, *, actor: User) -> Source:
    """Have it asked as soon as a worker is free. Raises NotFound, NotAllowed."""
    return _set(source_id, actor, next_run_at=timezone.now())


def test_source(source_id: uuid.UUID, *, actor: User) -> Source:
    """Have a worker test its connection; `checked` says what it found. Raises NotFound,
    NotAllowed."""
    return _set(source_id, actor, check_wanted=True)


def retry_items(source_id: uuid.UUID, *, actor: User, item_ids: Sequence[int] | None = None) -> int:
    """Have what was refused or failed tried again: these, or all. Returns their number. Raises
    NotFound, NotAllowed."""
    with transaction.atomic():
        source = require_source(source_id, actor=actor)
        items = source.items.filter(status__in=UNSUCCESSFUL)
        if item_ids is not None:
            items = items.filter(id__in=item_ids)
        chosen = dict(items.values_list("id", "identity"))
        SourceMark.objects.filter(source=source, identity__in=list(chosen.values())).delete()
        SourceItem.objects.filter(id__in=list(chosen)).update(
            status=ItemStatus.WAITING, attempts=0, changed_at=timezone.now()
        )
        Source.objects.filter(pk=source.pk).update(next_run_at=timezone.now())
        announce(tasks_waiting)
    return len(chosen)


def sources_visible_to(actor: User) -> QuerySet[Source]:
    """Those of the teams that they manage; for administrators also the watched folder."""
    sources = Source.objects.select_related("team")
    managed = sources.filter(team__in=access.teams_where(actor, Ability.MANAGE))
    return managed | sources.filter(team=None) if access.administers(actor) else managed


def require_source(source_id: uuid.UUID, *, actor: User) -> Source:
    """Raises NotFound, NotAllowed."""
    source = Source.objects.select_related("team").filter(pk=source_id).first()
    if source is not None and not _is_known_to(actor, source):
        source = None
    if source is None:
        raise NotFound(Message("There is no source {source} here.", source=source_id))
    if source.team_id is not None:
        access.require_team(actor, Ability.MANAGE, source.team_id)
    return source


def _is_known_to(actor: User, source: Source) -> bool:
    team_id = source.team_id
    if team_id is None:
        return access.administers(actor)
    return access.teams_of(actor).filter(id=team_id).exists()


def _set(source_id: uuid.UUID, actor: User, **changes: Any) -> Source:
    with transaction.atomic():
        source = require_source(source_id, actor=actor)
        Source.objects.filter(pk=source.pk).update(**changes)
        announce(tasks_waiting)
    return require_source(source_id, actor=actor)


def _set_common(
    source: Source,
    *,
    name: str | None,
    tags: Sequence[str] | None,
    every_seconds: int | None,
) -> None:
    if name is not None:
        name = " ".join(validate_text(name, field="name").split())[:NAME_LENGTH]
        if not name:
            raise InvalidRequest.for_field("name", Message("Give the source a name."))
        same = Source.objects.filter(team=source.team, kind=source.kind, name=name)
        if same.exclude(pk=source.pk).exists():
            message = Message("The team has another source of this name.")
            raise InvalidRequest.for_field("name", message)
        if source.name and name != source.name:
            source.former_names = [source.name, *source.names[1:]][:20]
        source.name = name
    if tags is not None:
        if len(tags) > MAX_TAGS:
            message = Message("A document has at most {most} tags.", most=MAX_TAGS)
            raise InvalidRequest.for_field("tags", message)
        source.tags = [normalize_tag_name(tag, field="tags") for tag in tags]
    if every_seconds is not None:
        if not FEWEST_SECONDS <= every_seconds <= MOST_SECONDS:
            message = Message(
                "From {fewest} to {most} seconds.", fewest=FEWEST_SECONDS, most=MOST_SECONDS
            )
            raise InvalidRequest.for_field("every_seconds", message)
        source.every_seconds = every_seconds


def _set_password(source: Source, before: Mapping[str, Any], password: str) -> None:
    if source.kind != SourceKind.MAILBOX:
        return
    moved = any(source.options[name] != before.get(name) for name in _BOUND_TO_PASSWORD)
    if password or moved:
        source.secret = seal(_parse_password(password))


def _parse_password(password: str) -> str:
    if not password or len(password) > PASSWORD_LENGTH or "\r" in password or "\n" in password:
        raise InvalidRequest.for_field("password", Message("Enter the password of the mailbox."))
    return password


def _describe_change(before: Mapping[str, Any], source: Source, password: str) -> dict[str, str]:
    names = [name for name, value in source.options.items() if before.get(name) != value]
    return {"settings": ", ".join([*names, *(["password"] if password else [])])}


def _record(source: Source, what: str, actor: User, **data: Any) -> None:
    """Never the password. The watched folder is of no team, and nobody makes or deletes it."""
    team: Team | None = source.team
    if team is None:
        return
    place = source.options.get("host") or source.options.get("prefix", "")
    record_managed(
        team, what, actor, source=str(source.id), name=source.name, kind=source.kind, place=place,
        **{name: value for name, value in data.items() if value},
    )  # fmt: skip
