"""What a document's page shows beside its pages: its state, facts, what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.access import ABILITIES, Ability
from documents.actions.make_file_link import ORIGINAL
from documents.actions.unlock import PASSWORD_LENGTH, needs_password
from documents.exports.downloads import RESULT_TYPES
from documents.exports.history import history_of
from documents.exports.links import original_url, result_url
from documents.files.filetypes import holds_files
from documents.http.engines import engines_to_choose
from documents.models import (
    Document,
    Membership,
    OcrMode,
    PageStatus,
    Priority,
    ReviewStatus,
    Status,
    User,
)
from documents.review.flags import describe_flag
from documents.web.list_rows import language_name
from documents.web.made_of import copies_of, sources_of
from documents.web.members import (
    Contents,
    containers_for,
    contents_of,
    is_container,
    place_of,
)
from documents.web.sources import find_source_of
from documents.web.stacks import stack_of

#: Pages that are listed as failed, or to look at; once these are done, the next ones appear.
MOST_LISTED = 40

_BADGES = {
    Status.QUEUED: "busy",
    Status.PROCESSING: "busy",
    Status.READY: "ok",
    Status.PARTIAL: "warn",
    Status.FAILED: "bad",
}
#: What is still done with a document that a newer edition has replaced.
_OF_OLD_EDITIONS = (Ability.SEE, Ability.REPROCESS, Ability.HOLD, Ability.MANAGE)
_REVIEW_BADGES = {ReviewStatus.APPROVED: "ok", ReviewStatus.REJECTED: "bad"}


@dataclass(frozen=True)
class State:
    """How far a document is. `badge` is a class of components.css; `progress` is 0 to 1, None
    while the number of pages is unknown."""

    version: int
    status: str
    label: str
    badge: str
    review: str
    review_label: str
    review_badge: str
    pages: int
    done: int
    failed: int
    finished: bool
    progress: float | None
    text: str

    @classmethod
    def of(cls, document: Document) -> State:
        finished = not document.is_unfinished
        return cls(
            version=document.version,
            status=document.status,
            label=str(Status(document.status).label),
            badge=_BADGES[Status(document.status)],
            review=document.review_status,
            review_label=str(ReviewStatus(document.review_status).label),
            review_badge=_REVIEW_BADGES.get(ReviewStatus(document.review_status), ""),
            pages=document.page_count or 0,
            done=document.pages_done,
            failed=document.pages_failed,
            finished=finished,
            progress=document.progress,
            text="" if finished else _describe_progress(document),
        )


def _describe_progress(document: Document) -> str:
    if document.page_count is None:
        return _("The pages are being counted")
    if not document.pages_asked:
        return _("The stack is being split")
    return ngettext(
        "%(done)d of %(count)d page read",
        "%(done)d of %(count)d pages read",
        document.pages_asked or 0,
    ) % {"done": document.pages_done + document.pages_failed, "count": document.pages_asked}


def abilities_of(user: User, document: Document) -> dict[str, bool]:
    """By the name of the ability, in one query; nothing changes in the trash but what takes it
    out, and of an older edition only the reading."""
    role = (
        None
        if user.is_superuser
        else Membership.objects.filter(user=user, team=document.team_id)
        .values_list("role", flat=True)
        .first()
    )
    able = frozenset(Ability) if user.is_superuser else ABILITIES.get(role or "", frozenset())
    return {
        ability.value: ability in able
        and (not document.is_trashed or ability in (Ability.SEE, Ability.TRASH))
        and (not document.is_replaced or ability in _OF_OLD_EDITIONS)
        for ability in Ability
    }


def facts_of(user: User, document: Document) -> dict[str, Any]:
    """Values for the side panel's template."""
    containers = containers_for(user, document.id)
    return {
        "document": document,
        "state": State.of(document),
        "may": abilities_of(user, document),
        "language": language_name(document.language) if document.language else "",
        "tags": [tag.name for tag in document.tags.all()],
        "flags": [describe_flag(name) for name in document.flags],
        "flagged_pages": _flagged_pages(document),
        "failed_pages": _failed_pages(document),
        "error": document.error_text.translated() if document.error_code else "",
        "confidence": None if document.confidence is None else round(document.confidence * 100),
        "downloads": downloads_of(document),
        "needs_password": needs_password(document),
        "password_length": PASSWORD_LENGTH,
        "history": history_of(document),
        "ocr_modes": OcrMode.choices,
        "priority": Priority(document.priority).word,
        "priorities": [(each.word, each.label) for each in reversed(Priority)],
        "engines": engines_to_choose(),
        "source": find_source_of(user, document),
        "containers": containers,
        "made_of": sources_of(user, document),
        "used_in": copies_of(user, document),
        "place": place_of(user, containers, document),
        "contents": contents_of(user, document) if is_container(document) else None,
        "stack": stack_of(user, document),
        "attached": _attached_to(user, document),
    }


def _attached_to(user: User, document: Document) -> Contents | None:
    """What lies in a document that has pages, too; None where nothing does."""
    if is_container(document) or not holds_files(document.mime_type):
        return None
    contents = contents_of(user, document, document.members.filter(pages=""))
    return contents if contents.members else None


@dataclass(frozen=True)
class DownloadLink:
    """`kind`: as links to it name it. `made`: it is made when somebody asks for it, which may take
    a moment."""

    kind: str
    url: str
    name: str
    made: bool = False


def downloads_of(document: Document) -> list[DownloadLink]:
    found = [DownloadLink(ORIGINAL, original_url(document.id), _("Original"))]
    if document.has_results:
        names = {
            "pdf": _("Searchable PDF"),
            "docx": _("Word"),
            "txt": _("Plain text"),
            "md": _("Text (Markdown)"),
            "xlsx": _("Tables (Excel)"),
            "json": _("Text with places (JSON)"),
        }
        found += [
            DownloadLink(kind, result_url(document.id, kind), name, kind not in RESULT_TYPES)
            for kind, name in names.items()
        ]
    return found


def _flagged_pages(document: Document) -> list[int]:
    """The first flagged pages that nobody has corrected."""
    if not document.flags:
        return []
    flagged = document.pages.filter(current_revision=None).exclude(current_reading=None)
    numbers = flagged.exclude(current_reading__flags="").order_by("number")
    return list(numbers.values_list("number", flat=True)[:MOST_LISTED])


def _failed_pages(document: Document) -> list[tuple[int, str]]:
    """`(number, why)` of the first failed pages."""
    if not document.pages_failed:
        return []
    failed = document.pages.filter(status=PageStatus.FAILED).order_by("number")[:MOST_LISTED]
    return [(page.number, page.error_text.translated()) for page in failed]
