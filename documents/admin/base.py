"""What all lists of the admin have in common."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst


class TitledByContent(admin.ModelAdmin):
    """A list is headed by what is in it. Django's own "Select ... to change" would decline the
    noun, which no catalogue can."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(
            request, {"title": capfirst(self.opts.verbose_name_plural), **(extra_context or {})}
        )
