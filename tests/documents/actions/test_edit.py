"""What a person says of a document."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from documents.actions.edit import edit
from documents.actions.trash import trash
from documents.errors import Conflict, InvalidRequest, NotFound
from documents.models import Document
from documents.models.event import Event, EventKind
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db


def tags_of(document: Document) -> set[str]:
    return set(document.tags.values_list("name", flat=True))


def test_title_language_and_tags_are_changed_at_once() -> None:
    document = make_document(tags=["old"])
    user = make_user(team=document.team)

    edit(document.id, actor=user, title=" Новый ", language="RU", tags=["new", "old"])

    document.refresh_from_db()
    assert (document.title, document.language, document.version) == ("Новый", "ru", 2)
    assert tags_of(document) == {"new", "old"}
    event = Event.objects.get()
    assert (event.kind, event.actor) == (EventKind.EDITED, user)
    assert event.data == {"changed": ["title", "language", "tags"], "version": 2}


def test_what_is_not_named_stays() -> None:
    document = make_document(title="a", language="ru", tags=["t"])

    edit(document.id, actor=None, language="")

    document.refresh_from_db()
    assert (document.title, document.language) == ("a", "")
    assert tags_of(document) == {"t"}


def test_saying_what_is_said_already_changes_nothing() -> None:
    document = make_document(title="a", language="ru", tags=["Tag"])

    edit(document.id, actor=None, title="a", language="ru", tags=["tag"])

    document.refresh_from_db()
    assert document.version == 1
    assert not Event.objects.exists()


def test_all_tags_may_be_taken_away() -> None:
    document = make_document(tags=["t"])

    edit(document.id, actor=None, tags=[])

    assert tags_of(document) == set()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"language": "rus"}, "language"),
        ({"tags": ["x" * 101]}, "tags"),
        ({"tags": ["one, two"]}, "tags"),
        ({"tags": [f"tag {number}" for number in range(51)]}, "tags"),
        ({"tags": ["one, two"], "tags_seen": []}, "tags"),
        ({"tags": [f"tag {number}" for number in range(51)], "tags_seen": []}, "tags"),
        ({"title": "ok", "language": "?"}, "language"),
    ],
)
def test_what_makes_no_sense_changes_nothing(change: dict[str, Any], field: str) -> None:
    document = make_document(title="before")

    with pytest.raises(InvalidRequest) as caught:
        edit(document.id, actor=None, **change)

    assert set(caught.value.fields) == {field}
    document.refresh_from_db()
    assert (document.title, document.version) == ("before", 1)


def test_what_lies_in_the_trash_or_is_not_there_is_not_changed() -> None:
    document = make_document()
    trash(document.id, actor=None)

    with pytest.raises(Conflict):
        edit(document.id, actor=None, title="x")
    with pytest.raises(NotFound):
        edit(uuid.uuid4(), actor=None, title="x")


@pytest.mark.parametrize("change", [{"title": "a\x00b"}, {"tags": ["fine", "a\x00b"]}])
def test_a_text_that_no_database_keeps_is_refused_by_name(change: dict[str, Any]) -> None:
    document = make_document(title="a", tags=["t"])

    with pytest.raises(InvalidRequest) as caught:
        edit(document.id, actor=None, **change)

    assert set(caught.value.fields) == set(change)
    document.refresh_from_db()
    assert (document.title, tags_of(document)) == ("a", {"t"})


@pytest.mark.parametrize(
    ("tags", "left"),
    [
        (["Kept", "taken", "added"], {"kept", "added", "theirs"}),
        (["kept"], {"kept", "theirs"}),
        ([], {"theirs"}),
        (["kept", "taken", "THEIRS"], {"kept", "theirs"}),
    ],
)
def test_tags_that_others_gave_or_took_meanwhile_stay_given_and_taken(
    tags: list[str], left: set[str]
) -> None:
    document = make_document(tags=["kept", "theirs"])

    edit(document.id, actor=None, tags=tags, tags_seen=["kept", "taken"])

    assert tags_of(document) == left


def test_two_people_together_give_no_more_tags_than_one_may() -> None:
    document = make_document(tags=[f"theirs {number}" for number in range(30)])

    with pytest.raises(InvalidRequest):
        edit(document.id, actor=None, tags=[f"mine {n}" for n in range(30)], tags_seen=[])

    assert document.tags.count() == 30
