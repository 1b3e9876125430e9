"""What each role may do in a team, and what a token's scopes let its holder do of that.

`documents.access` applies both to users, teams and documents.
"""

from __future__ import annotations

import enum

from django.contrib.auth.models import AnonymousUser

from documents.errors import ScopeTooNarrow
from documents.messages import Message
from documents.models import Role, TokenLimits, TokenScope, User

AnyUser = User | AnonymousUser


class Ability(enum.Enum):
    """What a member may do with a team and its documents."""

    SEE = "see"
    UPLOAD = "upload"
    EDIT = "edit"
    CORRECT = "correct"
    DECIDE = "decide"
    REPROCESS = "reprocess"
    TRASH = "trash"
    #: Put on legal hold, and lift it.
    HOLD = "hold"
    #: Delete for good what lies in the trash.
    PURGE = "purge"
    #: Members, their roles, the team's name and rules, the audit.
    MANAGE = "manage"


_MANAGER = frozenset(Ability)
_REVIEWER = _MANAGER - {Ability.MANAGE, Ability.HOLD, Ability.PURGE}

ABILITIES: dict[str, frozenset[Ability]] = {
    Role.READER: frozenset({Ability.SEE}),
    Role.REVIEWER: _REVIEWER,
    Role.MANAGER: _MANAGER,
}

#: What every member of a team may do.
EVERYBODYS = frozenset.intersection(*ABILITIES.values())

#: The scope that a token needs for each ability.
SCOPES: dict[Ability, TokenScope] = {
    Ability.SEE: TokenScope.READ,
    Ability.UPLOAD: TokenScope.WRITE,
    Ability.EDIT: TokenScope.WRITE,
    Ability.CORRECT: TokenScope.REVIEW,
    Ability.DECIDE: TokenScope.REVIEW,
    Ability.REPROCESS: TokenScope.WRITE,
    Ability.TRASH: TokenScope.WRITE,
    Ability.HOLD: TokenScope.ADMIN,
    Ability.PURGE: TokenScope.ADMIN,
    Ability.MANAGE: TokenScope.ADMIN,
}


def limits_of(user: AnyUser | None) -> TokenLimits | None:
    """What the token of the request is limited to; None without one."""
    return getattr(user, "limits", None)


def require_scope(user: AnyUser | None, scope: TokenScope) -> None:
    """Raises ScopeTooNarrow where `user` came with a token that lacks this scope."""
    limits = limits_of(user)
    if limits is not None and scope not in limits.scopes:
        message = Message(
            "This token has not the scope “{scope}”. Use one that has it.", scope=scope.value
        )
        raise ScopeTooNarrow(message)


def require_unbound(user: AnyUser | None) -> None:
    """Raises ScopeTooNarrow where `user` came with a token that is bound to teams: for what
    concerns a whole account."""
    limits = limits_of(user)
    if limits is not None and limits.teams is not None:
        raise ScopeTooNarrow(
            Message("This token is bound to teams, and this concerns all of yours. Name a team.")
        )
