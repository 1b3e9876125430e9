"""/account/tokens/: a person makes a token, sees its key once, revokes it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from documents.models import ApiToken, Team, User
from documents.sign_in.tokens import create_token
from tests.factories import make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

URL = "/account/tokens/"


def make(browser: Client, **given: Any) -> str:
    form = {"name": "Scanner", "scopes": ["write"], "days": "90", **given}
    return browser.post(URL, form).content.decode()


def test_the_key_is_shown_once_and_opens_the_api(browser: Client) -> None:
    page = make(browser, scopes=["read"])

    [key] = re.findall(r'value="(ocr_[0-9a-f]{64})"', page)
    assert key not in browser.get(URL).content.decode()
    assert Client(headers={"x-api-key": key}).get("/api/v1/documents/").status_code == 200


def test_a_token_has_the_chosen_scopes_teams_and_end(
    browser: Client, reviewer: User, team: Team
) -> None:
    make_team("Others").memberships.create(user=reviewer, role="reader")

    make(browser, scopes=["read", "review"], teams=[str(team.id)])

    token = ApiToken.objects.get()
    assert (token.name, token.scopes) == ("Scanner", ["read", "review"])
    assert token.team_ids == [str(team.id)]
    assert 89 <= (token.expires_at - token.created_at).days <= 90


@pytest.mark.parametrize("days", ["30", "3650"])
def test_every_offered_time_is_accepted(browser: Client, days: str) -> None:
    make(browser, days=days)

    assert ApiToken.objects.count() == 1


def test_what_is_missing_is_said_and_nothing_is_made(browser: Client) -> None:
    page = make(browser, name="", scopes=[])

    assert page.count('class="error"') == 2
    assert not ApiToken.objects.exists()


def test_a_revoked_token_is_gone_from_the_page(browser: Client, reviewer: User) -> None:
    token, _ = create_token(reviewer, name="Old scanner")
    assert "Old scanner" in browser.get(URL).content.decode()

    page = browser.post(f"{URL}{token.public_id}/revoke/", follow=True).content.decode()

    assert "Old scanner" not in page


def test_a_foreign_token_is_neither_shown_nor_revoked(browser: Client) -> None:
    token, _ = create_token(make_user(), name="Foreign")

    assert "Foreign" not in browser.get(URL).content.decode()
    browser.post(f"{URL}{token.public_id}/revoke/")

    token.refresh_from_db()
    assert token.revoked_at is None


def test_many_tokens_cost_as_many_queries_as_few(
    browser: Client, reviewer: User, django_assert_max_num_queries: Any
) -> None:
    for number in (1, 30):
        for _ in range(number):
            create_token(reviewer, name="a")
        with django_assert_max_num_queries(12):
            assert browser.get(URL).status_code == 200
