"""Who may see and do what.

Doors list through `visible_to`. Every action that a person triggers takes the person as `actor` and
checks their ability itself, through `require`, `require_locked` or `require_team`; a door need not
check before it calls one. `SYSTEM` as the actor may do everything: for workers and commands.
"""

from __future__ import annotations

import enum
import uuid

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from documents.errors import InvalidRequest, LoginRequired, NotFound, RoleTooLow
from documents.messages import Message
from documents.models import Document, Membership, Role, SavedSearch, Team, User
from documents.models.document import DocumentQuerySet

AnyUser = User | AnonymousUser

#: The actor of what no person does.
SYSTEM: None = None


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


def teams_of(user: AnyUser) -> QuerySet[Team]:
    """The teams whose documents `user` may see: all for a superuser, none without a log-in."""
    if not user.is_authenticated or not user.is_active:
        return Team.objects.none()
    if user.is_superuser:
        return Team.objects.all()
    return Team.objects.filter(memberships__user=user)


def visible_to(user: AnyUser) -> DocumentQuerySet:
    """Every document that `user` may see, those in the trash too."""
    if user.is_authenticated and user.is_active and user.is_superuser:
        return Document.objects.all()
    return Document.objects.filter(team__in=teams_of(user))


def may(user: AnyUser, ability: Ability, team: Team | uuid.UUID) -> bool:
    if not user.is_authenticated or not user.is_active:
        return False
    if user.is_superuser:
        return True
    team_id = team.id if isinstance(team, Team) else team
    role = user.memberships.filter(team_id=team_id).values_list("role", flat=True).first()
    return role is not None and ability in ABILITIES[role]


def teams_where(user: AnyUser, ability: Ability) -> QuerySet[Team]:
    """The teams in which `user` may do this."""
    if user.is_authenticated and user.is_superuser:
        return teams_of(user)
    roles = [role for role, abilities in ABILITIES.items() if ability in abilities]
    own = Membership.objects.filter(user=user.pk, role__in=roles)
    return teams_of(user).filter(id__in=own.values("team"))


def may_somewhere(user: AnyUser, ability: Ability) -> bool:
    """Whether there is any team in which `user` may do this."""
    return teams_where(user, ability).exists()


def require(actor: AnyUser | None, ability: Ability, document_id: uuid.UUID) -> Document:
    """The document, if `actor` may do this to it.

    Raises NotFound where it does not exist or they may not see it, NotAllowed where their role in
    its team is too small.
    """
    return _require(actor, ability, _documents_of(actor), document_id)


def require_locked(actor: AnyUser | None, ability: Ability, document_id: uuid.UUID) -> Document:
    """As `require`, with the document's row locked until the transaction ends."""
    documents = _documents_of(actor).select_for_update(of=("self",))
    return _require(actor, ability, documents, document_id)


def require_team(actor: AnyUser | None, ability: Ability, team_id: uuid.UUID) -> Team:
    """The team, if `actor` may do this in it. Raises NotFound, NotAllowed."""
    teams = Team.objects.all() if actor is None else teams_of(actor)
    team = teams.filter(id=team_id).first()
    if team is None:
        raise NotFound(Message("There is no team {team} here.", team=team_id))
    if actor is not None and not may(actor, ability, team):
        raise _role_too_low(team)
    return team


def require_membership(actor: AnyUser | None, membership_id: int) -> Membership:
    """The membership, its row locked, if `actor` manages its team. Raises NotFound, NotAllowed."""
    memberships = Membership.objects.select_for_update(of=("self",)).select_related("team", "user")
    if actor is not None:
        memberships = memberships.filter(team__in=teams_of(actor))
    membership = memberships.filter(pk=membership_id).first()
    if membership is None:
        raise NotFound(Message("There is no such member here."))
    require_team(actor, Ability.MANAGE, membership.team_id)
    return membership


def people_known_to(actor: AnyUser | None) -> QuerySet[User]:
    """Active people whom `actor` shares a team with; for administrators everybody."""
    people = User.objects.filter(is_active=True)
    if actor is None or actor.is_superuser:
        return people
    shared = Membership.objects.filter(team__in=teams_of(actor))
    return people.filter(id__in=shared.values("user"))


def saved_searches_visible_to(user: User) -> QuerySet[SavedSearch]:
    """Their own, and those of their teams."""
    own = SavedSearch.objects.filter(owner=user, team=None)
    of_teams = SavedSearch.objects.filter(team__in=teams_of(user))
    return (own | of_teams).select_related("owner")


def _documents_of(actor: AnyUser | None) -> DocumentQuerySet:
    documents = Document.objects.all() if actor is None else visible_to(actor)
    return documents.select_related("team")


def _require(
    actor: AnyUser | None, ability: Ability, documents: DocumentQuerySet, document_id: uuid.UUID
) -> Document:
    document = documents.get_or_refuse(document_id)
    if actor is not None and not may(actor, ability, document.team_id):
        raise _role_too_low(document.team, document_id)
    return document


def _role_too_low(team: Team, document_id: uuid.UUID | None = None) -> RoleTooLow:
    return RoleTooLow(
        Message(
            "Your role in the team “{team}” does not allow this. Ask one of its managers.",
            team=team.name,
        ),
        document=document_id,
    )


def team_for_upload(user: AnyUser, team_id: uuid.UUID | None = None) -> Team:
    """The team that an upload goes to: the one named, else the user's default, else their only one.

    Raises NotFound for a team that is not theirs, NotAllowed for one they may only read,
    InvalidRequest when none is named and it is not clear which is meant.
    """
    teams = teams_of(user)
    if team_id is not None:
        team = teams.filter(id=team_id).first()
        if team is None:
            raise NotFound(Message("There is no team {team} here.", team=team_id))
    else:
        team = _own_team(user)
    if not may(user, Ability.UPLOAD, team):
        raise RoleTooLow(
            Message(
                "Your role in the team “{team}” does not allow uploads. Ask one of its managers.",
                team=team.name,
            )
        )
    return team


def _own_team(user: AnyUser) -> Team:
    if isinstance(user, AnonymousUser):
        raise LoginRequired(Message("Log in to upload."))
    memberships = list(user.memberships.select_related("team")[:2])
    default = user.memberships.select_related("team").filter(is_default=True).first()
    if default is not None:
        return default.team
    if len(memberships) == 1:
        return memberships[0].team
    if memberships:
        message = Message("You are in several teams and none is your default: choose one.")
    else:
        message = Message("You are in no team: ask an administrator to add you to one.")
    raise InvalidRequest.for_field("team", message)
