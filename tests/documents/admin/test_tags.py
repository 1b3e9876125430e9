"""The tags' list: what a tag is called, and the documents that carry it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from documents.models import Tag, Team
from tests.factories import make_document, make_team

Url = Callable[..., str]

LIST = "admin:documents_tag_changelist"


def counts(client: Client) -> dict[str, int]:
    """What the list says of each tag."""
    page = client.get(reverse(LIST)).content.decode()
    rows = re.findall(r'>([^<>]+)</a></th>.*?\?tag=[\w-]+">(\d+)</a>', page, re.DOTALL)
    return {name: int(number) for name, number in rows}


def test_a_tag_leads_to_its_documents_and_says_how_many_there_are(
    browser: Client, team: Team, url: Url
) -> None:
    make_document(team, title="Lease", tags=["scans", "old"])
    make_document(team, tags=["scans"])
    make_document(team, tags=["scans"], trashed_at=timezone.now())
    Tag.objects.create(team=team, name="unused")

    assert counts(browser) == {"old": 1, "scans": 2, "unused": 0}

    old = Tag.objects.get(name="old")
    address = f"{url('changelist')}?tag={old.id}"
    assert f'href="{address}"' in browser.get(reverse(LIST)).content.decode()
    assert 'data-title="Lease"' in browser.get(address).content.decode()


def test_documents_of_other_teams_are_not_counted(
    browser: Client, root_browser: Client, team: Team
) -> None:
    make_document(team, tags=["scans"])
    astray = make_document(make_team())
    astray.tags.add(Tag.objects.get())

    assert counts(browser) == {"scans": 1}
    assert counts(root_browser) == {"scans": 1}


def test_more_tags_cost_no_more_queries(browser: Client, team: Team) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            counts(browser)
        return len(caught)

    make_document(team, tags=["one"])
    few = queries()
    make_document(team, tags=[f"tag {number}" for number in range(20)])

    assert queries() == few


@pytest.mark.parametrize("view", ["add", "change"])
def test_a_name_with_a_comma_is_refused_with_the_reason(
    view: str, browser: Client, team: Team
) -> None:
    tag = Tag.objects.create(team=team, name="old")
    address = reverse(f"admin:documents_tag_{view}", args=[tag.id] if view == "change" else [])

    answer = browser.post(address, {"team": str(team.id), "name": "old, new"})

    assert "has a comma in its name" in answer.content.decode()
    assert [tag.name for tag in Tag.objects.all()] == ["old"]


def test_before_a_tag_goes_it_is_told_from_how_many_documents(browser: Client, team: Team) -> None:
    for number in range(3):
        make_document(team, title=f"Secret {number}", tags=["scans"])
    tag = Tag.objects.get()

    alone = browser.get(reverse("admin:documents_tag_delete", args=[tag.id])).content.decode()
    among = browser.post(
        reverse(LIST), {"action": "delete_selected", "_selected_action": [str(tag.id)]}
    ).content.decode()

    for page in (alone, among):
        assert "“scans” is removed from 3 documents" in page
        assert "Document_tags object" not in page
        assert "Secret" not in page


def test_several_tags_go_at_once(browser: Client, team: Team) -> None:
    document = make_document(team, tags=["one", "two", "three"])
    chosen = [str(tag.id) for tag in Tag.objects.exclude(name="three")]

    browser.post(
        reverse(LIST), {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    )

    assert [tag.name for tag in document.tags.all()] == ["three"]


def test_a_readers_tags_do_not_go_among_others(reader_browser: Client, team: Team) -> None:
    tag = Tag.objects.create(team=team, name="kept")

    reader_browser.post(
        reverse(LIST),
        {"action": "delete_selected", "_selected_action": [str(tag.id)], "post": "yes"},
    )

    assert Tag.objects.exists()
