"""The buttons of a document's page: each posts, is allowed by the team, calls one action."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from documents import access
from documents.access import Ability
from documents.actions.decide import approve, reject
from documents.actions.edit import edit
from documents.actions.reprocess import reprocess
from documents.actions.trash import trash
from documents.actions.untrash import take_out_of_trash
from documents.admin.changelist_state import see_document
from documents.admin.requests import actor, not_there, refuse
from documents.admin.review_queue import came_from_queue, see_next
from documents.errors import ArchiveError, InvalidRequest, NotFound
from documents.models import Document, User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True)
class Verb:
    ability: Ability
    act: Callable[[HttpRequest, User, uuid.UUID], object]
    said: StrPromise


VERBS = {
    "approve": Verb(
        Ability.DECIDE,
        lambda request, user, id_: approve(id_, actor=user, version=_version(request)),
        _("The document is approved."),
    ),
    "reject": Verb(
        Ability.DECIDE,
        lambda request, user, id_: reject(id_, actor=user, version=_version(request)),
        _("The document is rejected."),
    ),
    "trash": Verb(
        Ability.TRASH,
        lambda request, user, id_: trash(id_, actor=user),
        _("The document is in the trash."),
    ),
    "restore": Verb(
        Ability.TRASH,
        lambda request, user, id_: take_out_of_trash(id_, actor=user),
        _("The document is out of the trash again."),
    ),
    "read-again": Verb(
        Ability.REPROCESS,
        lambda request, user, id_: reprocess(
            id_,
            actor=user,
            pages=request.POST.get("pages", "all"),
            engine=request.POST.get("engine") or None,
            ocr=request.POST.get("ocr") or None,
        ),
        _("The document is being read again."),
    ),
}


@require_POST
def verb_view(request: HttpRequest, document_id: uuid.UUID, verb: str) -> HttpResponse:
    if verb not in VERBS:
        raise Http404
    asked = VERBS[verb]
    try:
        access.require(request.user, asked.ability, document_id)
        asked.act(request, actor(request), document_id)
    except NotFound:
        return not_there(request)
    except ArchiveError as error:
        refuse(request, error)
    else:
        messages.success(request, asked.said)
        if asked.ability is Ability.DECIDE and came_from_queue(request):
            return see_next(request, Document.objects.get(id=document_id))
    return see_document(request, document_id)


@require_POST
def details_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponse:
    """Title, language and tags (parted by commas). Of each, `initial-...` is what the form showed:
    what the person left as it was stays as others have made it meanwhile."""
    title, language, tags = (_changed(request, name) for name in ("title", "language", "tags"))
    tags_shown = request.POST.get("initial-tags")
    try:
        access.require(request.user, Ability.EDIT, document_id)
        edit(
            document_id,
            actor=actor(request),
            title=title,
            language=language,
            tags=None if tags is None else tags.split(","),
            tags_seen=None if tags_shown is None else tags_shown.split(","),
        )
    except NotFound:
        return not_there(request)
    except ArchiveError as error:
        refuse(request, error)
    else:
        messages.success(request, _("Saved."))
    return see_document(request, document_id)


def _version(request: HttpRequest) -> int | None:
    """The version of the document that the page showed. Raises InvalidRequest."""
    given = request.POST.get("version", "")
    try:
        return int(given) if given else None
    except ValueError:
        detail = "version is the number that the document had when its page was loaded."
        raise InvalidRequest(detail, fields={"version": [detail]}) from None


def _changed(request: HttpRequest, name: str) -> str | None:
    """The field's value; None where it is the one that the form showed, or was not sent."""
    value = request.POST.get(name)
    return None if value == request.POST.get(f"initial-{name}") else value
