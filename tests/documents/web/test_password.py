"""People change their own password, also without the administration."""

from __future__ import annotations

import pytest
from django.test import Client

from documents.models import Team, User
from tests.documents.admin.conftest import browser_of
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NEW = "quite another secret"


def change(client: Client, old: str, new: str, again: str = "") -> str:
    values = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post("/password/", values, follow=True).content.decode()


def test_one_session_goes_on_and_every_other_ends(team: Team) -> None:
    clerk = make_user("clerk", team=team)
    here, elsewhere = browser_of(clerk), browser_of(clerk)
    assert 'href="/password/"' in here.get("/").content.decode()

    assert "The new password is set" in change(here, PASSWORD, NEW)

    assert User.objects.get(pk=clerk.pk).check_password(NEW)
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", NEW, "", "This is not your password"),
        (PASSWORD, "short", "", "too short"),
        (PASSWORD, NEW, "other", "didn’t match"),
        (PASSWORD, "a" * 12 + "\x00", "", "Null characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    team: Team, old: str, new: str, again: str, said: str
) -> None:
    clerk = make_user("clerk", team=team)

    assert said in change(browser_of(clerk), old, new, again)

    assert User.objects.get(pk=clerk.pk).check_password(PASSWORD)
