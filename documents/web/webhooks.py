"""Webhooks of the teams that a person manages: what they are told, and what became of it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from documents.access import Ability, teams_where
from documents.actions.manage_webhook import make_webhook, require_webhook
from documents.errors import ArchiveError
from documents.models import MessageStatus, User, Webhook, WebhookEvent, WebhookMessage
from documents.outside.addresses import LONGEST_URL
from documents.web.guard import for_people, person

#: Messages that a page of the log shows.
PAGE_SIZE = 50

EVENTS = (
    (WebhookEvent.READY, _("A document has been read")),
    (WebhookEvent.PARTIAL, _("Some of its pages could not be read")),
    (WebhookEvent.FAILED, _("A document could not be read")),
    (WebhookEvent.APPROVED, _("Approved")),
    (WebhookEvent.REJECTED, _("Rejected")),
    (WebhookEvent.CORRECTED, _("Corrected")),
    (WebhookEvent.DELETED, _("Moved to the trash")),
    (WebhookEvent.MATCHED, _("A saved search has found something new")),
)
_STATUSES = {
    MessageStatus.DELIVERED: (_("delivered"), "ok"),
    MessageStatus.PENDING: (_("waiting"), "busy"),
    MessageStatus.FAILED: (_("given up"), "bad"),
}


class WebhookForm(forms.Form):
    """`teams`: of which the person may choose; None for a webhook that has its team."""

    url = forms.CharField(
        label=_("Address"),
        max_length=LONGEST_URL,
        help_text=_("Where messages are sent (POST). Only public addresses are called."),
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/hook"}),
    )
    events = forms.MultipleChoiceField(
        label=_("Tell it when"), choices=EVENTS, widget=forms.CheckboxSelectMultiple
    )
    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(self, teams: list[tuple[str, str]] | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._only = teams[0][0] if teams else ""
        if teams and len(teams) > 1:
            self.fields["team"].choices = teams  # type: ignore[attr-defined]
        else:
            del self.fields["team"]

    @property
    def team_id(self) -> uuid.UUID:
        return uuid.UUID(self.cleaned_data.get("team") or self._only)


class ReplayForm(forms.Form):
    """A time, in the person's zone, whose messages are sent again."""

    since = forms.DateTimeField(
        label=_("From"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    until = forms.DateTimeField(
        label=_("To"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    only_undelivered = forms.BooleanField(
        label=_("Only what has not arrived"), required=False, initial=True
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and not given.get("since") and not given.get("until"):
            raise ValidationError(_("Say from when, or until when."))
        return given


@never_cache
@for_people
def webhooks_view(request: HttpRequest) -> HttpResponseBase:
    """POST makes one, and shows its secret this once."""
    user = person(request)
    managed = teams_where(user, Ability.MANAGE).order_by("name")
    teams = [(str(team.id), team.name) for team in managed]
    every = {"events": [event.value for event, _label in EVENTS]}
    form, secret = WebhookForm(teams, request.POST or None, initial=every), ""
    if request.method == "POST" and teams and form.is_valid():
        secret = _make(user, form)
        if secret:
            form = WebhookForm(teams, initial=every)
    found = Webhook.objects.filter(team__in=managed).select_related("team").order_by("created_at")
    context = {"form": form, "secret": secret, "teams": teams, "webhooks": list(found)}
    status = 400 if request.method == "POST" and not secret else 200
    return render(request, "web/webhooks/webhooks.html", context, status=status)


@never_cache
@for_people
def webhook_view(request: HttpRequest, webhook_id: uuid.UUID) -> HttpResponseBase:
    return show_webhook(request, require_webhook(webhook_id, actor=person(request)))


def show_webhook(
    request: HttpRequest,
    webhook: Webhook,
    *,
    form: WebhookForm | None = None,
    replay: ReplayForm | None = None,
    secret: str = "",
) -> HttpResponseBase:
    """`secret`: one that this request made. Forms: those with something wrong in them."""
    initial = {"url": webhook.url, "events": webhook.events}
    status = request.GET.get("status", "")
    messages, older = _list_messages(request, webhook, status)
    context = {
        "webhook": webhook,
        "form": form or WebhookForm(None, initial=initial),
        "replay": replay or ReplayForm(),
        "secret": secret,
        "messages_sent": [_describe(message) for message in messages],
        "older": older,
        "status": status,
        "statuses": [(value, label) for value, (label, _kind) in _STATUSES.items()],
        "is_first": "before" not in request.GET,
    }
    wrong = bool(form or replay)
    return render(request, "web/webhooks/webhook.html", context, status=400 if wrong else 200)


def _make(user: User, form: WebhookForm) -> str:
    """The secret; "" with the reason in `form` where nothing was made."""
    given = form.cleaned_data
    try:
        _webhook, secret = make_webhook(
            given["url"].strip(), given["events"], actor=user, team_id=form.team_id
        )
    except ArchiveError as error:
        form.add_error("url", error.translated())
        return ""
    return secret


def _list_messages(
    request: HttpRequest, webhook: Webhook, status: str
) -> tuple[list[WebhookMessage], str]:
    """The newest ones before the moment that is asked for, and the moment of the next page."""
    messages = webhook.messages.order_by("-created_at")
    if status in MessageStatus.values:
        messages = messages.filter(status=status)
    try:
        before = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        before = None
    if before is not None and before.tzinfo is not None:
        messages = messages.filter(created_at__lt=before)
    found = list(messages[: PAGE_SIZE + 1])
    older = found[PAGE_SIZE - 1].created_at.isoformat() if len(found) > PAGE_SIZE else ""
    return found[:PAGE_SIZE], older


def _describe(message: WebhookMessage) -> dict[str, Any]:
    label, kind = _STATUSES[MessageStatus(message.status)]
    attempts = [
        {**attempt, "when": parse_datetime(attempt["at"])} for attempt in message.attempts[::-1]
    ]
    return {"message": message, "label": label, "kind": kind, "attempts": attempts}


urlpatterns = [
    path("webhooks/", webhooks_view, name="webhooks"),
    path("webhooks/<uuid:webhook_id>/", webhook_view, name="webhooks-one"),
]
