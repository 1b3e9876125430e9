"""The buttons of a document's page: each posts a form and calls one action."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from documents.access import Ability
from documents.actions.decide import approve, reject
from documents.actions.edit import edit
from documents.actions.reprocess import reprocess
from documents.actions.trash import trash
from documents.actions.unlock import unlock
from documents.actions.untrash import untrash
from documents.admin.changelist_state import redirect_to_document
from documents.admin.forms import (
    DecisionForm,
    DetailsForm,
    NoFields,
    PasswordForm,
    ReprocessForm,
    report_errors,
)
from documents.admin.requests import actor, redirect_missing_document, show_error
from documents.errors import ArchiveError, NotFound

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True)
class Button:
    """`act` takes the document's id, the actor and the form's values; `done` is what a person
    reads afterwards."""

    ability: Ability
    form: type[forms.Form]
    act: Callable[..., object]
    done: StrPromise


BUTTONS = {
    "approve": Button(Ability.DECIDE, DecisionForm, approve, _("The document is approved.")),
    "reject": Button(Ability.DECIDE, DecisionForm, reject, _("The document is rejected.")),
    "trash": Button(Ability.TRASH, NoFields, trash, _("The document is in the trash.")),
    "restore": Button(
        Ability.TRASH, NoFields, untrash, _("The document is out of the trash again.")
    ),
    "read-again": Button(
        Ability.REPROCESS, ReprocessForm, reprocess, _("The document is being read again.")
    ),
    "password": Button(
        Ability.REPROCESS, PasswordForm, unlock, _("The file is open, and is being read.")
    ),
}


@require_POST
def button_view(request: HttpRequest, document_id: uuid.UUID, verb: str) -> HttpResponse:
    """`verb` is a key of BUTTONS."""
    if verb not in BUTTONS:
        raise Http404
    button = BUTTONS[verb]
    form = button.form(request.POST)
    if not form.is_valid():
        report_errors(request, form)
        return redirect_to_document(request, document_id)
    try:
        button.act(document_id, actor=actor(request), **form.cleaned_data)
    except NotFound:
        return redirect_missing_document(request)
    except ArchiveError as error:
        show_error(request, error)
    else:
        messages.success(request, button.done)
    return redirect_to_document(request, document_id)


@require_POST
def details_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Save the title, the language and the tags."""
    form = DetailsForm(request.POST)
    if not form.is_valid():
        report_errors(request, form)
        return redirect_to_document(request, document_id)
    try:
        edit(document_id, actor=actor(request), **form.changes())
    except NotFound:
        return redirect_missing_document(request)
    except ArchiveError as error:
        show_error(request, error)
    else:
        messages.success(request, _("Saved."))
    return redirect_to_document(request, document_id)
