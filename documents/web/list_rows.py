"""A document as a row of a list: what stands in it, in words."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from documents.exports.links import page_image_url, thumbnail_url
from documents.models import Document, ReviewStatus, Status
from documents.models.document import DocumentQuerySet
from documents.review.flags import describe_flag
from documents.text.language_codes import NO_LANGUAGE

#: Colours of the badges (components.css).
_STATUS_KINDS = {
    Status.QUEUED: "busy",
    Status.PROCESSING: "busy",
    Status.PARTIAL: "warn",
    Status.FAILED: "bad",
}
_REVIEW_KINDS = {ReviewStatus.APPROVED: "ok", ReviewStatus.REJECTED: "bad"}


def with_row_facts(documents: DocumentQuerySet) -> DocumentQuerySet:
    """With what rows show, in two queries whatever their number."""
    return documents.select_related("team").prefetch_related("tags")


@dataclass(frozen=True)
class Row:
    document: Document

    @property
    def url(self) -> str:
        return document_page(self.document.id)

    @property
    def has_image(self) -> bool:
        return bool(self.document.page_count) and self.document.status != Status.FAILED

    @property
    def thumbnail(self) -> str:
        return thumbnail_url(self.document.id)

    @property
    def first_page(self) -> str:
        return page_image_url(self.document.id, 1)

    @property
    def unfinished(self) -> bool:
        return self.document.is_unfinished and not self.document.is_trashed

    @property
    def badge(self) -> tuple[str, str]:
        """(kind, label) of what is to be known first: how far its reading is, else its review."""
        document = self.document
        if document.status in _STATUS_KINDS:
            return _STATUS_KINDS[Status(document.status)], str(Status(document.status).label)
        if document.review_status in _REVIEW_KINDS:
            review = ReviewStatus(document.review_status)
            return _REVIEW_KINDS[review], str(review.label)
        return "", ""

    @property
    def review_badge(self) -> tuple[str, str]:
        """The review of a document whose badge says something else."""
        document = self.document
        if document.status not in _STATUS_KINDS or document.review_status not in _REVIEW_KINDS:
            return "", ""
        review = ReviewStatus(document.review_status)
        return _REVIEW_KINDS[review], str(review.label)

    @property
    def pages(self) -> str:
        """How many pages, or how many of them have been read."""
        document = self.document
        if not document.page_count:
            return ""
        if document.is_unfinished and document.pages_asked:
            read = document.pages_done + document.pages_failed
            return _("%(done)d of %(all)d") % {"done": read, "all": document.pages_asked}
        if document.pages_skipped and document.pages_asked:
            text = ngettext(
                "%(asked)d of %(count)d page", "%(asked)d of %(count)d pages", document.page_count
            )
            return text % {"asked": document.pages_asked, "count": document.page_count}
        text = ngettext("%(count)d page", "%(count)d pages", document.page_count)
        return text % {"count": document.page_count}

    @property
    def held(self) -> str:
        """How many documents came in it; "" for none."""
        count = self.document.member_count
        if not count:
            return ""
        text = ngettext("%(count)d document in it", "%(count)d documents in it", count)
        return text % {"count": count}

    @property
    def language(self) -> str:
        return language_name(self.document.language) if self.document.language else ""

    @property
    def date(self) -> str:
        """The day of the upload, in the person's zone."""
        return date_format(timezone.localtime(self.document.created_at), "SHORT_DATE_FORMAT")

    @property
    def confidence(self) -> str:
        """In per cent, rounded down: 100 % is what is certain."""
        confidence = self.document.confidence
        return "" if confidence is None else f"{int(confidence * 100)} %"

    @cached_property
    def reasons(self) -> list[str]:
        """Why somebody should look at it; nothing once it was approved or rejected."""
        document = self.document
        reasons: list[str] = []
        if document.status == Status.FAILED:
            reasons.append(document.error_text.translated())
        elif document.pages_failed:
            text = ngettext(
                "%(count)d page could not be read",
                "%(count)d pages could not be read",
                document.pages_failed,
            )
            reasons.append(text % {"count": document.pages_failed})
        if document.review_status == ReviewStatus.UNREVIEWED:
            reasons += [str(describe_flag(name).label) for name in document.flags]
        return reasons


def language_name(code: str) -> str:
    """The language in the reader's language; the code of one that has no name."""
    if code == NO_LANGUAGE:
        return _("No language")
    try:
        return str(get_language_info(code)["name_translated"]).capitalize()
    except KeyError:
        return code


def document_page(document_id: uuid.UUID) -> str:
    """Where people look at the document."""
    return reverse("web:document", args=[document_id])
