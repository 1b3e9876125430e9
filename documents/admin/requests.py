"""What every view of the admin asks of its request, and how it says what went wrong."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from documents.admin.changelist_state import redirect_to_list
from documents.errors import ArchiveError, InvalidRequest
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
    its_own = error.summary is not type(error).summary
    if its_own or error.code not in _SAYS_LITTLE:
        return str(error.summary)
    return f"{error.summary} ({error.detail})"


def refuse(request: HttpRequest, error: ArchiveError) -> None:
    messages.error(request, sentence(error))


def not_there(request: HttpRequest) -> HttpResponse:
    """The document does not exist, or is not theirs to see: the two look alike."""
    messages.error(request, _("There is no such document here."))
    return redirect_to_list(request)
