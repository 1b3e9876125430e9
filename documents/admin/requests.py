"""The person behind a request to the admin, and the errors shown to them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from documents.admin.changelist_state import redirect_to_list
from documents.errors import ArchiveError
from documents.models import User


def actor(request: HttpRequest) -> User:
    """The logged-in person. Raises TypeError for a view that `admin_view` does not guard."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("an admin view was reached without a log-in")
    return user


def show_error(request: HttpRequest, error: ArchiveError) -> None:
    """Show the error's message on the next page, in the reader's language."""
    messages.error(request, error.translated())


def redirect_missing_document(request: HttpRequest) -> HttpResponse:
    """To the list, with a message. A document that does not exist and one that the person may
    not see look alike."""
    messages.error(request, _("There is no such document here."))
    return redirect_to_list(request)
