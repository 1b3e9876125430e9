"""What every view of the admin asks of its request, and how it says what went wrong."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from documents.errors import ArchiveError, InvalidRequest, describe
from documents.models import User

_SAYS_LITTLE = {ArchiveError.code, InvalidRequest.code}


def actor(request: HttpRequest) -> User:
    """Who acts. The admin lets nobody in who is not logged in."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("an admin view was reached without a log-in")
    return user


def sentence(error: ArchiveError) -> str:
    """What is said to a person: the detail, which is in English, where they read English; else
    the summary in their language, and the detail only where that alone would say nothing."""
    if (get_language() or "en").startswith("en"):
        return error.detail
    summary = describe(error.code)
    return f"{summary} ({error.detail})" if error.code in _SAYS_LITTLE else summary


def refuse(request: HttpRequest, error: ArchiveError) -> None:
    messages.error(request, sentence(error))


def document_url(document_id: uuid.UUID, page: int | None = None) -> str:
    """The document's page in the admin, at `page` where one is named."""
    url = reverse("admin:documents_document_change", args=[document_id])
    return url if page is None else f"{url}?at={page}#page-{page}"


def see_document(document_id: uuid.UUID, page: int | None = None) -> HttpResponse:
    return HttpResponseRedirect(document_url(document_id, page))


def see_list(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:documents_document_changelist"))


def not_there(request: HttpRequest) -> HttpResponse:
    """The document does not exist, or is not theirs to see: the two look alike."""
    messages.error(request, _("There is no such document here."))
    return see_list(request)
