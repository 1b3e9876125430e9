"""Make a token for a program, with no more rights than its maker has at this moment."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable

import structlog
from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access.abilities import limits_of
from documents.audit.record import record_token
from documents.errors import InvalidRequest, NotFound
from documents.messages import Message
from documents.models import ApiToken, TokenScope, User
from documents.sign_in.tokens import (
    DEFAULT_VALIDITY,
    LONGEST_VALIDITY,
    create_token,
    delete_ended_tokens,
    valid_tokens_of,
)
from documents.text.validation import validate_text

NAME_LENGTH = 100
#: Tokens that one user may have at a time.
MOST_TOKENS = 100

log = structlog.get_logger(__name__)


def make_token(
    *,
    actor: User,
    name: str,
    scopes: Iterable[str],
    team_ids: Iterable[uuid.UUID] = (),
    expires_at: datetime.datetime | None = None,
) -> tuple[ApiToken, str]:
    """The token and its key, which nobody can read again.

    `team_ids`: the teams it is bound to; none: all of the actor's. `expires_at`: within ten years,
    by default in a year. An actor who came with a token gives no more than that token has: scopes,
    teams and time. Raises InvalidRequest, NotFound (a team), NotAllowed.
    """
    access.require_scope(actor, TokenScope.ADMIN)
    name = " ".join(validate_text(name, field="name").split())
    if not name or len(name) > NAME_LENGTH:
        message = Message("A name has 1 to {most} characters.", most=NAME_LENGTH)
        raise InvalidRequest.for_field("name", message)
    wanted = _check_scopes(actor, scopes)
    teams = _check_teams(actor, team_ids)
    validity = _check_validity(actor, expires_at)
    delete_ended_tokens(actor)
    if valid_tokens_of(actor).count() >= MOST_TOKENS:
        message = Message("You can have at most {most} tokens. Revoke one first.", most=MOST_TOKENS)
        raise InvalidRequest.for_field("name", message)
    with transaction.atomic():
        token, key = create_token(actor, validity, name=name, scopes=wanted, team_ids=teams)
        record_token(token, "token.made", actor)
    log.info("token_made", user_id=actor.pk, prefix=token.prefix, scopes=token.scopes)
    return token, key


def _check_scopes(actor: User, scopes: Iterable[str]) -> set[str]:
    wanted = set(scopes)
    if not wanted or wanted - set(TokenScope.values):
        message = Message(
            "{field} is one of {choices}.", field="scopes", choices=", ".join(TokenScope.values)
        )
        raise InvalidRequest.for_field("scopes", message)
    for scope in TokenScope:
        if scope.value in wanted:
            access.require_scope(actor, scope)
    return wanted


def _check_teams(actor: User, team_ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    wanted = set(team_ids)
    missing = wanted - set(access.teams_of(actor).values_list("id", flat=True))
    if missing:
        raise NotFound(Message("There is no team {team} here.", team=min(missing)))
    limits = limits_of(actor)
    if not wanted and limits is not None and limits.teams is not None:
        return set(limits.teams)
    return wanted


def _check_validity(actor: User, expires_at: datetime.datetime | None) -> datetime.timedelta:
    now = timezone.now()
    limits = limits_of(actor)
    longest = now + LONGEST_VALIDITY if limits is None else limits.expires_at
    if expires_at is None:
        return min(now + DEFAULT_VALIDITY, longest) - now
    if not now < expires_at <= longest:
        message = Message("A token ends in the future, and at {latest} at the latest.",
                          latest=longest.date().isoformat())  # fmt: skip
        raise InvalidRequest.for_field("expires_at", message)
    return expires_at - now
