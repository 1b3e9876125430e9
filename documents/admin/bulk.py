"""Actions on many selected documents of the list."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from documents.actions.begin_change import begin_change
from documents.actions.change_many import MOST_DOCUMENTS, Outcome, change_many
from documents.actions.download_many import download_many
from documents.actions.parse_change import parse_change
from documents.actions.reprocess import ALL, FAILED
from documents.admin.requests import actor
from documents.errors import ArchiveError
from documents.exports import zip_documents
from documents.http.audit_reads import note_export
from documents.models import Document
from documents.replication.after_commit import leave_sync_to_background

#: Each document is a transaction of its own; with more the request would take too long, and a
#: background worker makes the change.
MOST_AT_ONCE = 500


@admin.action(description=gettext_lazy("Read again: all pages"))
def read_all_again(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> None:
    _change(request, queryset, action="reprocess", pages=ALL)


@admin.action(description=gettext_lazy("Read again: only the failed pages"))
def read_failed_again(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> None:
    _change(request, queryset, action="reprocess", pages=FAILED)


@admin.action(description=gettext_lazy("Move to the trash"))
def move_to_trash(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> None:
    _change(request, queryset, action="trash")


@admin.action(description=gettext_lazy("Take out of the trash"))
def restore(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> None:
    _change(request, queryset, action="untrash")


@admin.action(description=gettext_lazy("Download the originals (zip)"))
def download(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> HttpResponseBase | None:
    try:
        most = zip_documents.MOST_DOCUMENTS + 1
        ids = list(queryset.values_list("id", flat=True)[:most])
        chunks = download_many(ids, [zip_documents.ORIGINAL], actor=actor(request))
    except ArchiveError as error:
        messages.error(request, error.translated())
        return None
    note_export(actor(request), ids, "originals.zip")
    response = StreamingHttpResponse(chunks, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="originals.zip"'
    response["Content-Security-Policy"] = "sandbox"
    return response


CHANGING = (read_all_again, read_failed_again, move_to_trash, restore)


def _change(request: HttpRequest, queryset: QuerySet[Document], **change: str) -> None:
    """Make the change (`parse_change`) of each document as far as allowed, and report how many were
    changed and why others were not. Of many a background worker makes it, as on people's lists.

    Above the limit nothing is done: the list would not show which documents were changed, and
    repeating an action can do harm (all pages are read once more).
    """
    ids = list(queryset.values_list("id", flat=True)[: MOST_DOCUMENTS + 1])
    if len(ids) > MOST_DOCUMENTS:
        text = _(
            "More than %(most)d documents are selected, which is the limit. Nothing was done. "
            "Narrow the list with its filters and select again."
        )
        messages.error(request, text % {"most": MOST_DOCUMENTS})
    elif len(ids) > MOST_AT_ONCE:
        try:
            begin_change(ids, change, actor=actor(request))
        except ArchiveError as error:
            messages.error(request, error.translated())
        else:
            text = _("The change goes on by itself. “All documents” shows how far it is.")
            messages.success(request, text)
    else:
        with leave_sync_to_background():
            _report(request, change_many(ids, parse_change(change), actor=actor(request)))


def _report(request: HttpRequest, outcomes: Iterable[Outcome]) -> None:
    done = idle = 0
    refusals: dict[str, int] = {}
    for outcome in outcomes:
        if outcome.error is not None:
            reason = outcome.error.translated()
            refusals[reason] = refusals.get(reason, 0) + 1
        elif outcome.changed:
            done += 1
        else:
            idle += 1
    if done:
        text = ngettext("Done: %(count)d document.", "Done: %(count)d documents.", done)
        messages.success(request, text % {"count": done})
    if idle:
        text = ngettext(
            "There was nothing to do for %(count)d document.",
            "There was nothing to do for %(count)d documents.",
            idle,
        )
        messages.info(request, text % {"count": idle})
    for reason, count in refusals.items():
        text = ngettext(
            "Not done to %(count)d document: %(reason)s",
            "Not done to %(count)d documents: %(reason)s",
            count,
        )
        messages.error(request, text % {"count": count, "reason": reason})
