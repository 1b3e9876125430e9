"""The filters of a list of documents that search does not have."""

from __future__ import annotations

import datetime

import pytest

from documents.models import Document, Priority, ReviewStatus, Role, Status
from documents.search.query.document_filters import (
    LIST_FILTERS,
    filter_documents,
    in_work_or_failed,
)
from documents.search.query.filters import InvalidFilters, parse_filters, parse_valid_filters
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.django_db


def test_by_flag_owner_and_year() -> None:
    team = make_team()
    owner = make_user("olga", team=team)
    wanted = make_document(
        team,
        created_by=owner,
        flags=["disputed", "damaged"],
        created_at=datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc),
    )
    make_document(team, flags=["damaged"])

    for filters in ({"owner": ["olga"]}, {"flag": ["disputed", "lookalikes"]}, {"year": ["2024"]}):
        parsed = parse_filters(filters, LIST_FILTERS)
        assert list(filter_documents(owner, parsed)) == [wanted]


def test_by_what_read_them_and_how_surely() -> None:
    team = make_team()
    user = make_user(team=team)
    old = make_document(
        team,
        confidence=0.5,
        engines=[{"engine": "tesseract", "version": "5.3.0 rus+eng", "pages": 2}],
    )
    both = make_document(
        team,
        confidence=0.9,
        priority=Priority.HIGH,
        engines=[
            {"engine": "paddleocr-vl", "version": "3.3.0 v1", "pages": 2},
            {"engine": "tesseract", "version": "5.3.01 eng", "pages": 1},
        ],
    )
    make_document(team)

    def found(**filters: list[str]) -> set[Document]:
        return set(filter_documents(user, parse_filters(filters, LIST_FILTERS)))

    assert found(engine=["tesseract"]) == {old, both}
    assert found(engine=["paddleocr-vl"]) == {both}
    assert found(engine_version=["5.3.0"]) == {old}
    assert found(engine_version=["5"]) == {old, both}
    assert found(engine_version=["5.3.0 rus+eng", "3.3.0"]) == {old, both}
    assert found(engine=["tesseract"], engine_version=["3.3.0"]) == set()
    assert found(engine=["tesseract"], confidence_below=["0.9"]) == {old}
    assert found(priority=["high", "low"]) == {both}


@pytest.mark.parametrize("value", ["1.5", "-0.1", "nan", "much"])
def test_a_confidence_is_a_share(value: str) -> None:
    with pytest.raises(InvalidFilters):
        parse_filters({"confidence_below": [value]}, LIST_FILTERS)


def test_the_inbox_has_what_nobody_decided_on() -> None:
    team = make_team()
    user = make_user(team=team, role=Role.READER)
    new = make_document(team, pages=["text"])
    working = make_document(team, status=Status.PROCESSING, pages=[None])
    failed = make_document(team, status=Status.FAILED)
    make_document(team, pages=["text"], review_status=ReviewStatus.APPROVED)
    make_document(team, pages=["text"], review_status=ReviewStatus.REJECTED)
    make_document(team, pages=["text"], trashed_at="2025-01-01T00:00:00Z")
    make_document(pages=["text"])

    inbox = filter_documents(user, {"box": ["inbox"]})

    assert set(inbox) == {new, working, failed}
    assert set(in_work_or_failed(inbox)) == {working, failed}


def test_a_document_has_all_of_the_tags() -> None:
    team = make_team()
    both = make_document(team, tags=["счёт", "2024"])
    make_document(team, tags=["Счёт"])

    found = filter_documents(make_user(team=team), {"tag": ["СЧЁТ", "2024"]})

    assert list(found) == [both]


def test_names_and_values_are_checked() -> None:
    with pytest.raises(InvalidFilters) as refused:
        parse_filters({"flag": ["x"], "owner": [" "], "colour": ["red"]}, LIST_FILTERS)

    assert set(refused.value.problems) == {"flag", "owner", "colour"}
    given = {"flag": ["x", "damaged"], "colour": ["red"]}
    assert parse_valid_filters(given, LIST_FILTERS) == {"flag": ["damaged"]}


def test_a_search_does_not_take_what_only_a_list_has() -> None:
    with pytest.raises(InvalidFilters):
        parse_filters({"owner": ["olga"]})
