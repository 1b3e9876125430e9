"""Who may see and do what.

Doors list through `visible_to`. Every action that a person triggers takes the person as `actor` and
checks their ability itself, through `require`, `require_locked` or `require_team`; a door need not
check before it calls one. `SYSTEM` as the actor may do everything: for workers and commands. A user
who came with a token is limited to its scopes and teams (`User.limits`), superusers too.
"""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from documents.access.abilities import ABILITIES as ABILITIES
from documents.access.abilities import EVERYBODYS, SCOPES, limits_of
from documents.access.abilities import Ability as Ability
from documents.access.abilities import AnyUser as AnyUser
from documents.access.abilities import require_scope as require_scope
from documents.access.abilities import require_unbound as require_unbound
from documents.errors import InvalidRequest, LoginRequired, NotFound, RoleTooLow
from documents.messages import Message
from documents.models import Document, Membership, SavedSearch, Team, TokenScope, User
from documents.models.document import DocumentQuerySet

#: The actor of what no person does.
SYSTEM: None = None


def teams_of(user: AnyUser) -> QuerySet[Team]:
    """The teams in which `user` may do anything at all: every team for a superuser, none without
    a log-in; of a token that is bound to teams, those."""
    if not user.is_authenticated or not user.is_active:
        return Team.objects.none()
    limits = limits_of(user)
    teams = Team.objects.all()
    if not user.is_superuser:
        teams = teams.filter(memberships__user=user)
    return teams if limits is None or limits.teams is None else teams.filter(id__in=limits.teams)


def sees_everything(user: AnyUser) -> bool:
    """Whether `user` is a superuser whom no token limits to some teams."""
    limits = limits_of(user)
    unbound = limits is None or limits.teams is None
    return user.is_authenticated and user.is_active and user.is_superuser and unbound


def administers(user: AnyUser) -> bool:
    """Whether `user` may do what only administrators may."""
    limits = limits_of(user)
    return sees_everything(user) and (limits is None or TokenScope.ADMIN in limits.scopes)


def visible_to(user: AnyUser) -> DocumentQuerySet:
    """Every document that `user` may see, those in the trash too. Raises ScopeTooNarrow."""
    require_scope(user, SCOPES[Ability.SEE])
    return _documents_in_reach(user)


def editions_visible_to(user: AnyUser, document_id: uuid.UUID) -> DocumentQuerySet:
    """All editions of the document, the newest first. Raises NotFound, ScopeTooNarrow."""
    documents = visible_to(user)
    return documents.editions_of(documents.get_or_refuse(document_id))


def other_edition(user: AnyUser, document: Document, other_id: uuid.UUID | None) -> Document:
    """An edition to compare `document` with: this one, else the one before, else the one after.
    Raises NotFound where there is none."""
    wanted = other_id or document.replaces or document.replaced_by
    others = visible_to(user).editions_of(document).exclude(id=document.id)
    found = None if wanted is None else others.filter(id=wanted).first()
    if found is None:
        message = Message("The document has no such other version.")
        raise NotFound(message, document=document.id)
    return found


def may(user: AnyUser, ability: Ability, team: Team | uuid.UUID) -> bool:
    if not user.is_authenticated or not user.is_active:
        return False
    team_id = team.id if isinstance(team, Team) else team
    limits = limits_of(user)
    if limits is not None and SCOPES[ability] not in limits.scopes:
        return False
    if limits is not None and limits.teams is not None and team_id not in limits.teams:
        return False
    if user.is_superuser:
        return True
    role = user.memberships.filter(team_id=team_id).values_list("role", flat=True).first()
    return role is not None and ability in ABILITIES[role]


def teams_where(user: AnyUser, ability: Ability) -> QuerySet[Team]:
    """The teams in which `user` may do this."""
    limits = limits_of(user)
    if limits is not None and SCOPES[ability] not in limits.scopes:
        return Team.objects.none()
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
    require_scope(actor, SCOPES[ability])
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
    if actor is None or sees_everything(actor):
        return people
    shared = Membership.objects.filter(team__in=teams_of(actor))
    return people.filter(id__in=shared.values("user"))


def saved_searches_visible_to(user: User) -> QuerySet[SavedSearch]:
    """Their own, and those of their teams; of a token that is bound to teams, only the latter."""
    own = SavedSearch.objects.filter(owner=user, team=None)
    limits = limits_of(user)
    if limits is not None and limits.teams is not None:
        own = own.none()
    of_teams = SavedSearch.objects.filter(team__in=teams_of(user))
    return (own | of_teams).select_related("owner")


def _documents_in_reach(user: AnyUser) -> DocumentQuerySet:
    if sees_everything(user):
        return Document.objects.all()
    return Document.objects.filter(team__in=teams_of(user))


def _documents_of(actor: AnyUser | None) -> DocumentQuerySet:
    documents = Document.objects.all() if actor is None else _documents_in_reach(actor)
    return documents.select_related("team")


def _require(
    actor: AnyUser | None, ability: Ability, documents: DocumentQuerySet, document_id: uuid.UUID
) -> Document:
    require_scope(actor, SCOPES[ability])
    document = documents.get_or_refuse(document_id)
    # What every member may needs no look at their role: `documents` are of their teams.
    if (
        actor is not None
        and ability not in EVERYBODYS
        and not may(actor, ability, document.team_id)
    ):
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


def team_for_upload(user: AnyUser | None, team_id: uuid.UUID | None = None) -> Team:
    """The team that an upload goes to: the one named, else the user's default, else their only one.

    SYSTEM names one. Raises NotFound for a team that is not theirs, NotAllowed for one they may
    only read, InvalidRequest when none is named and it is not clear which is meant.
    """
    require_scope(user, SCOPES[Ability.UPLOAD])
    teams = Team.objects.all() if user is None else teams_of(user)
    if team_id is not None:
        team = teams.filter(id=team_id).first()
        if team is None:
            raise NotFound(Message("There is no team {team} here.", team=team_id))
    elif user is None:
        raise InvalidRequest.for_field("team", Message("Name a team."))
    else:
        team = _own_team(user)
    if user is not None and not may(user, Ability.UPLOAD, team):
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
    own = user.memberships.filter(team__in=teams_of(user)).select_related("team")
    memberships = list(own[:2])
    default = own.filter(is_default=True).first()
    if default is not None:
        return default.team
    if len(memberships) == 1:
        return memberships[0].team
    if memberships:
        message = Message("You are in several teams and none is your default: choose one.")
    else:
        message = Message("You are in no team: ask an administrator to add you to one.")
    raise InvalidRequest.for_field("team", message)
