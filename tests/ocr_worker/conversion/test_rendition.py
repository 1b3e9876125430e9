"""An office file in the archive: its pages come from a PDF that is made once, again when lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import pytest

from documents.actions.claim_task import claim_task
from documents.actions.retry_unconverted import retry_unconverted
from documents.errors import ConversionFailed, ConverterMissing
from documents.exports.page_images import ensure_page_image
from documents.files.filetypes import RENDERED_TYPES, RTF
from documents.files.keys import original_key, rendition_key
from documents.files.storage import archive
from documents.messages import Message
from documents.models import Document, PageStatus, Status, Task
from ocr_worker.conversion import converter
from ocr_worker.pipeline import read_claimed_page, run_task
from ocr_worker.rendering import Renderer
from tests.ocr_worker.claims import born_digital, claim_waiting_page, claim_waiting_task, queued

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "letter.rtf"
    path.write_bytes(rb"{\rtf1\ansi Quarterly report of the committee.}")
    return queued(path, filename="letter.rtf", mime_type=RTF.mime_type)


class Converting:
    """In place of LibreOffice: writes a PDF of one page, and counts."""

    def __init__(self, directory: Path) -> None:
        self._pdf = born_digital(directory / "made.pdf").read_bytes()
        self.asked: list[str] = []

    def __call__(self, path: Path, mime_type: str, target: BinaryIO) -> None:
        assert path.read_bytes().startswith(b"{\\rtf")
        self.asked.append(mime_type)
        target.write(self._pdf)


@pytest.fixture
def convert(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Converting:
    convert = Converting(tmp_path)
    monkeypatch.setattr("ocr_worker.conversion.on_demand.convert", convert)
    return convert


def read_all(document: Document, convert: Any = None) -> Document:
    with Renderer() as renderer:
        run_task(claim_waiting_task(), renderer, convert)
        read_claimed_page(claim_waiting_page(), renderer, None)
    return Document.objects.get(id=document.id)


def test_pages_are_those_of_the_rendition_and_the_original_stays(
    document: Document, convert: Converting
) -> None:
    original = archive().path(original_key(document.id, "letter.rtf")).read_bytes()

    read_all(document, convert)

    page = document.pages.with_text().get()
    assert page.status == PageStatus.DONE
    assert page.current_reading is not None
    assert page.current_reading.engine == "text-layer"
    assert convert.asked == [RTF.mime_type], "once for all that needs it"
    assert archive().exists(rendition_key(document.id))
    assert archive().path(original_key(document.id, "letter.rtf")).read_bytes() == original


def test_a_lost_rendition_is_made_again_for_a_page_image(
    document: Document, convert: Converting
) -> None:
    read_all(document)
    archive().delete_tree(f"documents/{document.id}/pages")

    key = ensure_page_image(document.pages.get())

    assert archive().exists(key)
    assert len(convert.asked) == 2


def test_a_file_that_can_not_be_converted_fails_with_the_reason(document: Document) -> None:
    def convert(*_: object) -> None:
        raise ConversionFailed(Message("The file is damaged."))

    with Renderer() as renderer:
        run_task(claim_waiting_task(), renderer, convert)

    document.refresh_from_db()
    assert (document.status, document.error_code) == (Status.FAILED, "conversion-failed")
    assert not archive().exists(rendition_key(document.id))


def test_without_libreoffice_a_file_is_kept_and_read_once_it_is_there(
    document: Document, convert: Converting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(converter, "find_kit", lambda: None)
    with Renderer() as renderer:
        run_task(claim_waiting_task(), renderer, converter.Converter().convert)
    document.refresh_from_db()
    assert document.error_code == ConverterMissing.code

    assert retry_unconverted() == 1

    read_all(document, convert)
    assert document.pages.get().status == PageStatus.DONE
    assert retry_unconverted() == 0


def test_office_files_leave_room_for_others(document: Document) -> None:
    assert claim_task(to_prepare_no=RENDERED_TYPES) is None

    claim = claim_task()

    assert claim is not None
    assert claim.task == Task.PREPARE
    assert claim.makes_rendition
