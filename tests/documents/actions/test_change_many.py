"""One change for many documents."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from documents.actions.change_many import MOST_DOCUMENTS, change_many, refuse_too_many
from documents.actions.parse_change import parse_change
from documents.actions.retitle import make_title
from documents.errors import InTrash, InvalidRequest, NotFound, RoleTooLow
from documents.models import Document, Membership, ReviewStatus, Role, Status
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.django_db

ADD = {"action": "tag", "add": ["invoice"]}


def test_each_document_has_its_own_outcome() -> None:
    team, other = make_team(), make_team()
    user = make_user(team=team)
    Membership.objects.create(team=other, user=user, role=Role.READER)
    plain = make_document(team, pages=["text"])
    tagged = make_document(team, pages=["text"], tags=["invoice"])
    trashed = make_document(team, pages=["text"], trashed_at="2025-01-01T00:00:00Z")
    read_only = make_document(other, pages=["text"])
    ids = [plain.id, tagged.id, trashed.id, read_only.id, make_document().id, uuid.uuid4()]

    outcomes = list(change_many([*ids, plain.id], parse_change(ADD), actor=user))

    assert [outcome.id for outcome in outcomes] == ids
    assert [outcome.changed for outcome in outcomes] == [True, False, False, False, False, False]
    assert [type(outcome.error) for outcome in outcomes] == [
        type(None), type(None), InTrash, RoleTooLow, NotFound, NotFound,
    ]  # fmt: skip
    assert list(plain.tags.values_list("name", flat=True)) == ["invoice"]


def test_what_was_told_is_done_and_the_rest_is_not_begun() -> None:
    team = make_team()
    documents = [make_document(team, pages=["text"]) for _ in range(3)]
    change = parse_change(ADD)

    outcomes = change_many([each.id for each in documents], change, actor=make_user(team=team))
    next(outcomes)
    outcomes.close()

    assert [each.tags.count() for each in documents] == [1, 0, 0]


def test_tags_are_added_and_removed_and_the_others_stay() -> None:
    document = make_document(pages=["text"], tags=["New", "kept"])
    change = parse_change({"action": "tag", "add": ["b", "B"], "remove": ["new", "absent"]})

    list(change_many([document.id], change, actor=make_user(team=document.team)))

    assert sorted(document.tags.values_list("name", flat=True)) == ["b", "kept"]


def test_titles_count_in_the_order_that_was_named() -> None:
    team = make_team()
    ids = [make_document(team, filename=f"scan {n}.pdf", pages=["text"]).id for n in range(3)]
    change = parse_change({"action": "title", "pattern": "{nn} {filename} {pages}"})

    list(change_many(ids[::-1], change, actor=make_user(team=team), first=9))

    titles = [Document.objects.get(id=id_).title for id_ in ids]
    assert titles == ["11 scan 0 1", "10 scan 1 1", "09 scan 2 1"]


def test_a_title_that_comes_out_empty_is_refused_for_that_document_alone() -> None:
    team = make_team()
    with_tag = make_document(team, pages=["text"], tags=["a", "b"])
    without = make_document(team, pages=["text"], title="stays")
    change = parse_change({"action": "title", "pattern": "{tag}"})

    first, second = change_many([with_tag.id, without.id], change, actor=make_user(team=team))

    assert first.document is not None and first.document.title == "a, b"
    assert isinstance(second.error, InvalidRequest)
    without.refresh_from_db()
    assert without.title == "stays"


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"action": "approve"}, "review_status", ReviewStatus.APPROVED),
        ({"action": "reject"}, "review_status", ReviewStatus.REJECTED),
        ({"action": "reprocess", "pages": "all"}, "status", Status.PROCESSING),
        ({"action": "trash"}, "is_trashed", True),
    ],
)
def test_other_changes_are_the_actions_of_one_document(
    given: dict[str, Any], field: str, value: object
) -> None:
    document = make_document(pages=["text"])

    (outcome,) = change_many(
        [document.id], parse_change(given), actor=make_user(team=document.team)
    )

    assert outcome.changed and getattr(outcome.document, field) == value


def test_trash_is_undone() -> None:
    document = make_document(pages=["text"])
    user = make_user(team=document.team)

    list(change_many([document.id], parse_change({"action": "trash"}), actor=user))
    list(change_many([document.id], parse_change({"action": "untrash"}), actor=user))

    document.refresh_from_db()
    assert not document.is_trashed


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "action"),
        ({"action": "purge"}, "action"),
        ({"action": ["tag"]}, "action"),
        ({"action": "tag"}, "add"),
        ({"action": "tag", "add": "a"}, "add"),
        ({"action": "tag", "add": ["a,b"]}, "add"),
        ({"action": "title", "pattern": " "}, "pattern"),
        ({"action": "title", "pattern": "{x}"}, "pattern"),
        ({"action": "title", "pattern": "a", "number": 3}, "number"),
        ({"action": "move", "team": "x"}, "team"),
        ({"action": "approve", "version": 1}, "version"),
    ],
)
def test_what_is_no_change_is_refused_before_the_first_document(
    given: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_change(given)

    assert set(refused.value.fields) == {field}


def test_there_is_a_limit() -> None:
    refuse_too_many(MOST_DOCUMENTS)
    with pytest.raises(InvalidRequest):
        refuse_too_many(MOST_DOCUMENTS + 1)


def test_a_preview_shows_the_very_title() -> None:
    document = make_document(pages=["text"], language="ru", team=make_team("Счета"))

    assert make_title(document, "{team} {language} {n}", 4) == "Счета ru 4"
