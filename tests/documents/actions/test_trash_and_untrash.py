"""Into the trash and out of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.actions.trash import trash
from documents.actions.untrash import untrash
from documents.errors import NotFound
from documents.models import Status
from documents.models.claim import ClaimOwner
from documents.models.event import Event, EventKind
from documents.signals import pages_waiting, tasks_waiting
from tests.factories import make_document, make_user

pytestmark = pytest.mark.django_db

READER = ClaimOwner("test:ocr:0", uuid.UUID(int=1))


def test_what_is_trashed_is_kept_with_the_time() -> None:
    document = make_document(pages=["text"])
    user = make_user(team=document.team)

    trash(document.id, actor=user)

    document.refresh_from_db()
    assert document.is_trashed
    assert (document.version, document.pages.count()) == (2, 1)
    assert (Event.objects.get().kind, Event.objects.get().actor) == (EventKind.TRASHED, user)


def test_nothing_works_on_what_lies_in_the_trash() -> None:
    waiting = make_document(status=Status.PROCESSING, pages=[None])
    unopened = make_document(status=Status.QUEUED)
    for document in (waiting, unopened):
        trash(document.id, actor=None)

    assert claim_page(READER) is None
    assert claim_task() is None


def test_reading_goes_on_where_it_stopped_when_it_is_taken_out(
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    document = make_document(status=Status.PROCESSING, pages=["read", None])
    trash(document.id, actor=None)
    woken: list[object] = []

    def wake(signal: object, **kwargs: object) -> None:
        woken.append(signal)

    for signal in (tasks_waiting, pages_waiting):
        signal.connect(wake)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            untrash(document.id, actor=None)
    finally:
        for signal in (tasks_waiting, pages_waiting):
            signal.disconnect(wake)

    assert woken == [tasks_waiting, pages_waiting]
    claim = claim_page(READER)
    assert claim is not None
    assert claim.number == 2


def test_doing_it_twice_is_doing_it_once() -> None:
    document = make_document()

    for act in (trash, trash, untrash, untrash):
        act(document.id, actor=None)

    document.refresh_from_db()
    assert not document.is_trashed
    assert document.version == 3
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == [EventKind.TRASHED, EventKind.RESTORED]


@pytest.mark.parametrize("act", [trash, untrash])
def test_what_is_not_there_is_not_found(act: Callable[..., object]) -> None:
    with pytest.raises(NotFound):
        act(uuid.uuid4(), actor=None)
