"""Documents whose files are in the archive, and claims on them."""

from __future__ import annotations

import shutil
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, Status
from documents.models.claim import ClaimOwner, PageClaim, TaskClaim
from documents.text.page_layout import PageLayout
from ocr_worker.engines.base import Needs
from tests.factories import make_document, make_layout
from tests.ocr_worker.files import ENGLISH, pdf, picture, put, write
from tests.ocr_worker.pretended_engine import PretendedEngine

OWNER = ClaimOwner("one:ocr:0", uuid.uuid4())


class Pretending(PretendedEngine):
    """An engine that reads the same on every page; `fault` is raised instead, where given."""

    name, version, needs = "tesseract", "0", Needs()

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.pages = 0

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        self.pages += 1
        if self.fault is not None:
            raise self.fault
        return cover_page(make_layout("what was read", width=image.width, height=image.height))


def cover_page(layout: PageLayout) -> PageLayout:
    """The layout with its words over the whole page: no ink is left unread."""
    whole = (0.0, 0.0, float(layout.width), float(layout.height))
    [block] = layout.blocks
    lines = tuple(
        replace(line, bbox=whole, words=tuple(replace(word, bbox=whole) for word in line.words))
        for line in block.lines
    )
    return replace(layout, blocks=(replace(block, bbox=whole, lines=lines),))


def scan(path: Path, pages: int = 1) -> Path:
    """A PDF of pictures of print."""

    def draw(canvas: Any) -> None:
        for _ in range(pages):
            put(canvas, picture(ENGLISH, width=620, height=877))
            canvas.showPage()

    return pdf(path, draw)


def born_digital(path: Path) -> Path:
    return pdf(path, lambda canvas: write(canvas, ENGLISH))


def keep(document: Document, file: Path) -> Document:
    """Put a copy of `file` into the archive as the document's original."""
    staged = archive().staging / uuid.uuid4().hex
    shutil.copy(file, staged)
    archive().put(original_key(document.id, document.filename), staged)
    return document


def processing(file: Path, pages: int = 1, **fields: Any) -> Document:
    """A document whose pages wait."""
    return keep(make_document(status=Status.PROCESSING, pages=[None] * pages, **fields), file)


def queued(file: Path, **fields: Any) -> Document:
    """A document just uploaded."""
    return keep(make_document(status=Status.QUEUED, **fields), file)


def claim_waiting_page() -> PageClaim:
    claim = claim_page(OWNER)
    assert claim is not None
    return claim


def claim_waiting_task() -> TaskClaim:
    claim = claim_task()
    assert claim is not None
    return claim
