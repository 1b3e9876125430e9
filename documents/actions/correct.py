"""A person corrects a page's text."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.request_results import request_results
from documents.errors import InvalidRequest, NothingRead
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, Page, PageRevision, User
from documents.models.event import EventKind
from documents.models.reading import find_base_reading
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
    """Save `texts` (block id -> text) as the page's newest correction.

    `revision` is the page's as `actor` saw it. Texts that change nothing make no revision.
    Raises NotFound, NotAllowed, InvalidRequest (an unknown block), Conflict (somebody was first,
    nothing was read on the page yet, in the trash).
    """
    texts = {
        block: validate_text(text, field="blocks", max_length=MAX_TEXT_LENGTH)
        for block, text in texts.items()
    }
    # Placing the words may take a while: no transaction waits for it. The revision tells whether
    # the page has changed meanwhile.
    document = access.require(actor, Ability.CORRECT, document_id)
    page = _get_page(document, number, revision)
    layout = page.layout
    # A correction of a correction is based on the same reading: its boxes are of that one.
    reading = find_base_reading(page)
    if layout is None or reading is None:
        raise NothingRead(
            Message("This page has not been read, so there is no text to correct."),
            document=document_id,
            page=number,
        )
    changed = _apply_correction(layout, texts)
    if changed == layout:
        return page
    with transaction.atomic():
        document = access.require_locked(actor, Ability.CORRECT, document_id)
        page = _get_page(document, number, revision)
        page.revision += 1
        page.current_revision = PageRevision.objects.create(
            page=page,
            number=page.revision,
            based_on=reading,
            author=actor,
            layout=changed.to_dict(),
        )
        page.save_changed_fields()
        request_results(document)
        commit_change(document, EventKind.CORRECTED, actor, page=number, revision=page.revision)
    return page


def _apply_correction(layout: PageLayout, texts: Mapping[str, str]) -> PageLayout:
    try:
        return apply_correction(layout, texts)
    except KeyError as error:
        message = Message("The page has no block “{block}”.", block=error.args[0])
        raise InvalidRequest.for_field("blocks", message) from None


def _get_page(document: Document, number: int, revision: int) -> Page:
    document.refuse_if_trashed()
    return document.pages.with_text().get_in_revision(document, number, revision)
