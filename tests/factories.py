"""What tests start from, made the short way: plain functions, every value may be given."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.utils import timezone

from documents.actions.source_options import DEFAULTS
from documents.events import commit_version
from documents.files.figures import Figure, name_of
from documents.files.filenames import title_from_filename
from documents.mailbox.sealed import seal
from documents.models import (
    Document,
    ItemStatus,
    Membership,
    OcrMode,
    Page,
    PageStatus,
    Reading,
    Role,
    Source,
    SourceItem,
    SourceKind,
    Status,
    Tag,
    Task,
    Team,
    User,
    WorkerProcess,
)
from documents.models.worker import EngineState
from documents.text.page_layout import Block, Box, Line, PageLayout, Word, bounding_box

PASSWORD = "a long enough secret"

_serial = itertools.count(1)


def make_team(name: str = "") -> Team:
    return Team.objects.create(name=name or f"Team {next(_serial)}")


def make_user(
    username: str = "",
    *,
    team: Team | None = None,
    role: str = Role.REVIEWER,
    is_default: bool = False,
    **fields: Any,
) -> User:
    """A user with the password `PASSWORD`, a member of `team` where one is given."""
    user = User(username=username or f"user{next(_serial)}", **fields)
    user.set_password(PASSWORD)
    user.save()
    if team is not None:
        Membership.objects.create(team=team, user=user, role=role, is_default=is_default)
    return user


def make_document(
    team: Team | None = None,
    *,
    filename: str = "letter.pdf",
    status: str = Status.READY,
    pages: Sequence[str | PageLayout | None] = (),
    failed: Iterable[int] = (),
    tags: Iterable[str] = (),
    engine: str = "tesseract",
    **fields: Any,
) -> Document:
    """A document and its pages; no file is stored.

    Each of `pages` is the text that was read on it (or its layout), None where nothing was read
    yet. The numbers in `failed` (counted from 1) are pages that could not be read.
    """
    failed = set(failed)
    team = team or make_team()
    settled = status in (Status.READY, Status.PARTIAL, Status.FAILED)
    done = [
        number
        for number, page in enumerate(pages, start=1)
        if page is not None and number not in failed
    ]
    document = Document(
        team=team,
        filename=filename,
        **{
            "title": title_from_filename(filename),
            "sha256": uuid.uuid4().hex * 2,
            "size": 12_345,
            "mime_type": "application/pdf",
            "status": status,
            "task": Task.NONE if pages else Task.PREPARE,
            "ocr": OcrMode.AUTO,
            "page_count": len(pages) or None,
            "pages_done": len(done),
            "pages_failed": len(failed),
            "engine": engine if done else "",
            "language_chosen": bool(fields.get("language")),
            "results_version": 1 if settled and done else 0,
            "content_version": 1 if done else 0,
            "manifest_version": fields.get("version", 1),
            "finished_at": timezone.now() if settled else None,
            **fields,
        },
    )
    commit_version(document, document.version)
    for number, content in enumerate(pages, start=1):
        if number in failed:
            make_page(document, number, None, status=PageStatus.FAILED, error_code="damaged-page")
        else:
            make_page(document, number, content, engine=engine)
    for name in tags:
        document.tags.add(Tag.objects.get_or_create(team=team, name=name)[0])
    return document


def make_page(
    document: Document,
    number: int,
    content: str | PageLayout | None,
    *,
    engine: str = "tesseract",
    status: str = "",
    **fields: Any,
) -> Page:
    """One page; with content it is read, without it waits (unless `status` says otherwise)."""
    page = Page.objects.create(
        document=document,
        number=number,
        status=status or (PageStatus.PENDING if content is None else PageStatus.DONE),
        **fields,
    )
    if content is not None:
        page.current_reading = make_reading(page, content, engine=engine)
        page.save()
    return page


def make_reading(
    page: Page,
    content: str | PageLayout,
    *,
    run: int | None = None,
    engine: str = "tesseract",
    figures: Iterable[Figure] = (),
) -> Reading:
    layout = make_layout(content) if isinstance(content, str) else content
    return Reading.objects.create(
        page=page,
        run=page.document.run if run is None else run,
        engine=engine,
        engine_version="test",
        width=layout.width,
        height=layout.height,
        dpi=layout.dpi,
        rotation=layout.rotation,
        confidence=layout.confidence,
        flags=layout.flags,
        figures=[figure.facts() for figure in figures],
        layout=layout.to_dict(),
    )


def make_layout(
    text: str, *, width: int = 1240, height: int = 1754, confidence: float = 0.95
) -> PageLayout:
    """A page whose blocks are the paragraphs of `text` (parted by empty lines), lines under each
    other, every word with a box. The blocks' ids are b0, b1, ..."""
    blocks: list[Block] = []
    top = 100.0
    for index, paragraph in enumerate(part for part in text.split("\n\n") if part.strip()):
        lines = []
        for line in paragraph.splitlines():
            lines.append(_line(line, top, confidence))
            top += 40
        blocks.append(
            Block(
                id=f"b{index}",
                label="text",
                bbox=bounding_box(line.bbox for line in lines),
                order=index,
                text=paragraph,
                markdown=paragraph,
                confidence=confidence,
                lines=tuple(lines),
            )
        )
        top += 40
    return PageLayout(width=width, height=height, dpi=150.0, blocks=tuple(blocks))


#: As WebP, as far as the archive looks.
FIGURE = b"RIFF....WEBP a picture"


def layout_with_figure(image: bytes = FIGURE, number: int = 1) -> PageLayout:
    """One block: a picture, with a text that is disputed."""
    layout = make_layout("Under the picture")
    block = replace(layout.blocks[0], label="image", figure=name_of(number, image))
    return replace(layout, blocks=(block,), flags=("disputed",))


def _line(text: str, top: float, confidence: float) -> Line:
    words = []
    left = 100.0
    for word in text.split():
        box: Box = (left, top, left + 12.0 * len(word), top + 30)
        words.append(Word(word, box, confidence))
        left = box[2] + 12
    return Line(text, bounding_box(word.bbox for word in words), tuple(words))


def make_ocr_worker(engine: str = "tesseract", **fields: Any) -> WorkerProcess:
    """The row of an OCR worker that has just reported."""
    start_id = uuid.uuid4()
    return WorkerProcess.objects.create(
        **{
            "id": f"{start_id}:ocr:0",
            "kind": "ocr",
            "start_id": start_id,
            "pid": 1,
            "engine": engine,
            "engine_state": EngineState.READY,
            "started_at": timezone.now(),
            "heartbeat_at": timezone.now(),
            **fields,
        }
    )


def make_mailbox(team: Team, name: str = "Invoices", refused: Iterable[str] = ()) -> Source:
    """A mailbox that nobody asks, and that has refused a message of each of these subjects."""
    source = Source.objects.create(
        kind=SourceKind.MAILBOX,
        team=team,
        name=name,
        enabled=False,
        options={**DEFAULTS[SourceKind.MAILBOX], "host": "imap.example.com", "user": "archive"},
        secret=seal("password"),
    )
    for number, subject in enumerate(refused):
        SourceItem.objects.create(
            source=source,
            identity=str(number),
            name=subject[:500],
            sender=subject[:320],
            status=ItemStatus.REFUSED,
            error_code="file-too-large",
            error_detail=subject,
        )
    return source
