"""Approved or rejected, by whom and when."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from documents.actions.decide import approve, reject
from documents.actions.trash import trash
from documents.errors import Conflict, NotFound
from documents.models import ReviewStatus, Status
from documents.models.event import Event, EventKind
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("decide", "verdict", "kind"),
    [
        (approve, ReviewStatus.APPROVED, EventKind.APPROVED),
        (reject, ReviewStatus.REJECTED, EventKind.REJECTED),
    ],
)
def test_a_decision_is_kept_with_who_made_it(
    decide: Callable[..., object], verdict: str, kind: str
) -> None:
    document, user = make_document(pages=["text"]), make_user()

    decide(document.id, actor=user)

    document.refresh_from_db()
    assert (document.review_status, document.reviewed_by) == (verdict, user)
    assert document.reviewed_at is not None
    assert document.version == 2
    assert Event.objects.get().kind == kind


def test_the_same_decision_again_changes_nothing() -> None:
    document, first = make_document(pages=["text"]), make_user()
    approve(document.id, actor=first)

    approve(document.id, actor=make_user())

    document.refresh_from_db()
    assert (document.reviewed_by, document.version) == (first, 2)
    assert Event.objects.count() == 1


def test_a_decision_may_be_changed() -> None:
    document = make_document(pages=["text"])
    approve(document.id, actor=None)

    reject(document.id, actor=None)

    document.refresh_from_db()
    assert document.review_status == ReviewStatus.REJECTED


@pytest.mark.parametrize("status", [Status.QUEUED, Status.PROCESSING])
@pytest.mark.parametrize("decide", [approve, reject])
def test_what_is_still_being_read_is_not_decided_on(
    decide: Callable[..., object], status: str
) -> None:
    document = make_document(status=status)

    with pytest.raises(Conflict):
        decide(document.id, actor=None)


def test_what_could_not_be_read_is_rejected_but_not_approved() -> None:
    document = make_document(status=Status.FAILED)

    with pytest.raises(Conflict):
        approve(document.id, actor=None)
    reject(document.id, actor=None)

    document.refresh_from_db()
    assert document.review_status == ReviewStatus.REJECTED


@pytest.mark.parametrize("decide", [approve, reject])
def test_what_lies_in_the_trash_or_is_not_there_is_not_decided_on(
    decide: Callable[..., object],
) -> None:
    document = make_document()
    trash(document.id, actor=None)

    with pytest.raises(Conflict):
        decide(document.id, actor=None)
    with pytest.raises(NotFound):
        decide(uuid.uuid4(), actor=None)
