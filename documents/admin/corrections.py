"""Correct a page's text without the script, by plain forms. (The script calls the API.)"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.actions.accept_reading import accept_reading
from documents.actions.correct import correct
from documents.admin.changelist_state import document_url, list_query_of, redirect_to_document
from documents.admin.forms import CorrectionForm, RevisionForm, report_errors
from documents.admin.requests import actor, redirect_missing_document, show_error
from documents.errors import ArchiveError, Conflict, NotFound


@require_POST
def correct_view(request: HttpRequest, document_id: uuid.UUID, number: int) -> HttpResponse:
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        report_errors(request, form)
        return redirect_to_document(request, document_id, number)
    revision = form.cleaned_data["revision"]
    try:
        correct(document_id, number, form.texts, revision=revision, actor=actor(request))
    except NotFound:
        return redirect_missing_document(request)
    except Conflict as error:
        return _show_unsaved_text(request, document_id, number, form.texts, error)
    except ArchiveError as error:
        show_error(request, error)
    else:
        messages.success(request, _("The text of page %(page)d is saved.") % {"page": number})
    return redirect_to_document(request, document_id, number)


@require_POST
def accept_view(request: HttpRequest, document_id: uuid.UUID, number: int) -> HttpResponse:
    """Let the newest reading replace the correction."""
    form = RevisionForm(request.POST)
    if not form.is_valid():
        report_errors(request, form)
        return redirect_to_document(request, document_id, number)
    revision = form.cleaned_data["revision"]
    try:
        accept_reading(document_id, number, revision=revision, actor=actor(request))
    except NotFound:
        return redirect_missing_document(request)
    except ArchiveError as error:
        show_error(request, error)
    else:
        text = _("Page %(page)d shows its newest reading; the correction is kept.")
        messages.success(request, text % {"page": number})
    return redirect_to_document(request, document_id, number)


def _show_unsaved_text(
    request: HttpRequest,
    document_id: uuid.UUID,
    number: int,
    texts: dict[str, str],
    error: Conflict,
) -> HttpResponse:
    """Another person changed the page first. The typed text is shown, to be copied."""
    context = {
        "title": _("The text was not saved"),
        "reason": error.translated(),
        "typed": "\n\n".join(texts.values()),
        "back": document_url(document_id, number, filters=list_query_of(request)),
        "has_permission": True,
    }
    return render(request, "admin/documents/document/conflict.html", context, status=409)
