"""Approved or rejected, by whom and when."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db.models import F

from documents import events
from documents.actions.accept_reading import accept_reading
from documents.actions.correct import correct
from documents.actions.decide import approve, reject
from documents.actions.edit import edit
from documents.actions.rename_tag import rename_tag
from documents.actions.reprocess import reprocess
from documents.actions.trash import trash
from documents.errors import Conflict, NotFound, Outdated
from documents.models import Document, ReviewStatus, Status, User
from documents.models.event import Event, EventKind
from tests.factories import make_document, make_reading, make_user

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
    document = make_document(pages=["text"])
    user = make_user(team=document.team)

    decide(document.id, actor=user)

    document.refresh_from_db()
    assert (document.review_status, document.reviewed_by) == (verdict, user)
    assert document.reviewed_at is not None
    assert document.version == 2
    assert Event.objects.get().kind == kind


def test_the_same_decision_again_changes_nothing() -> None:
    document = make_document(pages=["text"])
    first = make_user(team=document.team)
    approve(document.id, actor=first)

    approve(document.id, actor=make_user(team=document.team))

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


# --- what was seen is what is decided on ---------------------------------------------------------


def read_again(document: Document, actor: User) -> None:
    """Have it read again, and finished."""
    document = reprocess(document.id, actor=actor)
    document.status = Status.READY
    events.commit_reading_end(document)


def corrected(document: Document, actor: User) -> None:
    correct(document.id, 1, {"b0": f"by {actor}"}, revision=0, actor=actor)


def a_newer_reading_taken(document: Document, actor: User) -> None:
    correct(document.id, 1, {"b0": "other"}, revision=0, actor=None)
    page = document.pages.get()
    page.current_reading = make_reading(page, "newest", run=2)
    page.save()
    accept_reading(document.id, 1, revision=1, actor=actor)


@pytest.mark.parametrize("change", [read_again, corrected, a_newer_reading_taken])
@pytest.mark.parametrize("decide", [approve, reject])
def test_text_that_the_decider_has_not_seen_is_not_decided_on(
    change: Callable[[Document, User], None], decide: Callable[..., object]
) -> None:
    seen = make_document(pages=["text"])
    change(seen, make_user(team=seen.team))

    with pytest.raises(Outdated):
        decide(seen.id, actor=make_user(team=seen.team), version=seen.version)

    seen.refresh_from_db()
    assert seen.review_status == ReviewStatus.UNREVIEWED


def test_who_had_it_read_again_has_not_seen_the_new_text_either() -> None:
    seen = make_document(pages=["text"])
    user = make_user(team=seen.team)
    read_again(seen, user)

    with pytest.raises(Outdated):
        approve(seen.id, actor=user, version=seen.version)


def test_whoever_corrected_the_text_may_approve_it_at_once() -> None:
    seen = make_document(pages=["text"])
    user = make_user(team=seen.team)
    corrected(seen, user)

    document = approve(seen.id, actor=user, version=seen.version)

    assert document.review_status == ReviewStatus.APPROVED


def results_assembled_anew(document: Document) -> None:
    Document.objects.update(version=F("version") + 1, results_version=F("results_version") + 1)


def retitled(document: Document) -> None:
    edit(
        document.id,
        actor=make_user(team=document.team),
        title="Better",
        language="ru",
        tags=["new"],
    )


def tag_renamed(document: Document) -> None:
    rename_tag(document.tags.get().id, "renamed", actor=None)


@pytest.mark.parametrize("change", [results_assembled_anew, retitled, tag_renamed])
def test_nobody_is_sent_back_for_what_is_not_decided_on(change: Callable[..., None]) -> None:
    seen = make_document(pages=["text"], tags=["old"])
    change(seen)

    document = approve(seen.id, actor=make_user(team=seen.team), version=seen.version)

    assert document.version > seen.version + 1
    assert document.review_status == ReviewStatus.APPROVED


def test_another_persons_decision_is_not_overridden_unseen() -> None:
    seen = make_document(pages=["text"])
    approve(seen.id, actor=make_user(team=seen.team))

    with pytest.raises(Outdated):
        reject(seen.id, actor=make_user(team=seen.team), version=seen.version)


def test_who_decides_the_same_as_another_is_not_sent_back() -> None:
    seen = make_document(pages=["text"])
    first = make_user(team=seen.team)
    approve(seen.id, actor=first)

    document = approve(seen.id, actor=make_user(team=seen.team), version=seen.version)

    assert document.reviewed_by == first


def test_a_version_that_never_was_is_refused() -> None:
    seen = make_document(pages=["text"])

    with pytest.raises(Outdated):
        approve(seen.id, actor=make_user(team=seen.team), version=seen.version + 1)
