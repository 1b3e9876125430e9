"""Files that somebody asked for, made by a background worker."""

from __future__ import annotations

import datetime
import threading
import zipfile
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from documents.actions.make_export import (
    ExportClaim,
    claim_export,
    fail_export,
    release_all_exports,
)
from documents.actions.request_export import request_export
from documents.errors import ExportFailed, NoTables, OriginalMissing, StorageFull
from documents.exports.downloads import Download
from documents.exports.options import WHOLE_DOCUMENT
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, Export, ExportStatus
from ocr_worker import exporting
from ocr_worker.exporting import run_export
from ocr_worker.rendering import Renderer
from tests.factories import make_document, make_team
from tests.ocr_worker.searchable_pdf.making import (
    INK,
    layout_of,
    text_by_pdfium,
    text_by_poppler,
)
from tests.ocr_worker.searchable_pdf.test_pdfs import scanned


def ask(document: Document, kind: str) -> Download | None:
    return request_export(document.id, kind, WHOLE_DOCUMENT, actor=None)


def run_next(renderer: Renderer) -> None:
    claim = claim_export()
    assert claim is not None
    run_export(claim, renderer)


def save(document: Document, kind: str, target: Path) -> Path:
    download = ask(document, kind)
    assert download is not None
    content = download.open()
    target.write_bytes(b"".join(content.read_range(0, content.size)))
    content.close()
    return target


@pytest.fixture
def scan(media: Path, tmp_path: Path) -> Document:
    document = make_document(make_team(), pages=[layout_of([("договор", INK)])])
    content = scanned(tmp_path / "scan.pdf").read_bytes()
    archive().write(original_key(document.id, document.filename), content)
    return document


@pytest.mark.django_db
def test_the_searchable_pdf_of_a_document(
    renderer: Renderer, scan: Document, tmp_path: Path
) -> None:
    assert ask(scan, "pdf") is None

    run_next(renderer)

    made = save(scan, "pdf", tmp_path / "made.pdf")
    assert text_by_pdfium(made).split() == text_by_poppler(made).split() == ["договор"]


@pytest.mark.django_db
def test_why_there_is_none_is_told(renderer: Renderer, scan: Document) -> None:
    ask(scan, "xlsx")
    run_next(renderer)
    with pytest.raises(NoTables):
        ask(scan, "xlsx")

    archive().delete(original_key(scan.id, scan.filename))
    ask(scan, "pdf")
    run_next(renderer)
    with pytest.raises(OriginalMissing):
        ask(scan, "pdf")


@pytest.mark.django_db
@pytest.mark.parametrize("error", [StorageFull("Full."), OperationalError("locked")])
def test_trouble_of_the_machine_only_postpones_it(
    renderer: Renderer, scan: Document, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    ask(scan, "docx")
    with monkeypatch.context() as patched:
        patched.setitem(exporting._WRITERS, "docx", fail)
        run_next(renderer)
    assert Export.objects.get().status == ExportStatus.WAITING
    assert claim_export() is None, "not at once"

    Export.objects.update(lease_expires_at=timezone.now() - datetime.timedelta(seconds=1))
    run_next(renderer)
    assert ask(scan, "docx") is not None


@pytest.mark.django_db
def test_a_defect_is_told_and_the_worker_goes_on(
    renderer: Renderer, scan: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(exporting._WRITERS, "docx", fail)
    ask(scan, "docx")

    run_next(renderer)

    with pytest.raises(ExportFailed, match="ZeroDivisionError"):
        ask(scan, "docx")


@pytest.mark.django_db
def test_a_new_worker_begins_at_once_what_its_killed_predecessor_had_claimed(
    renderer: Renderer, scan: Document
) -> None:
    ask(scan, "docx")
    lost = claim_export()
    assert lost is not None
    assert claim_export() is None

    assert release_all_exports() == 1

    run_next(renderer)
    assert ask(scan, "docx") is not None
    fail_export(lost, ExportFailed("Too late."))
    assert ask(scan, "docx") is not None


@pytest.mark.django_db(transaction=True)
def test_others_may_write_while_a_long_one_is_made(
    renderer: Renderer, media: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    document = make_document(make_team(), pages=["some text"] * 70)
    monkeypatch.setattr(exporting, "RENEW_EVERY", 0.0)
    renew = ExportClaim.renew

    def renew_after_others(claim: ExportClaim) -> bool:
        def write() -> None:
            Document.objects.update(title="changed")
            connection.close()

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        return renew(claim)

    monkeypatch.setattr(ExportClaim, "renew", renew_after_others)
    ask(document, "docx")

    run_next(renderer)

    with zipfile.ZipFile(save(document, "docx", tmp_path / "made.docx")) as packed:
        assert packed.read("word/document.xml").count(b"some text") == 70
