"""What managers change about a source: each address calls one action and leads back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from documents.access import Ability, teams_where
from documents.actions.manage_source import (
    change_source,
    delete_source,
    make_source,
    require_source,
    retry_items,
    run_now,
    test_source,
)
from documents.errors import ArchiveError, InvalidRequest, RoleTooLow
from documents.messages import Message
from documents.models import Source, SourceKind, User
from documents.web.guard import for_people, person
from documents.web.refusals import show_missing
from documents.web.source_forms import (
    RuleForm,
    SourceForm,
    build_form,
    build_rules,
    read_rules,
)

_KINDS = (SourceKind.MAILBOX.value, SourceKind.BUCKET.value)


@never_cache
@for_people
@require_http_methods(["GET", "HEAD", "POST"])
def new_view(request: HttpRequest, kind: str) -> HttpResponseBase:
    if kind not in _KINDS:
        raise Http404
    user = person(request)
    teams = _teams(user)
    if not teams:
        raise RoleTooLow(Message("Only managers of a team add sources. Ask one of yours."))
    data = request.POST if request.method == "POST" else None
    form = build_form(kind, teams, data, None)
    rules = build_rules(teams, data, []) if kind == SourceKind.MAILBOX else None
    if data is not None and _are_valid(form, rules):
        try:
            source = make_source(
                kind,
                actor=user,
                team_id=uuid.UUID(form.team_id),
                options=_options(form, rules),
                password=form.cleaned_data.get("password", ""),
                **form.common,
            )
        except ArchiveError as error:
            _show_error(form, error)
        else:
            messages.success(request, _("The source is there. Its connection is being tested."))
            return redirect("web:sources-one", source.id)
    return _show(request, form, rules, kind, None)


@never_cache
@for_people
@show_missing
@require_http_methods(["GET", "HEAD", "POST"])
def change_view(request: HttpRequest, source_id: uuid.UUID) -> HttpResponseBase:
    user = person(request)
    source = require_source(source_id, actor=user)
    if source.kind not in _KINDS:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = build_form(source.kind, None, data, source)
    rules = None
    if source.kind == SourceKind.MAILBOX:
        rules = build_rules(_teams(user), data, source.options["rules"])
    if data is not None and _are_valid(form, rules):
        try:
            change_source(
                source_id,
                actor=user,
                options=_options(form, rules),
                password=form.cleaned_data.get("password", ""),
                **form.common,
            )
        except ArchiveError as error:
            _show_error(form, error)
        else:
            messages.success(request, _("Saved. The connection is being tested."))
            return redirect("web:sources-one", source_id)
    return _show(request, form, rules, source.kind, source)


#: What a change answers: where it leads, or None for the source's page.
Change = Callable[[HttpRequest, uuid.UUID, User], HttpResponseBase | None]


def _change(change: Change) -> Callable[..., HttpResponseBase]:
    @never_cache
    @require_POST
    @for_people
    @show_missing
    def view(request: HttpRequest, source_id: uuid.UUID) -> HttpResponseBase:
        answer = change(request, source_id, person(request))
        return answer or redirect("web:sources-one", source_id)

    return view


def _run(request: HttpRequest, source_id: uuid.UUID, user: User) -> None:
    run_now(source_id, actor=user)
    messages.success(request, _("It is asked as soon as a worker is free."))


def _test(request: HttpRequest, source_id: uuid.UUID, user: User) -> None:
    test_source(source_id, actor=user)
    messages.success(request, _("The connection is being tested."))


def _switch(request: HttpRequest, source_id: uuid.UUID, user: User) -> None:
    active = request.POST.get("active") == "on"
    change_source(source_id, actor=user, enabled=active)
    if active:
        text = _("It goes on.")
    else:
        text = _("It is paused: nothing is taken until you start it again.")
    messages.success(request, text)


def _retry(request: HttpRequest, source_id: uuid.UUID, user: User) -> None:
    item = request.POST.get("item", "")
    ids = [min(int(item), 2**63 - 1)] if item.isascii() and item.isdigit() else None
    count = retry_items(source_id, actor=user, item_ids=ids)
    text = ngettext("%(count)d is tried again.", "%(count)d are tried again.", count)
    messages.success(request, text % {"count": count})


def _delete(request: HttpRequest, source_id: uuid.UUID, user: User) -> HttpResponseBase:
    delete_source(source_id, actor=user)
    messages.success(request, _("The source is deleted. Its documents stay."))
    return redirect("web:sources")


def _teams(user: User) -> list[tuple[str, str]]:
    managed = teams_where(user, Ability.MANAGE).order_by("name")
    return [(str(team.id), team.name) for team in managed]


def _are_valid(form: SourceForm, rules: BaseFormSet[RuleForm] | None) -> bool:
    return form.is_valid() and (rules is None or rules.is_valid())


def _options(form: SourceForm, rules: BaseFormSet[RuleForm] | None) -> Mapping[str, Any]:
    return form.options if rules is None else {**form.options, "rules": read_rules(rules)}


def _show_error(form: SourceForm, error: ArchiveError) -> None:
    """Where it belongs; what belongs to no field, above the form."""
    if not isinstance(error, InvalidRequest) or not error.fields:
        form.add_error(None, error.translated())
        return
    for name, texts in error.fields.items():
        for text in texts:
            form.add_error(name if name in form.fields else None, text.translated())


def _show(
    request: HttpRequest,
    form: SourceForm,
    rules: BaseFormSet[RuleForm] | None,
    kind: str,
    source: Source | None,
) -> HttpResponseBase:
    context = {"form": form, "rules": rules, "kind": kind, "source": source}
    status = 400 if form.is_bound else 200
    return render(request, "web/sources/form.html", context, status=status)


_SOURCE = "sources/<uuid:source_id>/"

urlpatterns = [
    path("sources/new/<slug:kind>/", new_view, name="sources-new"),
    path(f"{_SOURCE}change/", change_view, name="sources-change"),
    path(f"{_SOURCE}run/", _change(_run), name="sources-run"),
    path(f"{_SOURCE}test/", _change(_test), name="sources-test"),
    path(f"{_SOURCE}switch/", _change(_switch), name="sources-switch"),
    path(f"{_SOURCE}retry/", _change(_retry), name="sources-retry"),
    path(f"{_SOURCE}delete/", _change(_delete), name="sources-delete"),
]
