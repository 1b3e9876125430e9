"""What managers change about a webhook: each address calls one action and leads back."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from documents.actions.manage_webhook import (
    change_webhook,
    delete_webhook,
    redeliver,
    require_webhook,
    rotate_secret,
    send_test,
)
from documents.errors import InvalidRequest
from documents.models import User
from documents.web.guard import for_people, person
from documents.web.webhooks import ReplayForm, WebhookForm, show_webhook

#: What a change answers: a page, or None for the webhook's page with the messages there.
Change = Callable[[HttpRequest, uuid.UUID, User], HttpResponseBase | None]


def _change(change: Change) -> Callable[..., HttpResponseBase]:
    @never_cache
    @require_POST
    @for_people
    def view(request: HttpRequest, webhook_id: uuid.UUID) -> HttpResponseBase:
        answer = change(request, webhook_id, person(request))
        return answer or redirect("web:webhooks-one", webhook_id)

    return view


def _edit(request: HttpRequest, webhook_id: uuid.UUID, user: User) -> HttpResponseBase | None:
    webhook = require_webhook(webhook_id, actor=user)
    form = WebhookForm(None, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            change_webhook(webhook_id, actor=user, url=given["url"].strip(), events=given["events"])
        except InvalidRequest as error:
            form.add_error("url", error.translated())
        else:
            messages.success(request, _("Saved."))
            return None
    return show_webhook(request, webhook, form=form)


def _switch(request: HttpRequest, webhook_id: uuid.UUID, user: User) -> None:
    active = request.POST.get("active") == "on"
    change_webhook(webhook_id, actor=user, active=active)
    if active:
        text = _("It is told again. What it missed can be sent again below.")
    else:
        text = _("It is told nothing more until you start it again.")
    messages.success(request, text)


def _make_secret(request: HttpRequest, webhook_id: uuid.UUID, user: User) -> HttpResponseBase:
    secret = rotate_secret(webhook_id, actor=user)
    return show_webhook(request, require_webhook(webhook_id, actor=user), secret=secret)


def _test(request: HttpRequest, webhook_id: uuid.UUID, user: User) -> None:
    send_test(webhook_id, actor=user)
    messages.success(request, _("A test message is on its way. Look at the log in a moment."))


def _replay(request: HttpRequest, webhook_id: uuid.UUID, user: User) -> HttpResponseBase | None:
    """One message, or those of a time."""
    webhook = require_webhook(webhook_id, actor=user)
    if "message" in request.POST:
        count = redeliver(webhook_id, actor=user, message_ids=_ids(request.POST["message"]))
    else:
        form = ReplayForm(request.POST)
        if not form.is_valid():
            return show_webhook(request, webhook, replay=form)
        count = redeliver(webhook_id, actor=user, **form.cleaned_data)
    text = ngettext(
        "%(count)d message is sent again.", "%(count)d messages are sent again.", count
    ) % {"count": count}
    if count and webhook.disabled_at is not None:
        text += " " + _("They wait until the webhook is started.")
    messages.success(request, text)
    return None


def _delete(request: HttpRequest, webhook_id: uuid.UUID, user: User) -> HttpResponseBase:
    delete_webhook(webhook_id, actor=user)
    messages.success(request, _("The webhook is deleted, with its log."))
    return redirect("web:webhooks")


def _ids(text: str) -> list[uuid.UUID]:
    """None where it is no id."""
    try:
        return [uuid.UUID(text)]
    except ValueError:
        return []


_WEBHOOK = "webhooks/<uuid:webhook_id>/"

urlpatterns = [
    path(f"{_WEBHOOK}change/", _change(_edit), name="webhooks-change"),
    path(f"{_WEBHOOK}switch/", _change(_switch), name="webhooks-switch"),
    path(f"{_WEBHOOK}secret/", _change(_make_secret), name="webhooks-secret"),
    path(f"{_WEBHOOK}test/", _change(_test), name="webhooks-test"),
    path(f"{_WEBHOOK}replay/", _change(_replay), name="webhooks-replay"),
    path(f"{_WEBHOOK}delete/", _change(_delete), name="webhooks-delete"),
]
