"""What belongs to another team does not exist, on every page of the admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import Membership, Role, Status, Tag, Team
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_team, make_user

Url = Callable[..., str]


def test_the_list_has_only_the_own_teams_documents(
    browser: Client, stranger_browser: Client, root_browser: Client, team: Team, url: Url
) -> None:
    make_document(team, title="Our secret", tags=["hush"])

    for client, seen in ((browser, True), (root_browser, True), (stranger_browser, False)):
        page = client.get(url("changelist")).content.decode()
        assert ("Our secret" in page) is seen
        assert ("hush" in page) is seen


def test_a_strangers_document_is_like_one_that_never_was(
    stranger_browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, title="Our secret", pages=["Text of ours"])
    gone = make_document(make_team())
    gone_url = url("change", gone)
    gone.delete()

    answers = [
        stranger_browser.get(address, follow=True)
        for address in (url("change", document), gone_url)
    ]

    for answer in answers:
        assert answer.redirect_chain == [(url("changelist"), 302)]
        assert "There is no such document here." in answer.content.decode()
        assert "ours" not in answer.content.decode()


@pytest.mark.parametrize("verb", ["approve", "reject", "trash", "restore", "read-again"])
def test_a_stranger_can_do_nothing_to_it(
    verb: str, stranger_browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["text"])

    stranger_browser.post(url("verb", document, verb), {"pages": "all"})

    before = document.version
    document.refresh_from_db()
    assert document.version == before


def test_progress_of_a_strangers_document_is_not_told(
    stranger_browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, status=Status.PROCESSING)

    assert stranger_browser.get(f"{url('progress')}?ids={document.id}").json() == {}


def test_teams_and_tags_of_others_are_not_listed(stranger_browser: Client, team: Team) -> None:
    tag = Tag.objects.create(team=team, name="hush")

    for address in (
        reverse("admin:documents_team_changelist"),
        reverse("admin:documents_tag_changelist"),
    ):
        page = stranger_browser.get(address).content.decode()
        assert "Accounts" not in page
        assert "hush" not in page
    for address in (
        reverse("admin:documents_team_change", args=[team.id]),
        reverse("admin:documents_tag_change", args=[tag.id]),
    ):
        assert stranger_browser.get(address).status_code == 302


def test_a_tag_can_not_be_put_into_anothers_team(stranger_browser: Client, team: Team) -> None:
    stranger_browser.post(
        reverse("admin:documents_tag_add"), {"team": str(team.id), "name": "planted"}
    )

    assert not Tag.objects.filter(name="planted").exists()


def test_bulk_actions_reach_only_what_is_listed(
    stranger_browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team)

    stranger_browser.post(
        url("changelist"), {"action": "move_to_trash", "_selected_action": [str(document.id)]}
    )

    document.refresh_from_db()
    assert not document.is_trashed


def test_who_is_in_a_team_needs_no_other_permission(browser: Client, team: Team, url: Url) -> None:
    make_document(team, title="Ours")

    assert "Ours" in browser.get(url("changelist")).content.decode()
    assert url("changelist") in browser.get(reverse("admin:index")).content.decode()


def test_who_left_the_team_sees_nothing_more(team: Team, url: Url) -> None:
    user = make_user(team=team, role=Role.MANAGER, is_staff=True)
    client = browser_of(user)
    document = make_document(team, title="Ours")
    Membership.objects.filter(user=user).delete()

    assert client.get(url("changelist")).status_code == 403
    assert client.get(url("change", document)).status_code == 302


def test_users_are_the_business_of_administrators(browser: Client, root_browser: Client) -> None:
    address = reverse("admin:documents_user_changelist")

    assert browser.get(address).status_code == 403
    assert root_browser.get(address).status_code == 200


def test_the_first_page_counts_only_what_one_may_see(
    browser: Client, stranger_browser: Client, team: Team
) -> None:
    make_document(team, status=Status.PROCESSING, pages=[None])

    index = reverse("admin:index")
    assert "1 document is being read" in browser.get(index).content.decode()
    assert "No document is waiting." in stranger_browser.get(index).content.decode()
