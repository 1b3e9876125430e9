"""What surrounds every page of a logged-in person: the rail with its counts, the user's menu.

A constant number of queries, whatever the archive holds, and each of them bounded.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from documents.access import (
    ABILITIES,
    Ability,
    teams_of,
    visible_to,
)
from documents.models import ArchiveIdentity, Source, Team, User, Webhook
from documents.web.saved_searches import list_entries

#: Documents to review are counted up to this many; then the rail says "999+".
MOST_COUNTED = 999
#: Saved searches in the rail; the search page has all.
MOST_SEARCHES = 12
#: How long managers are told on every page that a webhook was stopped.
TOLD_FOR = datetime.timedelta(days=14)

#: (name of the entry and of its route, icon, label), from the top.
_MAIN: tuple[tuple[str, str, str | Promise], ...] = (
    ("inbox", "inbox", _("Inbox")),
    ("review", "review", _("To review")),
    ("documents", "documents", _("All documents")),
)
_REST: tuple[tuple[str, str, str | Promise], ...] = (
    ("trash", "trash", _("Trash")),
    ("team", "team", _("Team")),
)
#: For those who manage a team.
_MANAGERS: tuple[tuple[str, str, str | Promise], ...] = (("sources", "download", _("Sources")),)
#: For those who may upload.
_UPLOADERS: tuple[tuple[str, str, str | Promise], ...] = (
    ("separator-sheets", "split", _("Separators")),
)
THEMES: tuple[tuple[str, str, str | Promise], ...] = (
    ("auto", "auto", _("As the device")),
    ("light", "sun", _("Light")),
    ("dark", "moon", _("Dark")),
)


@dataclass(frozen=True)
class Entry:
    """A line of the rail. `count`: "" for none; of sources, those that do not work. `new`: the
    count is of what the person has not seen."""

    name: str
    icon: str
    label: str | Promise
    url: str
    current: bool
    count: str = ""
    new: bool = False


@dataclass(frozen=True)
class Shell:
    main: list[Entry]
    rest: list[Entry]
    to_review: str
    searches: list[Entry]
    teams: list[Team]
    may_upload: bool
    manages: bool
    webhook_failed: bool
    is_administrator: bool
    setup_url: str
    initials: str
    theme: str
    query: str
    themes: tuple[tuple[str, str, str | Promise], ...] = field(default=THEMES)

    @property
    def in_no_team(self) -> bool:
        """Whether the person sees nothing yet, because nobody has added them to a team."""
        return not self.teams and not self.is_administrator


def build_shell(request: HttpRequest) -> Shell:
    """For a page of a logged-in person."""
    user = request.user
    assert isinstance(user, User)
    teams, may_upload, reviews, managed = _teams(user)
    to_review = _shorten(_count_to_review(user)) if reviews else ""
    return Shell(
        main=_entries(
            request,
            [entry for entry in _MAIN if reviews or not teams or entry[0] != "review"],
            {"review": to_review},
        ),
        rest=_entries(
            request,
            (*(_MANAGERS if managed else ()), *(_UPLOADERS if may_upload else ()), *_REST),
            {"sources": _shorten(_count_failing_sources(managed))},
        ),
        to_review=to_review,
        searches=_searches(request),
        teams=teams,
        may_upload=may_upload,
        manages=bool(managed),
        webhook_failed=bool(managed) and _has_failed_webhook(managed),
        is_administrator=user.is_superuser,
        setup_url=reverse("web:setup") if _is_setup_open(user) else "",
        initials=_initials(user),
        theme=read_theme(request),
        query=request.GET.get("q", "") if _is_at(request, "search") else "",
    )


def read_theme(request: HttpRequest) -> str:
    """ "light" or "dark" where the person has chosen, else "auto"."""
    chosen = request.COOKIES.get("theme", "")
    return chosen if chosen in ("light", "dark") else "auto"


def _teams(user: User) -> tuple[list[Team], bool, bool, list[Team]]:
    """Their teams, whether they may upload into one and review in one, and those they manage."""
    if user.is_superuser:
        teams = list(teams_of(user))
        return teams, bool(teams), True, teams
    memberships = list(
        user.memberships.filter(team__in=teams_of(user)).select_related("team").order_by("team")
    )
    may = any(Ability.UPLOAD in ABILITIES[each.role] for each in memberships)
    reviews = any(Ability.DECIDE in ABILITIES[each.role] for each in memberships)
    managed = [each.team for each in memberships if Ability.MANAGE in ABILITIES[each.role]]
    return [each.team for each in memberships], may, reviews, managed


def _has_failed_webhook(teams: list[Team]) -> bool:
    """Whether one was stopped after failures, and not long ago: nobody is told of it forever."""
    since = timezone.now() - TOLD_FOR
    failed = Webhook.objects.filter(team__in=teams, disabled_at__gt=since)
    return failed.exclude(disabled_reason="").exists()


def _count_failing_sources(teams: list[Team]) -> int:
    """Those of the teams that can't be used at the moment."""
    if not teams:
        return 0
    return Source.objects.filter(team__in=teams, enabled=True).exclude(error_code="").count()


def _entries(
    request: HttpRequest,
    given: Sequence[tuple[str, str, str | Promise]],
    counts: dict[str, str],
) -> list[Entry]:
    return [
        Entry(
            name,
            icon,
            label,
            reverse(f"web:{name}"),
            _is_at(request, name),
            counts.get(name, ""),
        )
        for name, icon, label in given
    ]


def _is_at(request: HttpRequest, name: str) -> bool:
    match = request.resolver_match
    if match is None:
        return False
    return match.view_name == f"web:{name}" or match.view_name.startswith(f"web:{name}-")


def _shorten(count: int) -> str:
    if not count:
        return ""
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count)


def _count_to_review(user: User) -> int:
    waiting = visible_to(user).listed().to_review().order_by()
    return waiting[: MOST_COUNTED + 1].count()


def _searches(request: HttpRequest) -> list[Entry]:
    """Those with something new first."""
    entries = sorted(list_entries(request), key=lambda each: (not each.new, each.name.casefold()))
    opened = request.GET.get("saved", "")
    return [
        Entry("saved", "saved", each.name, each.url, opened == str(each.id), each.shown_new, True)
        for each in entries[:MOST_SEARCHES]
    ]


def _is_setup_open(user: User) -> bool:
    """Whether the set-up page is still offered to the person."""
    return user.is_superuser and ArchiveIdentity.objects.filter(set_up_at=None).exists()


def _initials(user: User) -> str:
    names = [user.first_name, user.last_name]
    initials = "".join(name[:1] for name in names if name)
    return initials or user.username[:2]
