"""Documents of drawn sheets, sent and read, and what is made of their pages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pikepdf
import pytest

from documents.actions.arrange import arrange
from documents.actions.claim_task import claim_task
from documents.actions.store_arranged import claim_arrangement
from documents.actions.upload import upload
from documents.files.storage import original_file
from documents.files.upload_staging import stage
from documents.models import Arrangement, Document, PageStatus, Reading, Status, User
from documents.text.arranged import ArrangedPage, ArrangedPart
from documents.text.page_layout import Block, Line, PageLayout, Word
from ocr_worker.arranging import run_arrangement
from ocr_worker.pipeline import run_task
from ocr_worker.rendering import Renderer
from tests.factories import make_team, make_user


def pdf(numbers: Sequence[int]) -> bytes:
    """A4, each page of another height, which tells it from others."""
    target = io.BytesIO()
    with pikepdf.new() as made:
        for number in numbers:
            made.add_blank_page(page_size=(595, 700 + number))
        made.save(target, deterministic_id=True)
    return target.getvalue()


def send(user: User, content: bytes, name: str = "a.pdf", **fields: Any) -> Document:
    return upload(user, stage([content]), name, **fields).document


def work(renderer: Renderer) -> None:
    """All that waits, but reading."""
    while (claim := claim_arrangement()) is not None:
        run_arrangement(claim)
    while (task := claim_task()) is not None:
        run_task(task, renderer)


def read(document: Document, renderer: Renderer) -> None:
    """As an engine would: each page says which one it is, in a word at a known place."""
    with original_file(document.id, document.filename) as path:
        for page in document.pages.all():
            seen = renderer.render_page_image(path, document.mime_type, page.number, rotation=0)
            word = Word(f"page{page.number}", (10, 20, 110, 60), 0.9)
            block = Block("b1", "text", word.bbox, 0, word.text, word.text, 0.9,
                          (Line(word.text, word.bbox, (word,)),))  # fmt: skip
            layout = PageLayout(seen.width, seen.height, seen.dpi, 0, (block,))
            page.current_reading = Reading.objects.create(
                page=page, run=1, engine="tesseract", width=seen.width, height=seen.height,
                dpi=seen.dpi, confidence=0.9, layout=layout.to_dict(),
            )  # fmt: skip
            page.status = PageStatus.DONE
            page.save()
    count = document.pages.count()
    Document.objects.filter(id=document.id).update(
        status=Status.READY, pages_done=count, results_version=1, content_version=0, task=""
    )
    document.refresh_from_db()


def pages_of(document: Document, *numbers: int, **turned: int) -> tuple[ArrangedPage, ...]:
    return tuple(
        ArrangedPage(document.id, number, turned.get(f"p{number}", 0)) for number in numbers
    )


def heights(document: Document) -> list[int]:
    with original_file(document.id, document.filename) as path, pikepdf.open(path) as opened:
        return [round(float(page.mediabox[3])) - 700 for page in opened.pages]


def made_by(arrangement: Arrangement) -> list[Document]:
    arrangement.refresh_from_db()
    assert arrangement.status == "done", arrangement.error_detail
    return [Document.objects.get(id=id_) for id_ in arrangement.made]


def texts(document: Document) -> list[str | None]:
    pages = document.pages.with_text().order_by("number")
    return [page.layout.text if page.layout else None for page in pages]


def arrange_and_make(
    document: Document, parts: list[ArrangedPart], user: User, renderer: Renderer,
    *, as_edition: bool = False,
) -> list[Document]:  # fmt: skip
    arrangement = arrange(document.id, parts, as_edition=as_edition, actor=user)
    work(renderer)
    return made_by(arrangement)


@pytest.fixture
def user(db: None) -> User:
    return make_user(team=make_team())
