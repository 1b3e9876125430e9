"""Have documents made of pages of documents: turned, left out, in another order, joined, split.

Here it is only asked for: a background worker puts the files together (`ocr_worker.arranging`) and
stores them (`store_arranged`). The documents that the pages are from stay as they are, unless the
one that is made takes the place of one of them, as its next edition.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.upload import TITLE_LENGTH
from documents.errors import InvalidRequest, NoPages, StillBeingRead
from documents.events import commit_change
from documents.files.filetypes import PageSource, page_source
from documents.messages import Message
from documents.models import Arrangement, ArrangementStatus, Document, User
from documents.models.change_job import limits_to_json
from documents.models.event import EventKind
from documents.signals import announce, tasks_waiting
from documents.text.arranged import ArrangedPage, ArrangedPart, interleave
from documents.text.validation import validate_text

#: Documents that the pages of one request may be from, documents it may make, and its pages.
MOST_SOURCES, MOST_PARTS, MOST_PAGES = 100, 500, 10_000
#: Arrangements that one user may have waiting.
MOST_WAITING = 100


def arrange(
    document_id: uuid.UUID,
    parts: Sequence[ArrangedPart],
    *,
    as_edition: bool,
    actor: User,
    field: str = "pages",
) -> Arrangement:
    """Have a document made of each of `parts`. `as_edition`: the only one becomes the next edition
    of the document `document_id`. All pages are of documents of its team.

    `field`: what errors name. Raises NotFound, NotAllowed, InTrash, Replaced (where an edition is
    wanted and another was first), StillBeingRead (a document's pages are not counted yet), NoPages
    (a document has none), InvalidRequest.
    """
    _check_size(parts, as_edition, field)
    parts = [
        ArrangedPart(part.pages, validate_text(part.title, field=field).strip()[:TITLE_LENGTH])
        for part in parts
    ]
    with transaction.atomic():
        document = access.require_locked(actor, Ability.UPLOAD, document_id)
        if as_edition:
            access.require(actor, Ability.EDIT, document_id)
            document.refuse_if_closed()
            _refuse_unchanged(document, parts[0], field)
        document.refuse_if_trashed()
        others = _check_pages(document, parts, actor, field)
        if Arrangement.objects.filter(user=actor, status=ArrangementStatus.WAITING).count() >= (
            MOST_WAITING
        ):
            message = Message("At most {most} arrangements can wait.", most=MOST_WAITING)
            raise InvalidRequest.for_field(field, message)
        arrangement = Arrangement.objects.create(
            user=actor,
            team=document.team,
            document=document,
            limits=limits_to_json(actor.limits),
            as_edition=as_edition,
            plan=[part.to_json() for part in parts],
        )
        facts = {"parts": len(parts), "pages": sum(len(part.pages) for part in parts)}
        for each in (document, *others):
            if not each.is_replaced:
                commit_change(each, EventKind.ARRANGED, actor, as_edition=as_edition, **facts)
        announce(tasks_waiting)
    return arrangement


def collate(
    document_id: uuid.UUID,
    backs_id: uuid.UUID,
    *,
    reverse: bool = True,
    uneven: bool = False,
    title: str = "",
    actor: User,
) -> Arrangement:
    """Have one document made of the front sides of sheets and their backs, `backs_id`.

    `reverse`: the backs were scanned from the last sheet to the first, as a stack that is turned
    over gives them. `uneven`: also where the two have not the same number of pages; those that are
    over follow at the end. Raises as `arrange`; InvalidRequest for what is not even.
    """
    fronts = access.require(actor, Ability.UPLOAD, document_id)
    backs = access.require(actor, Ability.UPLOAD, backs_id)
    if fronts.id == backs.id:
        message = Message("The backs are another document than the fronts.")
        raise InvalidRequest.for_field("backs", message)
    sides = [_all_pages(each) for each in (fronts, backs)]
    if len(sides[0]) != len(sides[1]) and not uneven:
        message = Message(
            "There are {fronts} fronts and {backs} backs: a page is missing, or one too many was "
            "scanned. Arrange the pages by hand, or say that it is meant.",
            fronts=len(sides[0]),
            backs=len(sides[1]),
        )
        raise InvalidRequest.for_field("backs", message)
    if reverse:
        sides[1].reverse()
    part = ArrangedPart(tuple(interleave(*sides)), title)
    return arrange(document_id, [part], as_edition=False, actor=actor, field="backs")


def _all_pages(document: Document) -> list[ArrangedPage]:
    count = _count_pages(document)
    return [ArrangedPage(document.id, number) for number in range(1, count + 1)]


def _count_pages(document: Document) -> int:
    """Raises StillBeingRead, NoPages."""
    if page_source(document.mime_type) is PageSource.MEMBERS:
        message = Message("“{title}” has no pages of its own.", title=document.title)
        raise NoPages(message, document=document.id)
    if document.page_count is None and document.is_unfinished:
        raise StillBeingRead(document=document.id)
    if not document.page_count:
        message = Message("“{title}” has no pages that can be shown.", title=document.title)
        raise NoPages(message, document=document.id)
    return document.page_count


def _check_size(parts: Sequence[ArrangedPart], as_edition: bool, field: str) -> None:
    count = sum(len(part.pages) for part in parts)
    sources = {page.document for part in parts for page in part.pages}
    if not parts or not all(part.pages for part in parts):
        message = Message("Every document has a page at least.")
    elif as_edition and len(parts) > 1:
        message = Message("A new version is one document: there is a split between its pages.")
    elif len(parts) > MOST_PARTS:
        message = Message("At most {most} documents can be made at once.", most=MOST_PARTS)
    elif count > MOST_PAGES:
        message = Message("At most {most} pages can be arranged at once.", most=MOST_PAGES)
    elif len(sources) > MOST_SOURCES:
        message = Message("The pages are of {most} documents at most.", most=MOST_SOURCES)
    else:
        return
    raise InvalidRequest.for_field(field, message)


def _refuse_unchanged(document: Document, part: ArrangedPart, field: str) -> None:
    as_it_is = [ArrangedPage(document.id, n) for n in range(1, (document.page_count or 0) + 1)]
    if list(part.pages) == as_it_is:
        message = Message("The pages are as they were: there is nothing to save.")
        raise InvalidRequest.for_field(field, message)


def _check_pages(
    document: Document, parts: Sequence[ArrangedPart], actor: User, field: str
) -> list[Document]:
    """The other documents that pages are from, locked, in the order of their ids."""
    pages = [page for part in parts for page in part.pages]
    wanted = sorted({page.document for page in pages} - {document.id})
    others = [access.require_locked(actor, Ability.UPLOAD, id_) for id_ in wanted]
    for other in others:
        other.refuse_if_trashed()
        if other.team_id != document.team_id:
            message = Message(
                "“{title}” is a document of another team: pages of one team only are put together.",
                title=other.title,
            )
            raise InvalidRequest.for_field(field, message)
    used = {page.document for page in pages}
    counts = {each.id: _count_pages(each) for each in (document, *others) if each.id in used}
    for page in pages:
        if not 1 <= page.number <= counts[page.document]:
            message = Message("The document has no page {page}.", page=page.number)
            raise InvalidRequest.for_field(field, message)
    return others
