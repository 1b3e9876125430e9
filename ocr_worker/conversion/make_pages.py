"""Turn a file of each kind into a PDF, by LibreOffice. In the child only."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from documents.errors import ConversionFailed, LimitExceeded
from documents.files import filetypes
from documents.text.encodings import decode_text

from .comments import has_comments, print_comments
from .decrypt import decrypt
from .flat_text import write_table, write_text
from .libreoffice import WITH_HIDDEN_SLIDES, Office
from .mail_page import write_mail
from .passwords import password_needed
from .speaker_notes import add_notes, has_notes
from .spreadsheet import fit_to_pages
from .stored_values import keep_stored_values
from .tracked_changes import has_deletions, hide_deletions
from .web_page import write_web_page

_PLAIN = {kind.mime_type for kind in (filetypes.TXT, filetypes.CSV)}
_SHEETS = {kind.mime_type for kind in (filetypes.XLSX, filetypes.XLS, filetypes.ODS)}
_SLIDES = {kind.mime_type for kind in (filetypes.PPTX, filetypes.PPT, filetypes.ODP)}
_HTML = filetypes.HTML.mime_type
_LOCKED = filetypes.LOCKED_OFFICE.mime_type
#: What may be encrypted inside.
_OFFICE = {kind.mime_type for kind in (filetypes.DOC, filetypes.XLS, filetypes.PPT)}
_MAIL = {kind.mime_type for kind in filetypes.MAIL}
_SUFFIXES = {kind.mime_type: kind.suffixes[0] for kind in filetypes.OFFICE}


@dataclass(frozen=True)
class Made:
    """`notes`: what the pages do not show, in words for the log."""

    pdf: Path
    notes: tuple[str, ...] = ()


def make_pages(
    office: Office, stream: BinaryIO, mime_type: str, own: Path, password: str = ""
) -> Made:
    """The PDF of the open file, in the directory `own`.

    Raises PasswordNeeded, ConversionFailed, DamagedFile, LimitExceeded.
    """
    if mime_type == _LOCKED and not password:
        raise password_needed()
    if password and (mime_type == _LOCKED or mime_type in _OFFICE):
        opened = own / "opened"
        mime_type = decrypt(stream, password, opened)
        with opened.open("rb") as plain:
            return make_pages(office, plain, mime_type, own)
    if mime_type == _HTML:
        source = own / "page.html"
        write_web_page(stream.read(), source)
    elif mime_type in _MAIL:
        source = own / "mail.html"
        write_mail(stream, mime_type, source)
    elif mime_type in _PLAIN:
        source = _write_plain(stream, mime_type, own)
    else:
        source = own / f"file{_SUFFIXES[mime_type]}"
        with source.open("wb") as copy:
            shutil.copyfileobj(stream, copy, 2**20)
        keep_stored_values(source, mime_type)
    if mime_type in _SHEETS:
        return _make_sheets(office, source)
    if mime_type == filetypes.CSV.mime_type:
        return _fit(office, source)
    if mime_type in _SLIDES:
        return _make_slides(office, source, mime_type)
    deletions, comments = has_deletions(source, mime_type), has_comments(source, mime_type)
    if deletions or comments:
        return _make_text(office, source, deletions=deletions, comments=comments)
    pdf = source.with_suffix(".pdf")
    # As a text with pages; by itself it takes it for a page of the web, and loses its first lines.
    office.convert(source, pdf, read_as="HTML (StarWriter)" if source.suffix == ".html" else "")
    return Made(pdf)


def _make_sheets(office: Office, source: Path) -> Made:
    flat = source.with_suffix(".fods")
    office.convert(source, flat)
    try:
        return _fit(office, flat)
    except (ConversionFailed, LimitExceeded):
        # LibreOffice breaks off at some embedded objects that it has itself written flat.
        pdf = source.with_suffix(".pdf")
        office.convert(source, pdf)
        return Made(pdf)


def _fit(office: Office, flat: Path) -> Made:
    fitted, pdf = flat.with_name("fitted.fods"), flat.with_name("fitted.pdf")
    notes = fit_to_pages(flat, fitted)
    flat.unlink()
    office.convert(fitted, pdf)
    return Made(pdf, notes)


def _make_slides(office: Office, source: Path, mime_type: str) -> Made:
    """Hidden slides are pages, too: Impress and PowerPoint print them."""
    if has_notes(source, mime_type):
        flat, shown = source.with_suffix(".fodp"), source.with_name("shown.fodp")
        pdf = source.with_name("shown.pdf")
        try:
            office.convert(source, flat)
            add_notes(flat, shown)
            flat.unlink()
            office.convert(shown, pdf, write_as=WITH_HIDDEN_SLIDES)
            return Made(pdf)
        except (ConversionFailed, LimitExceeded):
            pass  # As for workbooks. Better without notes than not at all.
    pdf = source.with_suffix(".pdf")
    office.convert(source, pdf, write_as=WITH_HIDDEN_SLIDES)
    return Made(pdf)


def _make_text(office: Office, source: Path, *, deletions: bool, comments: bool) -> Made:
    """Without its deletions, and with its comments after it."""
    shown = source.with_suffix(".fodt")
    notes: tuple[str, ...] = ()
    try:
        office.convert(source, shown)
        if deletions:
            notes = hide_deletions(shown, shown.with_name("kept.fodt"))
            shown.unlink()
            shown = shown.with_name("kept.fodt")
        if comments:
            print_comments(shown, shown.with_name("commented.fodt"))
            shown.unlink()
            shown = shown.with_name("commented.fodt")
        pdf = shown.with_suffix(".pdf")
        office.convert(shown, pdf)
        return Made(pdf, notes)
    except (ConversionFailed, LimitExceeded):
        # As for workbooks. Better with what was deleted, struck through, than not at all.
        pdf = source.with_suffix(".pdf")
        office.convert(source, pdf)
        return Made(pdf)


def _write_plain(stream: BinaryIO, mime_type: str, own: Path) -> Path:
    text = decode_text(stream.read())
    if mime_type == filetypes.CSV.mime_type:
        target = own / "table.fods"
        write_table(text, target)
    else:
        target = own / "text.fodt"
        write_text(text, target)
    return target
