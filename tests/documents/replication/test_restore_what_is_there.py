"""A restore meets documents that are there, purged, newer or damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.actions.correct import correct
from documents.actions.purge import purge
from documents.actions.trash import trash
from documents.files.keys import manifest_key, original_key, tombstone_key
from documents.files.storage import archive
from documents.models import Document, Tombstone, User
from documents.replication.restore_all import restore_all
from documents.replication.restore_document import Outcome
from documents.replication.sources import DirectorySource
from documents.replication.sync import sync_document
from tests.documents.replication.restoring import copied_to, facts, forget_everything

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

Make = Callable[..., Document]


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
