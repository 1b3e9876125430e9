"""A page's text put right without the script: plain forms. (With it, the API is called.)"""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents import access
from documents.access import Ability
from documents.actions.correct import accept_reading, correct
from documents.admin.changelist_state import document_url, filters_of, see_document
from documents.admin.requests import actor, not_there, refuse, sentence
from documents.errors import ArchiveError, Conflict, InvalidRequest, NotFound

#: The form's fields are named after the blocks whose text they hold.
PREFIX = "block-"


@require_POST
def correct_view(request: HttpRequest, document_id: uuid.UUID, number: int) -> HttpResponse:
    texts = {
        name.removeprefix(PREFIX): str(text)
        for name, text in request.POST.items()
        if name.startswith(PREFIX)
    }
    try:
        access.require(request.user, Ability.CORRECT, document_id)
        correct(document_id, number, texts, revision=_revision(request), actor=actor(request))
    except NotFound:
        return not_there(request)
    except Conflict as error:
        return _show_what_was_typed(request, document_id, number, texts, error)
    except ArchiveError as error:
        refuse(request, error)
    else:
        messages.success(request, _("The text of page %(page)d is saved.") % {"page": number})
    return see_document(request, document_id, number)


@require_POST
def accept_view(request: HttpRequest, document_id: uuid.UUID, number: int) -> HttpResponse:
    """The newest reading counts again in place of the correction."""
    try:
        access.require(request.user, Ability.CORRECT, document_id)
        accept_reading(document_id, number, revision=_revision(request), actor=actor(request))
    except NotFound:
        return not_there(request)
    except ArchiveError as error:
        refuse(request, error)
    else:
        text = _("Page %(page)d shows its newest reading; the correction is kept.")
        messages.success(request, text % {"page": number})
    return see_document(request, document_id, number)


def _revision(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("revision", ""))
    except ValueError:
        detail = "revision is the number that the page had when it was loaded."
        raise InvalidRequest(detail, fields={"revision": [detail]}) from None


def _show_what_was_typed(
    request: HttpRequest,
    document_id: uuid.UUID,
    number: int,
    texts: dict[str, str],
    error: Conflict,
) -> HttpResponse:
    """Somebody was first: what was typed is not thrown away, it can be copied from here."""
    context = {
        "title": _("The text was not saved"),
        "reason": sentence(error),
        "typed": "\n\n".join(texts.values()),
        "back": document_url(document_id, number, filters=filters_of(request)),
        "has_permission": True,
    }
    return render(request, "admin/documents/document/conflict.html", context, status=409)
