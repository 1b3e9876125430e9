"""A person corrects a page's text and its blocks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.store_correction import store_correction
from documents.actions.type_page import Size, empty_layout, record_empty_reading
from documents.errors import InvalidRequest, PageChanged
from documents.messages import Message
from documents.models import Page, User
from documents.models.reading import find_base_reading
from documents.review.apply_correction import apply_correction
from documents.review.apply_edits import apply_edits
from documents.review.edits import AddBlock, Edit, EditTable
from documents.review.merge_corrections import find_contested, find_text_seen
from documents.text.page_layout import PageLayout
from documents.text.validation import validate_text

#: Characters of one block; a densely printed page has about 10,000.
MAX_TEXT_LENGTH = 100_000
#: How often a page is looked at again because somebody saved it at this very moment.
_MOST_TRIES = 5


@dataclass(frozen=True)
class Change:
    """`texts`: block id -> its new text. `edits` are applied afterwards, in their order. `size`: of
    the page image, px; for the first block of a page that could not be read."""

    texts: Mapping[str, str]
    edits: Sequence[Edit] = ()
    size: Size | None = None


def correct(
    document_id: uuid.UUID,
    number: int,
    texts: Mapping[str, str],
    *,
    revision: int,
    actor: User | None,
    edits: Sequence[Edit] = (),
    size: Size | None = None,
) -> Page:
    """Save texts and edits as the page's newest correction; the fields of a `Change`.

    `revision` is the page's as `actor` saw it. Where others have corrected different blocks since,
    both corrections count. What changes nothing makes no revision.
    Raises NotFound, NotAllowed, InvalidRequest (an unknown block, an impossible edit), Conflict
    (PageChanged, with the texts as they are now: somebody else has changed the same blocks; nothing
    was read on the page yet; in the trash).
    """
    change = Change(_validate(texts), _validate_edits(edits), size)
    for _ in range(_MOST_TRIES):
        page = _try(document_id, number, change, revision, actor)
        if page is not None:
            return page
    raise PageChanged(document=document_id, page=number)


def _try(
    document_id: uuid.UUID, number: int, change: Change, seen: int, actor: User | None
) -> Page | None:
    """The saved page; None where somebody saved it at this very moment."""
    # Placing the words may take a while: no transaction waits for it. The revision tells whether
    # the page has changed meanwhile.
    document = access.require(actor, Ability.CORRECT, document_id)
    document.refuse_if_closed()
    page = document.pages.with_text().get_numbered(document, number)
    layout = page.layout or empty_layout(document, page, change.size)
    if page.revision != seen:
        _refuse_contested(page, layout, change, seen)
    changed = _apply(layout, change)
    if changed == layout:
        return page
    return _save(document_id, page, layout, changed, change, actor)


def _save(
    document_id: uuid.UUID,
    page: Page,
    layout: PageLayout,
    changed: PageLayout,
    change: Change,
    actor: User | None,
) -> Page | None:
    with transaction.atomic():
        document = access.require_locked(actor, Ability.CORRECT, document_id)
        document.refuse_if_closed()
        looked_at = page.revision
        page = document.pages.with_text().get_numbered(document, page.number)
        if page.revision != looked_at:
            return None
        # A correction of a correction is based on the same reading: its boxes are of that one.
        reading = find_base_reading(page) or record_empty_reading(document, page, layout)
        facts = {"edits": [edit.op for edit in change.edits]} if change.edits else {}
        store_correction(document, page, reading, changed, actor, **facts)
    return page


def _refuse_contested(page: Page, current: PageLayout, change: Change, seen: int) -> None:
    """Raises PageChanged where somebody else has changed what `change` is about."""
    before = find_text_seen(page, seen)
    touched = [*change.texts, *(name for edit in change.edits for name in edit.touches)]
    contested = (
        touched if before is None else find_contested(before, current, change.texts, change.edits)
    )
    if contested or before is None:
        texts = {block.id: block.text for block in current.blocks}
        raise PageChanged.of_page(
            page.document_id,
            page.number,
            revision=page.revision,
            seen=seen,
            blocks={name: texts.get(name) for name in contested},
        )


def _apply(layout: PageLayout, change: Change) -> PageLayout:
    try:
        corrected = apply_correction(layout, change.texts)
    except KeyError as error:
        message = Message("The page has no block “{block}”.", block=error.args[0])
        raise InvalidRequest.for_field("blocks", message) from None
    return apply_edits(corrected, change.edits) if change.edits else corrected


def _validate(texts: Mapping[str, str]) -> dict[str, str]:
    return {
        block: validate_text(text, field="blocks", max_length=MAX_TEXT_LENGTH)
        for block, text in texts.items()
    }


def _validate_edits(edits: Sequence[Edit]) -> Sequence[Edit]:
    for index, edit in enumerate(edits):
        texts: list[str] = []
        if isinstance(edit, AddBlock):
            texts = [edit.text]
        elif isinstance(edit, EditTable):
            texts = ["\n".join(cell.text for row in edit.rows for cell in row)]
        for text in texts:
            validate_text(text, field=f"edits.{index}", max_length=MAX_TEXT_LENGTH)
    return edits
