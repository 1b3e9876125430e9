"""Teams, users, tags, and the language of the pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from documents.models import FIRST_TEAM_ID, Membership, Role, Tag, Team, User
from tests.factories import PASSWORD, make_document, make_team, make_user

pytestmark = pytest.mark.any_database


def test_an_administrator_makes_a_team_with_its_members(root_browser: Client, db: None) -> None:
    clerk = make_user("clerk")

    root_browser.post(
        reverse("admin:documents_team_add"),
        {
            "name": "Archive",
            **_inline("memberships", {"user": clerk.pk, "role": "reviewer", "is_default": "on"}),
        },
    )

    membership = Membership.objects.get(user=clerk)
    assert (membership.team.name, membership.role) == ("Archive", Role.REVIEWER)
    assert membership.is_default


def test_a_new_default_team_takes_the_place_of_the_old(root_browser: Client, team: Team) -> None:
    clerk = make_user("clerk", team=team, is_default=True)
    second = make_team("Second")

    root_browser.post(
        reverse("admin:documents_team_change", args=[second.id]),
        {
            "name": "Second",
            **_inline("memberships", {"user": clerk.pk, "role": "reviewer", "is_default": "on"}),
        },
    )

    assert Membership.objects.get(user=clerk, is_default=True).team == second
    assert Membership.objects.filter(user=clerk).count() == 2


def test_nobody_is_in_a_team_twice(root_browser: Client, team: Team) -> None:
    clerk = make_user("clerk", team=team)

    answer = root_browser.post(
        reverse("admin:documents_team_change", args=[team.id]),
        {
            "name": team.name,
            **_inline(
                "memberships", {"user": clerk.pk, "role": "manager"}, kept=clerk.memberships.get()
            ),
        },
    )

    assert answer.status_code == 200, "the form is shown again, with the reason"
    assert clerk.memberships.count() == 1


def test_members_see_their_team_and_change_nothing(browser: Client, team: Team) -> None:
    address = reverse("admin:documents_team_change", args=[team.id])

    page = browser.get(address).content.decode()
    answer = browser.post(address, {"name": "Taken over"})

    team.refresh_from_db()
    assert "reviewer" in page
    assert answer.status_code == 403
    assert team.name == "Accounts"


def test_a_team_with_documents_stays(root_browser: Client, team: Team) -> None:
    make_document(team)

    root_browser.post(reverse("admin:documents_team_delete", args=[team.id]), {"post": "yes"})

    assert Team.objects.filter(id=team.id).exists()


def test_a_new_user_can_log_in_to_the_admin(root_browser: Client, team: Team) -> None:
    root_browser.post(
        reverse("admin:documents_user_add"),
        {
            "username": "clerk",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "is_staff": "on",
            "team": str(team.id),
            "role": "reviewer",
        },
    )

    clerk = User.objects.get(username="clerk")
    client = Client()
    client.post(reverse("log-in"), {"username": "clerk", "password": PASSWORD})
    assert clerk.memberships.get().team == team
    assert client.get(reverse("admin:documents_document_changelist")).status_code == 200


def test_renaming_a_tag_changes_the_documents_that_carry_it(browser: Client, team: Team) -> None:
    document, other = make_document(team, tags=["scnas"]), make_document(team)
    tag = Tag.objects.get()

    browser.post(reverse("admin:documents_tag_change", args=[tag.id]), {"name": "scans"})

    before, before_other = document.version, other.version
    document.refresh_from_db()
    other.refresh_from_db()
    assert [tag.name for tag in document.tags.all()] == ["scans"]
    assert document.version == before + 1
    assert other.version == before_other


def test_a_tags_name_is_taken_once(browser: Client, team: Team) -> None:
    Tag.objects.create(team=team, name="Сканы")
    tag = Tag.objects.create(team=team, name="other")

    answer = browser.post(reverse("admin:documents_tag_change", args=[tag.id]), {"name": "сканы"})

    tag.refresh_from_db()
    assert tag.name == "other"
    assert answer.status_code == 200


def test_the_first_team_is_not_deleted_even_when_it_is_empty(root_browser: Client) -> None:
    first = Team.objects.create(id=FIRST_TEAM_ID, name="Main")
    empty = make_team("Empty")

    for team in (first, empty):
        root_browser.post(reverse("admin:documents_team_delete", args=[team.id]), {"post": "yes"})

    assert list(Team.objects.all()) == [first]


def test_the_first_team_is_not_deleted_among_others_either(root_browser: Client) -> None:
    first = Team.objects.create(id=FIRST_TEAM_ID, name="Main")
    chosen = [first.pk, make_team("Empty").pk]

    root_browser.post(
        reverse("admin:documents_team_changelist"),
        {"action": "delete_selected", "_selected_action": chosen, "post": "yes"},
    )

    assert Team.objects.filter(id=FIRST_TEAM_ID).exists()


def test_a_deleted_tag_is_taken_off_its_documents(browser: Client, team: Team) -> None:
    document = make_document(team, tags=["scans"])

    browser.post(
        reverse("admin:documents_tag_delete", args=[Tag.objects.get().id]), {"post": "yes"}
    )

    before = document.version
    document.refresh_from_db()
    assert not Tag.objects.exists()
    assert document.version == before + 1


def test_a_reader_changes_no_tags(reader_browser: Client, team: Team) -> None:
    tag = Tag.objects.create(team=team, name="kept")

    reader_browser.post(reverse("admin:documents_tag_delete", args=[tag.id]), {"post": "yes"})
    reader_browser.post(reverse("admin:documents_tag_change", args=[tag.id]), {"name": "gone"})

    assert Tag.objects.get().name == "kept"


def test_the_language_is_switched_and_stays(browser: Client) -> None:
    index = reverse("admin:index")

    answer = browser.post(reverse("set_language"), {"language": "ru", "next": index})

    assert answer.headers["Location"] == index
    assert "Документы" in browser.get(index).content.decode()
    browser.post(reverse("set_language"), {"language": "en", "next": index})
    assert "Documents" in browser.get(index).content.decode()


def _inline(
    prefix: str, row: dict[str, object], kept: Membership | None = None
) -> dict[str, object]:
    """A formset's fields with one new row, after the one that is there already."""
    rows = {f"{prefix}-{int(kept is not None)}-{name}": value for name, value in row.items()}
    if kept is not None:
        rows |= {
            f"{prefix}-0-id": kept.pk,
            f"{prefix}-0-user": kept.user_id,
            f"{prefix}-0-team": kept.team_id,
            f"{prefix}-0-role": kept.role,
        }
    initial = int(kept is not None)
    return {
        f"{prefix}-TOTAL_FORMS": initial + 1,
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
        **rows,
    }
