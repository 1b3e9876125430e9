"""The archive restored from its copy: the same documents, row for row; twice is once."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from documents.actions.assign_review import assign_review
from documents.actions.check_page import check_page
from documents.actions.correct import correct
from documents.actions.postpone_review import postpone_review
from documents.bucket.store import Bucket
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, Page, Reading
from documents.models.identity import identity
from documents.replication.restore_all import restore_all
from documents.replication.restore_document import Outcome
from documents.replication.sources import BucketSource
from documents.replication.sync import sync_document
from documents.review.edits import AddBlock
from tests.documents.replication.conftest import CONTENT, empty_disk
from tests.documents.replication.restoring import copied_to, facts, forget_everything
from tests.factories import make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

Make = Callable[..., Document]


def test_a_restored_document_equals_the_original(rich_document: Document, tmp_path: Path) -> None:
    before = facts(rich_document)
    layouts = [page.layout for page in rich_document.pages.all()]
    source = copied_to(tmp_path / "copy")
    forget_everything()

    report = restore_all(source, with_files=True)

    assert report.outcomes == {Outcome.RESTORED: 1}
    document = Document.objects.get()
    assert facts(document) == before
    assert [page.layout for page in document.pages.all()] == layouts
    assert archive().path(original_key(document.id, document.filename)).read_bytes() == CONTENT


def test_blocks_and_pages_made_by_hand_are_restored(
    finished_document: Make, tmp_path: Path
) -> None:
    document = finished_document()
    document.pages.filter(number=2).update(status="failed", current_reading=None)
    Reading.objects.filter(page__document=document, page__number=2).delete()
    Document.objects.filter(id=document.id).update(pages_done=1, pages_failed=1)
    edits = [AddBlock((10, 10, 90, 40), "table", "typed\tby hand")]
    correct(document.id, 1, {}, edits=edits, revision=0, actor=None)
    correct(document.id, 2, {}, edits=edits, size=(100, 140), revision=0, actor=None)
    sync_document(document.id)
    document.refresh_from_db()
    before = facts(document)
    layouts = [page.layout for page in document.pages.all()]
    source = copied_to(tmp_path / "copy")
    forget_everything()

    restore_all(source, with_files=True)

    restored = Document.objects.get()
    assert facts(restored) == before
    assert [page.layout for page in restored.pages.all()] == layouts
    assert layouts[1] is not None and layouts[1].text == "typed\tby hand"


def test_the_work_of_a_review_is_restored(finished_document: Make, tmp_path: Path) -> None:
    document = finished_document()
    reviewer = make_user("reviewer", team=document.team)
    Page.objects.filter(document=document).update(answers={"0123": {"answer": "right"}})
    check_page(document.id, 1, actor=reviewer)
    assign_review(document.id, reviewer, actor=None)
    tomorrow = timezone.now().replace(microsecond=0) + datetime.timedelta(days=1)
    postpone_review(document.id, until=tomorrow, note="ask Clara", actor=reviewer)
    sync_document(document.id)
    source = copied_to(tmp_path / "copy")
    forget_everything()

    restore_all(source, with_files=True)

    restored = Document.objects.get()
    assert restored.assigned_to == reviewer
    assert (restored.postponed_until, restored.review_note) == (tomorrow, "ask Clara")
    page = restored.pages.get(number=1)
    assert page.answers == {"0123": {"answer": "right"}}
    assert page.checked_by == reviewer


def test_restored_twice_it_is_there_once(rich_document: Document, tmp_path: Path) -> None:
    source = copied_to(tmp_path / "copy")
    forget_everything()
    restore_all(source, with_files=True)

    report = restore_all(source, with_files=True)

    assert report.outcomes == {Outcome.KNOWN: 1}
    assert report.files == 0
    assert Document.objects.count() == 1
    assert Reading.objects.count() == 2


@pytest.mark.s3
@pytest.mark.django_db(transaction=True)
def test_everything_is_restored_from_the_bucket_and_not_uploaded_again(
    mirrored: Bucket, rich_document: Document
) -> None:
    before = facts(rich_document)
    forget_everything()
    empty_disk()

    report = restore_all(BucketSource(mirrored), with_files=False)

    assert report.outcomes == {Outcome.RESTORED: 1}
    document = Document.objects.get()
    assert facts(document) == before
    assert document.mirrored_version == document.version
    names = {*document.mirrored_files.values_list("key", flat=True)}
    assert original_key(document.id, document.filename) in names
    assert archive().fetch_if_missing(original_key(document.id, document.filename))


def test_the_command_restores_from_a_directory(
    rich_document: Document, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied_to(tmp_path / "copy")
    forget_everything()

    call_command("archive", "restore", str(tmp_path / "copy"))

    assert Document.objects.get().id == rich_document.id
    assert "1 restored" in capsys.readouterr().out


def test_the_command_refuses_a_directory_that_is_not_a_copy(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a copy"):
        call_command("archive", "restore", str(tmp_path))


def test_an_archive_keeps_its_identity() -> None:
    assert identity().archive == identity().archive
    assert len(identity().secret_salt) >= 32
