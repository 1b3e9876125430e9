"""Everybody's tokens, for administrators: who has which, when it was used; and an end to it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from documents.actions.revoke_token import revoke_token_of
from documents.admin.base import ReadOnly, TitledByContent
from documents.admin.requests import actor
from documents.admin.time_format import format_moment
from documents.models import ApiToken


class ValidFilter(admin.SimpleListFilter):
    title = _("validity")
    parameter_name = "valid"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("valid")), ("no", _("ended"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> QuerySet[ApiToken]:
        valid = queryset.filter(revoked_at=None, expires_at__gt=timezone.now())
        if self.value() == "yes":
            return valid
        return queryset.exclude(pk__in=valid) if self.value() == "no" else queryset


class TokenAdmin(ReadOnly, TitledByContent):
    list_display = ("user", "called", "prefix", "may_do", "made", "used", "until")
    list_display_links = None
    list_filter = (ValidFilter,)
    list_select_related = ("user",)
    search_fields = ("user__username", "name", "prefix")
    actions = ("revoke",)

    @admin.display(description=_("name"), ordering="name")
    def called(self, token: ApiToken) -> str:
        return token.name or "–"

    @admin.display(description=_("scopes"))
    def may_do(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @admin.display(description=_("created"), ordering="created_at")
    def made(self, token: ApiToken) -> str:
        return format_moment(token.created_at)

    @admin.display(description=_("last used"), ordering="last_used_at")
    def used(self, token: ApiToken) -> str:
        return format_moment(token.last_used_at) if token.last_used_at else "–"

    @admin.display(description=_("valid until"), ordering="expires_at")
    def until(self, token: ApiToken) -> str:
        ended = token.ended_at
        if ended is not None:
            return str(_("ended %(moment)s")) % {"moment": format_moment(ended)}
        return format_moment(token.expires_at)

    @admin.action(description=_("Revoke"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        tokens = list(queryset.values_list("public_id", flat=True))
        for token in tokens:
            revoke_token_of(token, actor=actor(request))
        text = ngettext("%(count)d token is revoked.", "%(count)d tokens are revoked.", len(tokens))
        messages.success(request, text % {"count": len(tokens)})
