"""What was left behind is found again."""

from __future__ import annotations

import datetime
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.dispatch import Signal
from django.utils import timezone

from documents import signals
from documents.actions.claim_page import claim_page
from documents.actions.detect_languages import detect_languages
from documents.files.storage import archive
from documents.models import Page, PageStatus, Status, WorkerProcess
from documents.models.claim import ClaimOwner
from ocr_worker.reconcile import STAGING_SECONDS, reconcile
from tests.factories import make_document

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

OWNER = ClaimOwner("one:ocr:0", uuid.uuid4())


@pytest.fixture
def woken() -> Iterator[list[str]]:
    """Who was woken, in order."""
    found: list[str] = []

    def listen(signal: Signal, name: str) -> Any:
        def heard(**_: object) -> None:
            found.append(name)

        signal.connect(heard, weak=False)
        return heard

    heard = {
        signal: listen(signal, name)
        for signal, name in (
            (signals.pages_waiting, "ocr workers"),
            (signals.tasks_waiting, "background"),
        )
    }
    yield found
    for signal, receiver in heard.items():
        signal.disconnect(receiver)


def let_leases_run_out() -> None:
    Page.objects.update(lease_expires_at=timezone.now() - datetime.timedelta(seconds=1))


def test_an_idle_archive_wakes_no_worker(woken: list[str]) -> None:
    make_document(pages=["read"])
    detect_languages()

    reconcile()

    assert woken == []


def test_a_document_without_a_wake_up_wakes_a_background_worker(woken: list[str]) -> None:
    make_document(status=Status.QUEUED)

    reconcile()

    assert woken == ["background"]


def test_pages_without_a_wake_up_wake_a_worker(woken: list[str]) -> None:
    make_document(status=Status.PROCESSING, pages=[None])

    reconcile()

    assert woken == ["ocr workers"]


def test_a_page_whose_lease_ran_out_waits_again(woken: list[str]) -> None:
    make_document(status=Status.PROCESSING, pages=[None])
    claim_page(OWNER)
    reconcile()
    assert woken == [], "it is being read"

    let_leases_run_out()
    reconcile()

    assert Page.objects.get().status == PageStatus.PENDING
    assert "ocr workers" in woken


def test_the_only_supervisor_does_not_wait_for_the_leases_of_the_one_before(
    woken: list[str],
) -> None:
    make_document(status=Status.PROCESSING, pages=[None])
    claim_page(OWNER)

    reconcile(sole_start=uuid.uuid4())

    page = Page.objects.get()
    assert (page.status, page.attempts) == (PageStatus.PENDING, 1)
    assert "ocr workers" in woken


def test_claims_of_its_own_workers_stay() -> None:
    make_document(status=Status.PROCESSING, pages=[None])
    claim_page(OWNER)

    reconcile(sole_start=OWNER.start_id)

    assert Page.objects.get().status == PageStatus.RUNNING


def test_it_may_run_twice(woken: list[str]) -> None:
    make_document(status=Status.PROCESSING, pages=[None])
    claim_page(OWNER)
    let_leases_run_out()

    reconcile()
    reconcile()

    page = Page.objects.get()
    assert (page.status, page.attempts) == (PageStatus.PENDING, 1)


def test_an_upload_that_was_broken_off_is_removed_after_a_day() -> None:
    old, new = archive().staging / "old", archive().staging / "new"
    for path in (old, new):
        path.write_bytes(b"half a file")
    long_ago = time.time() - STAGING_SECONDS - 60
    os.utime(old, (long_ago, long_ago))

    reconcile()

    assert [path.name for path in archive().staging.iterdir()] == ["new"]


def test_what_can_not_be_removed_does_not_stop_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    long_ago = time.time() - STAGING_SECONDS - 60
    directory = archive().staging / "a directory"
    directory.mkdir()
    for name in ("held", "old"):
        (archive().staging / name).write_bytes(b"half a file")
    for path in archive().staging.iterdir():
        os.utime(path, (long_ago, long_ago))
    unlink = Path.unlink

    def read_only(path: Path, missing_ok: bool = False) -> None:
        if path.name == "held":
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", read_only)

    reconcile()

    assert {path.name for path in archive().staging.iterdir()} == {"a directory", "held"}


def test_processes_gone_for_a_day_are_forgotten() -> None:
    now = timezone.now()
    for name, hours in (("gone", 25), ("here", 0)):
        WorkerProcess.objects.create(
            id=name,
            kind="ocr",
            start_id=uuid.uuid4(),
            pid=1,
            started_at=now,
            heartbeat_at=now - datetime.timedelta(hours=hours),
        )

    reconcile()

    assert [process.id for process in WorkerProcess.objects.all()] == ["here"]
