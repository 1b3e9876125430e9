"""The columns of the documents' list. Each shows values of its row, without a query or a file."""

from __future__ import annotations

from django.contrib import admin
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.admin.progress import Progress
from documents.admin.review_queue import desk_url
from documents.admin.time_format import format_moment
from documents.exports.links import thumbnail_url
from documents.models import Document, ReviewStatus, Status
from documents.review.flags import describe_flag


@admin.display(description=gettext_lazy("First page"))
def picture(document: Document) -> SafeString:
    """A drawn sheet until the file has been opened, and where it can't be read. The script swaps
    the two when an image fails or becomes available."""
    blank = static("documents/admin/no-page.svg")
    image = thumbnail_url(document.id)
    shown = document.page_count and document.status != Status.FAILED
    return format_html(
        '<img class="thumbnail" src="{}" data-image="{}" data-blank="{}" alt="" loading="lazy"'
        ' width="48" height="64">',
        image if shown else blank,
        image,
        blank,
    )


@admin.display(description=gettext_lazy("title"), ordering="title")
def title(document: Document) -> SafeString:
    if not document.is_trashed:
        return format_html("{}", document.title)
    return format_html(
        '{} <span class="badge badge-trashed">{}</span>', document.title, _("in the trash")
    )


@admin.display(description=gettext_lazy("status"), ordering="status")
def state(document: Document) -> SafeString:
    """The status and the progress bar; the script looks for `data-unfinished`."""
    progress = Progress.of(document)
    return format_html(
        '<span class="state" data-progress="{}" data-title="{}"{}>'
        '<span class="badge badge-{}" data-label>{}</span>'
        '<progress max="1" value="{}" aria-label="{}"{}></progress></span>',
        document.id,
        document.title,
        SafeString("" if progress.finished else " data-unfinished"),  # nosec B703 # our own
        progress.status,
        progress.label,
        progress.value or 0,
        _("Reading of %(title)s") % {"title": document.title},
        SafeString(" hidden" if progress.finished else ""),  # nosec B703 # our own
    )


@admin.display(description=gettext_lazy("pages"))
def pages(document: Document) -> SafeString:
    progress = Progress.of(document)
    return format_html(
        '<span data-pages="{}"><span data-done>{}</span> '
        '<span class="failed" data-failed>{}</span></span>',
        document.id,
        progress.pages,
        progress.failed,
    )


@admin.display(description=gettext_lazy("review"), ordering="review_status")
def review(document: Document) -> SafeString:
    return format_html(
        '<span class="badge badge-{}">{}</span>',
        document.review_status,
        ReviewStatus(document.review_status).label,
    )


@admin.display(description=gettext_lazy("what to look at"))
def flags(document: Document) -> SafeString:
    """A mark with the number of reasons, which leads to the review desk; the reasons are a tooltip,
    and text for screen readers."""
    if not document.flags:
        return SafeString("")
    reasons = ", ".join(str(describe_flag(name).label) for name in document.flags)
    return format_html(
        '<a class="flag-mark" href="{}" title="{}"><span aria-hidden="true">⚑ {}</span>'
        '<span class="visually-hidden">{}</span></a>',
        desk_url(document.id),
        reasons,
        len(document.flags),
        reasons,
    )


@admin.display(description=gettext_lazy("team"))
def team(document: Document) -> str:
    return document.team.name


@admin.display(description=gettext_lazy("tags"))
def tags(document: Document) -> SafeString:
    """Expects prefetched tags."""
    names = ((tag.name,) for tag in document.tags.all())
    return format_html_join(" ", '<span class="tag">{}</span>', names)


@admin.display(description=gettext_lazy("uploaded"), ordering="created_at")
def created_at(document: Document) -> str:
    return format_moment(document.created_at)
