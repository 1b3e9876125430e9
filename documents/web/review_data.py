"""A document and its doubts as the review desk's script reads them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from documents.access import Ability, may
from documents.exports.links import page_image_url, page_thumbnail_url
from documents.models import Document, Page, PageDoubt, PageStatus, ReviewReason, User
from documents.review.doubts import Doubt, DoubtKind, find_all_doubts, find_doubts
from documents.review.flags import describe_flag
from documents.text.page_layout import Box


def describe_document(document: Document, user: User) -> dict[str, Any]:
    """All but the pages' doubts: two queries, whatever the number of pages."""
    holder = document.review_holder
    pages = document.pages.order_by("number").values_list(
        "number", "open_doubts", "checked_at", "status"
    )
    return {
        "id": str(document.id),
        "title": document.title,
        "team": document.team.name,
        "version": document.version,
        "page": f"{reverse('web:documents')}{document.id}/",
        "desk": reverse("web:review-desk", args=[document.id]),
        "reasons": reasons_of(document),
        "note": document.review_note,
        "postponed": _time(document.postponed_until),
        "status": document.review_status,
        "decided": document.get_review_status_display(),
        "holder": "" if holder is None or holder.pk == user.pk else holder.display_name,
        "may_correct": may(user, Ability.CORRECT, document.team_id),
        #: [number, doubts (null: not counted), checked, something was read]
        "pages": [
            [number, doubts, checked is not None, status == PageStatus.DONE]
            for number, doubts, checked, status in pages
        ],
    }


def describe_page(document: Document, page: Page) -> dict[str, Any]:
    """A page with its doubts, those answered without a change of the text among them."""
    layout = page.layout
    open_ids = {doubt.id for doubt in find_doubts(layout, page.answers)} if layout else set()
    doubts = find_all_doubts(layout, page.answers) if layout else []
    return {
        "number": page.number,
        "image": page_image_url(document.id, page.number),
        "thumbnail": page_thumbnail_url(document.id, page.number),
        "width": layout.width if layout else 0,
        "height": layout.height if layout else 0,
        "revision": page.revision,
        "empty": layout is None or not layout.text,
        "error": page.error_text.translated() if page.error_code else "",
        "doubts": [
            describe_doubt(doubt, is_open=doubt.id in open_ids, answers=page.answers)
            for doubt in doubts
            if doubt.id in open_ids or doubt.id in page.answers
        ],
    }


def describe_doubt(
    doubt: Doubt, *, is_open: bool, answers: dict[str, Any] | None = None
) -> dict[str, Any]:
    answer = (answers or {}).get(doubt.id)
    return {
        "id": doubt.id,
        "kind": doubt.kind.value,
        "why": _why(doubt),
        "advice": str(describe_flag(doubt.flag).advice) if doubt.flag else "",
        "text": doubt.text,
        "other": doubt.other,
        "before": doubt.before,
        "after": doubt.after,
        "box": _box(doubt.bbox),
        "line": _box(doubt.line),
        "context": _box(doubt.context),
        #: Whether words can be put there; else the page has to be opened.
        "placed": doubt.start is not None or doubt.kind == DoubtKind.UNREAD,
        "answer": None if is_open or answer is None else answer["answer"],
    }


def describe_place(row: PageDoubt) -> dict[str, Any] | None:
    """A word of a group pass where it stands; None where it is not in doubt there any more."""
    page = row.page
    layout = page.layout
    if layout is None:
        return None
    found = next((each for each in find_doubts(layout, page.answers) if each.id == row.key), None)
    if found is None:
        return None
    return {
        **describe_doubt(found, is_open=True),
        "document": str(page.document_id),
        "title": page.document.title,
        "number": page.number,
        "width": layout.width,
        "height": layout.height,
        "image": page_image_url(page.document_id, page.number),
    }


def reasons_of(document: Document) -> list[str]:
    """Why the document is in the queue, in words."""
    reasons = [str(describe_flag(name).label) for name in document.flags]
    if document.review_reason in (ReviewReason.CONFIDENCE, ReviewReason.SAMPLE):
        reasons.append(str(document.get_review_reason_display()))
    return list(dict.fromkeys(reasons))


def _why(doubt: Doubt) -> str:
    if doubt.flag:
        return str(describe_flag(doubt.flag).label)
    return {
        DoubtKind.DISPUTED: _("Two readers disagree"),
        DoubtKind.LOOKALIKES: _("Latin and Cyrillic letters in one word"),
        DoubtKind.UNCERTAIN: _("Read with little certainty"),
        DoubtKind.CUT: _("The text was cut here"),
        DoubtKind.UNREAD: _("Ink without text"),
        DoubtKind.PAGE: "",
    }[doubt.kind]


def _box(box: Box) -> list[float]:
    return [round(value, 1) for value in box]


def _time(value: Any) -> str:
    return date_format(localtime(value), "SHORT_DATETIME_FORMAT") if value else ""
