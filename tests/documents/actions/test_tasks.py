"""What a background process owes a document: claimed, done once, never lost."""

from __future__ import annotations

import datetime

import pytest

from documents.actions.claim_task import claim_task
from documents.actions.release_task import postpone_task, release_all_tasks, release_task
from documents.actions.trash import trash
from tests.documents.actions.claimed_tasks import claim, end_lease, queued_document

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_the_oldest_waiting_document_is_prepared_first() -> None:
    first, second = queued_document(), queued_document()

    assert [claim().document_id, claim().document_id] == [first.id, second.id]
    assert claim_task() is None


def test_a_document_in_the_trash_waits() -> None:
    trash(queued_document().id, actor=None)

    assert claim_task() is None


def test_a_task_given_back_does_not_count() -> None:
    document = queued_document()

    release_task(claim())

    document.refresh_from_db()
    assert document.task_attempts == 0
    assert claim().document_id == document.id


def test_a_postponed_task_rests() -> None:
    document = queued_document()

    postpone_task(claim(), datetime.timedelta(seconds=30), counted=False)

    assert claim_task() is None
    end_lease(document)
    assert claim().attempt == 1


def test_two_processes_never_hold_the_same_task() -> None:
    queued_document()
    claim()

    assert claim_task() is None


def test_a_renewed_task_is_kept_longer_than_its_first_lease() -> None:
    document = queued_document()
    held = claim()
    end_lease(document)

    assert held.renew()

    assert claim_task() is None


def test_a_task_that_went_to_another_process_is_not_renewed() -> None:
    document = queued_document()
    slow = claim()
    end_lease(document)
    claim()

    assert not slow.renew()


def test_the_only_background_process_takes_over_at_once_what_its_predecessor_held() -> None:
    queued_document()
    claim()

    assert release_all_tasks() == 1

    assert claim().attempt == 2
