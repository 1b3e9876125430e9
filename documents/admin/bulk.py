"""Actions on many selected documents of the list."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from documents.actions.change_many import change_one
from documents.actions.download_many import download_many
from documents.actions.reprocess import ALL, FAILED, reprocess
from documents.actions.trash import trash
from documents.actions.untrash import untrash
from documents.admin.requests import actor
from documents.errors import ArchiveError
from documents.exports.zip_documents import MOST_DOCUMENTS, ORIGINAL
from documents.http.audit_reads import note_export
from documents.models import Document
from documents.replication.after_commit import leave_sync_to_background

#: Each document is a transaction of its own; with more the request would take too long.
MOST_AT_ONCE = 500


@admin.action(description=gettext_lazy("Read again: all pages"))
def read_all_again(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> None:
    user = actor(request)
    _apply_to_each(request, queryset, lambda id_: reprocess(id_, actor=user, pages=ALL))


@admin.action(description=gettext_lazy("Read again: only the failed pages"))
def read_failed_again(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> None:
    user = actor(request)
    _apply_to_each(request, queryset, lambda id_: reprocess(id_, actor=user, pages=FAILED))


@admin.action(description=gettext_lazy("Move to the trash"))
def move_to_trash(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> None:
    user = actor(request)
    _apply_to_each(request, queryset, lambda id_: trash(id_, actor=user))


@admin.action(description=gettext_lazy("Take out of the trash"))
def restore(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> None:
    user = actor(request)
    _apply_to_each(request, queryset, lambda id_: untrash(id_, actor=user))


@admin.action(description=gettext_lazy("Download the originals (zip)"))
def download(
    model_admin: admin.ModelAdmin[Document], request: HttpRequest, queryset: QuerySet[Document]
) -> HttpResponseBase | None:
    try:
        ids = list(queryset.values_list("id", flat=True)[: MOST_DOCUMENTS + 1])
        chunks = download_many(ids, [ORIGINAL], actor=actor(request))
    except ArchiveError as error:
        messages.error(request, error.translated())
        return None
    note_export(actor(request), ids, "originals.zip")
    response = StreamingHttpResponse(chunks, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="originals.zip"'
    response["Content-Security-Policy"] = "sandbox"
    return response


CHANGING = (read_all_again, read_failed_again, move_to_trash, restore)


def _apply_to_each(
    request: HttpRequest,
    queryset: QuerySet[Document],
    action: Callable[[uuid.UUID], Document],
) -> None:
    """Apply `action` to each document as far as allowed, and report how many were changed and why
    others were not.

    Above the limit nothing is done: the list would not show which documents were changed, and
    repeating an action can do harm (all pages are read once more).
    """
    ids = list(queryset.values_list("id", flat=True)[: MOST_AT_ONCE + 1])
    if len(ids) > MOST_AT_ONCE:
        text = _(
            "More than %(most)d documents are selected, which is the limit. Nothing was done. "
            "Narrow the list with its filters and select again."
        )
        messages.error(request, text % {"most": MOST_AT_ONCE})
        return
    done = idle = 0
    refusals: dict[str, int] = {}
    for document_id in ids:
        with leave_sync_to_background():
            outcome = change_one(document_id, action)
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
