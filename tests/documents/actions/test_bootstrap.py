"""What every start makes sure of."""

from __future__ import annotations

import pytest

from documents.actions.bootstrap import ensure_first_team_and_admin
from documents.models import FIRST_TEAM_ID, Team
from tests.factories import make_team

pytestmark = pytest.mark.django_db


def test_an_archive_begins_with_a_team_called_main() -> None:
    ensure_first_team_and_admin("secret")

    assert Team.objects.get().name == "Main"
    assert Team.objects.get().id == FIRST_TEAM_ID


def test_the_first_team_is_made_beside_others_that_have_its_name() -> None:
    make_team("Main")
    make_team("Main 2")

    ensure_first_team_and_admin("secret")

    assert Team.objects.get(id=FIRST_TEAM_ID).name == "Main 3"


def test_a_first_team_that_has_another_name_keeps_it() -> None:
    Team.objects.create(id=FIRST_TEAM_ID, name="Accounts")

    ensure_first_team_and_admin("secret")

    assert Team.objects.get().name == "Accounts"
