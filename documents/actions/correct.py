"""A person corrects a page's text, or accepts a newer reading in place of a correction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction

from documents.actions.request_results import request_results
from documents.errors import InvalidRequest, NoCorrection, NotFound, NothingRead, PageChanged
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, Page, PageRevision, User
from documents.models.event import EventKind
from documents.review.apply_correction import apply_correction
from documents.text.page_layout import PageLayout
from documents.text.validation import validate_text

#: Characters of one block; a densely printed page has about 10,000.
MAX_TEXT_LENGTH = 100_000


def correct(
    document_id: uuid.UUID,
    number: int,
    texts: Mapping[str, str],
    *,
    revision: int,
    actor: User | None,
) -> Page:
    """Keep `texts` (block id -> text) as the page's newest correction.

    `revision` is the page's as its corrector saw it. Texts that change nothing make no revision.
    Raises NotFound, InvalidRequest (an unknown block), Conflict (somebody was first, nothing was
    read on the page yet, in the trash).
    """
    texts = {
        block: validate_text(text, field="blocks", max_length=MAX_TEXT_LENGTH)
        for block, text in texts.items()
    }
    # Placing the words may take a while: no transaction waits for it. The revision says whether
    # the page is still what it was.
    page = _page(Document.objects.get_or_refuse(document_id), number, revision)
    layout = page.layout
    # A correction of a correction builds on it; its boxes still are the first reading's.
    reading = page.base_reading
    if layout is None or reading is None:
        raise NothingRead(
            Message("This page has not been read, so there is no text to correct."),
            document=document_id,
            page=number,
        )
    changed = _apply(layout, texts)
    if changed == layout:
        return page
    with transaction.atomic():
        document = Document.objects.lock(document_id)
        page = _page(document, number, revision)
        page.revision += 1
        page.current_revision = PageRevision.objects.create(
            page=page,
            number=page.revision,
            based_on=reading,
            author=actor,
            layout=changed.to_dict(),
        )
        _save(page)
        request_results(document)
        commit_change(document, EventKind.CORRECTED, actor, page=number, revision=page.revision)
    return page


def accept_reading(
    document_id: uuid.UUID, number: int, *, revision: int, actor: User | None
) -> Page:
    """Let the newest reading count in place of the correction; the correction is kept.

    Raises NotFound, Conflict (somebody was first, no correction is current, in the trash).
    """
    with transaction.atomic():
        document = Document.objects.lock(document_id)
        page = _page(document, number, revision)
        if page.current_revision is None or page.current_reading is None:
            raise NoCorrection(
                Message("Page {page} has no correction to replace.", page=number),
                document=document_id,
                page=number,
            )
        page.revision += 1
        page.current_revision = None
        _save(page)
        request_results(document)
        commit_change(document, EventKind.READING_ACCEPTED, actor, page=number)
    return page


def _page(document: Document, number: int, revision: int) -> Page:
    document.refuse_if_trashed()
    page = document.pages.with_text().filter(number=number).first()
    if page is None:
        raise NotFound(
            Message("The document has no page {page}.", page=number),
            document=document.id,
            page=number,
        )
    if page.revision != revision:
        raise PageChanged(
            Message(
                "Somebody else changed page {page} first: its revision is {revision}, not {seen}. "
                "Load it again and repeat your change.",
                page=number,
                revision=page.revision,
                seen=revision,
            ),
            document=document.id,
            page=number,
        )
    return page


def _apply(layout: PageLayout, texts: Mapping[str, str]) -> PageLayout:
    try:
        return apply_correction(layout, texts)
    except KeyError as error:
        message = Message("The page has no block “{block}”.", block=error.args[0])
        raise InvalidRequest.for_field("blocks", message) from None


def _save(page: Page) -> None:
    page.save(update_fields=["revision", "current_revision"])
