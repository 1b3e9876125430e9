"""What is put into the watched folder becomes documents, or lies aside with the reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from documents.actions.manage_source import retry_items
from documents.errors import StorageFull
from documents.models import FIRST_TEAM_ID, Document, Origin, OriginKind, Source, Team
from documents.watched_folder import folder as watched_folder
from ocr_worker import folder_watch
from ocr_worker.folder_watch import FolderWatch
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 "


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    Team.objects.get_or_create(id=FIRST_TEAM_ID, defaults={"name": "First"})
    with mock.patch.object(watched_folder, "QUIET_SECONDS", 0.0):
        yield tmp_path / "inbox"


@pytest.fixture
def watch(root: Path) -> FolderWatch:
    watch = FolderWatch(root, keep=True, stopping=threading.Event())
    watch.look()
    return watch


def put(root: Path, path: str, content: bytes = PDF) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content)


def look(watch: FolderWatch) -> None:
    watch.look()
    watch.look()


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


def test_folders_name_the_team_and_the_tags(watch: FolderWatch, root: Path) -> None:
    legal = make_team(name="Юристы")
    put(root, "scan.pdf", PDF + b"1")
    put(root, "ЮРИСТЫ/2026/Contracts, old/a.pdf", PDF + b"2")
    put(root, "Invoices/b.pdf", PDF + b"3")

    look(watch)

    found = {
        document.filename: (document.team_id, {tag.name for tag in document.tags.all()})
        for document in Document.objects.all()
    }
    assert found == {
        "scan.pdf": (FIRST_TEAM_ID, set()),
        "a.pdf": (legal.id, {"2026", "Contracts old"}),
        "b.pdf": (FIRST_TEAM_ID, {"Invoices"}),
    }
    assert files(root) == {
        "done/scan.pdf",
        "done/ЮРИСТЫ/2026/Contracts, old/a.pdf",
        "done/Invoices/b.pdf",
    }
    origin = Document.objects.get(filename="b.pdf").origin
    assert origin == Origin(OriginKind.FOLDER, "inbox", "Invoices/b.pdf")


def test_the_same_file_again_makes_no_second_document(watch: FolderWatch, root: Path) -> None:
    for name in ("a.pdf", "copy.pdf"):
        put(root, name)
        look(watch)

    assert Document.objects.count() == 1
    assert files(root) == {"done/a.pdf", "done/copy.pdf"}


def test_what_is_no_document_lies_aside_with_a_note_in_both_languages(
    watch: FolderWatch, root: Path
) -> None:
    put(root, "Team/program.exe", b"MZ\x90\x00 not a document")

    look(watch)

    assert files(root) == {"refused/Team/program.exe", "refused/Team/program.exe.txt"}
    note = (root / "refused/Team/program.exe.txt").read_text()
    assert "“program.exe” was not taken into the archive." in note
    assert "не попал в архив" in note
    assert not Document.objects.exists()


def test_a_full_disk_costs_no_file(watch: FolderWatch, root: Path) -> None:
    put(root, "a.pdf")
    watch.look()
    with mock.patch.object(folder_watch, "take_in", side_effect=StorageFull):
        assert watch.look() is False
    assert files(root) == {"a.pdf"}

    look(watch)
    assert files(root) == {"done/a.pdf"}


def test_the_folder_is_a_source_that_counts_and_can_be_paused(
    watch: FolderWatch, root: Path
) -> None:
    put(root, "scan.pdf", PDF + b"1")
    look(watch)
    put(root, "scan.pdf", PDF + b"2")
    put(root, "copy.pdf", PDF + b"2")
    put(root, "program.exe", b"MZ\x90\x00 not a document")
    look(watch)

    source = Source.objects.get()
    assert (source.kind, source.name, source.options["path"]) == ("folder", "inbox", str(root))
    assert (source.taken, source.refused, source.failed) == (3, 1, 0)
    items = {item.place: item for item in source.items.order_by("id")}
    assert source.items.filter(place="scan.pdf").count() == 2
    assert items["copy.pdf"].duplicate is not items["scan.pdf"].duplicate
    assert items["program.exe"].error_code == "unsupported-file-type"

    Source.objects.update(enabled=False)
    put(root, "later.pdf", PDF + b"3")
    look(watch)
    assert "later.pdf" in files(root)
    Source.objects.update(enabled=True)
    look(watch)
    assert "done/later.pdf" in files(root)


def test_a_refused_file_is_tried_again_when_somebody_asks(
    watch: FolderWatch, root: Path, settings: Any
) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 10
    put(root, "Team/a.pdf", PDF + b"x" * 100)
    put(root, "gone.pdf", PDF + b"y" * 100)
    look(watch)
    assert "refused/Team/a.pdf" in files(root)

    settings.OCRSITE_MAX_UPLOAD_BYTES = 1000
    (root / "refused/gone.pdf").unlink()
    source = Source.objects.get()
    assert retry_items(source.id, actor=make_user(is_superuser=True)) == 2
    for _ in range(3):
        watch.look()
    assert files(root) == {"done/Team/a.pdf", "refused/gone.pdf.txt"}
    found = {item.place: (item.status, item.error_code) for item in source.items.all()}
    assert found == {
        "Team/a.pdf": ("taken", ""), "gone.pdf": ("failed", "source-item-gone"),
    }  # fmt: skip


def test_what_always_fails_is_put_aside_after_some_tries(watch: FolderWatch, root: Path) -> None:
    put(root, "a.pdf")
    with mock.patch.object(folder_watch, "take_in", side_effect=RuntimeError):
        for _ in range(10):
            watch.look()

    assert files(root) == {"refused/a.pdf", "refused/a.pdf.txt"}


def test_a_process_that_died_before_it_was_through_costs_nothing(
    watch: FolderWatch, root: Path
) -> None:
    """The document is there, the file still claimed: it is found again, not doubled."""
    put(root, "a.pdf")
    watch.look()
    broken_off = mock.patch(
        "documents.watched_folder.claims.Claimed.finish", side_effect=KeyboardInterrupt
    )
    with broken_off, pytest.raises(KeyboardInterrupt):
        watch.look()
    assert Document.objects.count() == 1

    restarted = FolderWatch(root, keep=True, stopping=threading.Event())
    with mock.patch("documents.watched_folder.claims.STALE_SECONDS", -1.0):
        restarted.look()
    look(restarted)

    assert Document.objects.count() == 1
    assert files(root) == {"done/a.pdf"}


def test_a_folder_that_cannot_be_used_is_reported(root: Path) -> None:
    root.parent.mkdir(exist_ok=True)
    root.write_bytes(b"a file is in the way")
    stopping = threading.Event()
    watch = FolderWatch(root, keep=True, stopping=stopping)
    with mock.patch.object(folder_watch, "PAUSE_SECONDS", 0.0):
        watch.start()
        for _ in range(100):
            if watch.state.problem:
                break
            stopping.wait(0.02)
        stopping.set()

    assert str(root) in watch.state.problem
