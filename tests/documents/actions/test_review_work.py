"""The work of reviewing: documents are leased, handed out, postponed, assigned and decided."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

import pytest
from django.utils import timezone

from documents.access import visible_to
from documents.actions.answer_doubt import answer_doubt
from documents.actions.assign_review import assign_review
from documents.actions.decide import approve, reject
from documents.actions.lease_next_review import lease_next_review
from documents.actions.lease_review import lease_review, release_review
from documents.actions.postpone_review import postpone_review
from documents.errors import BeingReviewed, InvalidRequest
from documents.models import Document, Role, Team, User
from documents.review.doubts import find_doubts
from tests.documents.actions.test_answer_doubt import doubtful_layout
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def anna(team: Team) -> User:
    return make_user("anna", team=team, first_name="Anna")


@pytest.fixture
def boris(team: Team) -> User:
    return make_user("boris", team=team)


@pytest.fixture
def manager(team: Team) -> User:
    return make_user("manager", team=team, role=Role.MANAGER)


def queued(team: Team, *confidences: float) -> list[Document]:
    return [
        make_document(team, pages=[doubtful_layout()], flags=["disputed"], confidence=confidence)
        for confidence in confidences
    ]


def next_for(user: User, after: Document | None = None) -> Document | None:
    queue = visible_to(user).to_review().not_trashed()
    return lease_next_review(queue, actor=user, after=after.id if after else None)


def expire(documents: Iterable[Document]) -> None:
    ids = [document.id for document in documents]
    earlier = timezone.now() - datetime.timedelta(seconds=1)
    Document.objects.filter(id__in=ids).update(review_lease_expires_at=earlier)


def test_a_document_is_one_reviewers_until_the_lease_ends(
    team: Team, anna: User, boris: User
) -> None:
    (document,) = queued(team, 0.5)
    lease_review(document.id, actor=anna)

    with pytest.raises(BeingReviewed) as refused:
        lease_review(document.id, actor=boris)
    assert "Anna" in refused.value.detail and 0 < (refused.value.retry_after or 0) <= 600

    expire([document])
    assert lease_review(document.id, actor=boris).review_holder == boris


def test_work_renews_the_lease(team: Team, anna: User) -> None:
    (document,) = queued(team, 0.5)
    started = lease_review(document.id, actor=anna).review_started_at
    soon = timezone.now() + datetime.timedelta(seconds=30)
    Document.objects.update(review_lease_expires_at=soon)
    page = document.pages.with_text().get()
    assert page.layout is not None

    answer_doubt(document.id, 1, find_doubts(page.layout, {})[0].id, "right", actor=anna)

    document.refresh_from_db()
    assert document.review_lease_expires_at is not None
    assert document.review_lease_expires_at > soon + datetime.timedelta(minutes=5)
    assert document.review_started_at == started


def test_given_back_it_is_free_and_nobody_elses_lease_is_ended(
    team: Team, anna: User, boris: User
) -> None:
    (document,) = queued(team, 0.5)
    lease_review(document.id, actor=anna)

    release_review(document.id, actor=boris)
    assert next_for(boris) is None
    release_review(document.id, actor=anna)
    assert next_for(boris) == document


def test_next_is_the_least_trusted_that_nobody_has(team: Team, anna: User, boris: User) -> None:
    second, first, third = queued(team, 0.6, 0.5, 0.7)

    assert next_for(anna) == first
    assert next_for(boris) == second
    assert next_for(anna, after=first) == third
    assert next_for(boris, after=second) is None


def test_passed_over_ones_come_again_at_the_end(team: Team, anna: User) -> None:
    first, second = queued(team, 0.5, 0.6)

    assert next_for(anna, after=second) == first
    assert next_for(anna, after=first) == second


def test_what_is_assigned_comes_first_to_that_person_and_to_no_other(
    team: Team, anna: User, boris: User, manager: User
) -> None:
    first, second = queued(team, 0.5, 0.6)
    assign_review(second.id, anna, actor=manager)

    assert next_for(anna) == second
    assert next_for(boris) == first
    assert next_for(boris, after=first) is None


def test_only_who_may_review_is_assigned(team: Team, manager: User) -> None:
    (document,) = queued(team, 0.5)

    with pytest.raises(InvalidRequest):
        assign_review(document.id, make_user(team=team, role=Role.READER), actor=manager)


def test_postponed_it_comes_when_its_time_has_come(team: Team, anna: User, boris: User) -> None:
    (document,) = queued(team, 0.5)
    lease_review(document.id, actor=anna)
    later = timezone.now() + datetime.timedelta(days=1)

    postpone_review(document.id, actor=anna, until=later, note="ask  Clara")

    document.refresh_from_db()
    assert document.review_note == "ask Clara" and document.review_holder is None
    assert next_for(boris) is None
    Document.objects.update(postponed_until=timezone.now() - datetime.timedelta(seconds=1))
    assert next_for(boris) == document


def test_nothing_is_postponed_into_the_past(team: Team, anna: User) -> None:
    (document,) = queued(team, 0.5)

    with pytest.raises(InvalidRequest):
        postpone_review(document.id, actor=anna, until=timezone.now())


def test_a_decision_ends_the_work_and_says_how_long_it_took(team: Team, anna: User) -> None:
    (document,) = queued(team, 0.5)
    lease_review(document.id, actor=anna)
    began = timezone.now() - datetime.timedelta(seconds=90)
    Document.objects.update(review_started_at=began)

    decided = approve(document.id, actor=anna)

    assert decided.review_holder is None
    assert decided.review_seconds is not None and 90 <= decided.review_seconds < 100


def test_a_rejection_has_a_reason(team: Team, anna: User) -> None:
    (document,) = queued(team, 0.5)

    rejected = reject(document.id, actor=anna, reason="not  ours")

    assert rejected.review_note == "not ours"
    assert rejected.events.get(kind="document.rejected").data["reason"] == "not ours"
