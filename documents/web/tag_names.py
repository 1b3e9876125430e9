"""Tags as one types them: the names that begin with, or hold, what is typed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path
from django.views.decorators.http import require_safe

from documents.access import teams_of
from documents.models import Tag
from documents.web.guard import person
from documents.web.json_answers import answer_json

MOST_SUGGESTED = 12


@require_safe
@answer_json
def tag_names_view(request: HttpRequest) -> dict[str, Any]:
    """GET `?q=`: {"names": [...]} of the person's teams, those that begin with it first."""
    typed = " ".join(request.GET.get("q", "").split()).casefold()
    # Compared in Python: SQLite folds the case of ASCII only. Teams have few tags.
    names = Tag.objects.filter(team__in=teams_of(person(request))).values_list("name", flat=True)
    found = sorted(
        {name for name in names if typed in name.casefold()},
        key=lambda name: (not name.casefold().startswith(typed), name.casefold()),
    )
    return {"names": found[:MOST_SUGGESTED]}


urlpatterns = [path("documents/tags/", tag_names_view, name="tag-names")]
