"""The buttons of the admin that log out everywhere."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.actions.log_out_everywhere import log_out_everywhere
from documents.errors import NotFound
from documents.models import User


@require_POST
def log_out_everywhere_page(request: HttpRequest, user_id: int | None = None) -> HttpResponse:
    """Of oneself, or (administrators) of another user. The page's guard is `admin_view`."""
    assert isinstance(request.user, User)
    if user_id is None:
        user_id = request.user.pk
    try:
        log_out_everywhere(user_id, actor=request.user)
    except NotFound as error:
        raise Http404(error.translated()) from None
    if user_id == request.user.pk:
        logout(request)
        messages.success(request, _("You are logged out on every device."))
        return HttpResponseRedirect(reverse("log-in"))
    messages.success(request, _("The user is logged out on every device."))
    return HttpResponseRedirect(reverse("admin:documents_user_change", args=[user_id]))
