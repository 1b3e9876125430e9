"""The archive restored from its copy: the same documents, row for row; twice is once."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from documents.actions.assign_review import assign_review
from documents.actions.check_page import check_page
from documents.actions.correct import correct
from documents.actions.decide import approve
from documents.actions.postpone_review import postpone_review
from documents.actions.purge import purge
from documents.actions.trash import trash
from documents.bucket.store import Bucket
from documents.files.keys import manifest_key, original_key, tombstone_key
from documents.files.storage import archive
from documents.models import Document, Event, Page, Reading, Tag, Team, Tombstone, User
from documents.models.identity import identity
from documents.replication.manifest import build_manifest
from documents.replication.restore_all import restore_all
from documents.replication.restore_document import Outcome
from documents.replication.sources import BucketSource, DirectorySource
from documents.replication.sync import sync_document
from documents.review.edits import AddBlock
from tests.documents.replication.conftest import CONTENT, empty_disk
from tests.factories import make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

Make = Callable[..., Document]


@pytest.fixture
def rich_document(finished_document: Make) -> Document:
    """Corrected, approved, tagged."""
    document = finished_document()
    reviewer = make_user("reviewer", team=document.team)
    correct(document.id, 1, {"b0": "Исправлено"}, revision=0, actor=reviewer)
    approve(document.id, actor=reviewer)
    sync_document(document.id)
    document.refresh_from_db()
    return document


def copied_to(directory: Path) -> DirectorySource:
    """A copy of the archive's files, as a download of the bucket would be."""
    archive().root.rename(directory)
    archive().root.mkdir()
    return DirectorySource(directory)


def forget_everything() -> None:
    Document.objects.all().delete()
    Event.objects.all().delete()
    Tag.objects.all().delete()
    Team.objects.all().delete()


def facts(document: Document) -> dict[str, Any]:
    return build_manifest(document, "any")


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


def test_a_newer_document_in_the_database_stays(rich_document: Document, tmp_path: Path) -> None:
    source = copied_to(tmp_path / "copy")
    correct(rich_document.id, 2, {"b0": "Later"}, revision=0, actor=None)

    report = restore_all(source, with_files=False)

    assert report.outcomes == {Outcome.KNOWN: 1}
    layout = rich_document.pages.get(number=2).layout
    assert layout is not None and layout.text == "Later"


def test_a_newer_manifest_brings_the_document_up_to_date(
    rich_document: Document, tmp_path: Path
) -> None:
    source = copied_to(tmp_path / "copy")
    page = rich_document.pages.get(number=1)
    page.current_revision = None
    page.save()
    Document.objects.update(version=1, review_status="unreviewed")

    report = restore_all(source, with_files=False)

    assert report.outcomes == {Outcome.UPDATED: 1}
    document = Document.objects.get()
    layout = document.pages.get(number=1).layout
    assert (document.review_status, document.version) == ("approved", rich_document.version)
    assert layout is not None and layout.text == "Исправлено"


def test_a_restore_that_broke_off_is_completed(
    rich_document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = facts(rich_document)
    source = copied_to(tmp_path / "copy")
    forget_everything()

    def broken(self: DirectorySource, key: str) -> bytes:
        if "/readings/0002" in key:
            raise OSError(5, "Input/output error", key)
        return read(self, key)

    read = DirectorySource.read
    with monkeypatch.context() as patch:
        patch.setattr(DirectorySource, "read", broken)
        with pytest.raises(OSError, match="Input/output"):
            restore_all(source, with_files=False)

    restore_all(source, with_files=False)

    assert facts(Document.objects.get()) == before


def test_unknown_users_are_restored_as_none(rich_document: Document, tmp_path: Path) -> None:
    source = copied_to(tmp_path / "copy")
    forget_everything()
    User.objects.all().delete()

    restore_all(source, with_files=False)

    document = Document.objects.get()
    assert document.review_status == "approved"
    assert document.reviewed_by is None


def test_the_same_file_of_the_same_team_is_one_document(
    rich_document: Document, tmp_path: Path, finished_document: Make
) -> None:
    team = rich_document.team
    source = copied_to(tmp_path / "copy")
    Document.objects.all().delete()
    other = finished_document(team=team)

    report = restore_all(source, with_files=False)

    assert report.outcomes == {Outcome.DUPLICATE: 1}
    assert len(report.problems) == 1
    assert Document.objects.get() == other


def test_what_was_purged_does_not_come_back(rich_document: Document, tmp_path: Path) -> None:
    source = copied_to(tmp_path / "copy")
    trash(rich_document.id, actor=None)
    purge(rich_document.id)

    report = restore_all(source, with_files=True)

    assert report.outcomes == {Outcome.PURGED: 1}
    assert not Document.objects.exists()


def test_a_database_from_before_a_purge_does_not_bring_the_document_back(
    rich_document: Document, tmp_path: Path
) -> None:
    source = copied_to(tmp_path / "copy")
    tombstone = tmp_path / "copy" / tombstone_key(rich_document.id)
    tombstone.parent.mkdir()
    tombstone.write_bytes(b"not even readable")

    report = restore_all(source, with_files=False)

    assert not Document.objects.exists()
    assert Tombstone.objects.get().document_id == rich_document.id
    assert report.outcomes == {Outcome.PURGED: 2}, "the row, and its manifest"


def test_a_damaged_text_is_reported_and_stops_no_other(
    rich_document: Document, tmp_path: Path, finished_document: Make
) -> None:
    sound = finished_document(content=b"%PDF another", filename="other.pdf")
    sync_document(sound.id)
    source = copied_to(tmp_path / "copy")
    damaged = next((tmp_path / "copy").glob(f"documents/{rich_document.id}/readings/0001*"))
    damaged.write_bytes(damaged.read_bytes()[:-20])
    forget_everything()

    report = restore_all(source, with_files=True)

    assert report.outcomes == {Outcome.RESTORED: 1}
    assert "readings/0001" in report.problems[0]
    assert Document.objects.get(version__gt=0).id == sound.id


def test_a_damaged_original_is_not_passed_for_the_document(
    rich_document: Document, tmp_path: Path
) -> None:
    source = copied_to(tmp_path / "copy")
    path = tmp_path / "copy" / original_key(rich_document.id, rich_document.filename)
    path.write_bytes(b"something else")
    forget_everything()

    report = restore_all(source, with_files=True)

    assert any("original" in problem for problem in report.problems)
    assert not archive().exists(original_key(rich_document.id, rich_document.filename))


def test_a_manifest_of_a_newer_program_is_left_alone(
    rich_document: Document, tmp_path: Path
) -> None:
    source = copied_to(tmp_path / "copy")
    path = tmp_path / "copy" / manifest_key(rich_document.id)
    path.write_text(json.dumps({**json.loads(path.read_text()), "format_version": 2}))
    forget_everything()

    report = restore_all(source, with_files=False)

    assert "newer" in report.problems[0]
    assert not Document.objects.exists()


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
