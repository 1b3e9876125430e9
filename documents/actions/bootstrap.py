"""The first team and the first administrator of an archive that has none."""

from __future__ import annotations

import itertools
import secrets

from django.db import transaction

from documents.models import FIRST_TEAM_ID, Membership, Role, Team, User

ADMIN = "admin"
FIRST_TEAM = "Main"


def ensure_first_team_and_admin(password: str | None) -> str | None:
    """Create what is missing; safe to run at every start.

    Where there is no superuser at all, creates `admin` with `password`, or with a generated one,
    which is returned, this once, to be shown. Returns None in every other case. A password that
    is given later does not change an existing account.
    """
    with transaction.atomic():
        team, _ = Team.objects.get_or_create(id=FIRST_TEAM_ID, defaults={"name": _choose_name})
        generated = None
        if not User.objects.filter(is_superuser=True).exists():
            generated = None if password else secrets.token_urlsafe(12)
            admin, _ = User.objects.get_or_create(username=ADMIN)
            admin.is_superuser = admin.is_staff = admin.is_active = True
            admin.set_password(password or generated)
            admin.has_generated_password = generated is not None
            admin.save()
        administrator = User.objects.filter(is_superuser=True).order_by("id").first()
        if administrator is not None and not administrator.memberships.exists():
            Membership.objects.create(
                team=team, user=administrator, role=Role.MANAGER, is_default=True
            )
    return generated


def _choose_name() -> str:
    """A name for the first team that no other team has."""
    taken = set(Team.objects.values_list("name", flat=True))
    names = itertools.chain([FIRST_TEAM], (f"{FIRST_TEAM} {n}" for n in itertools.count(2)))
    return next(name for name in names if name not in taken)
