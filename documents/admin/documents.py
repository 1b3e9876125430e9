"""The documents' list, and the views at the admin's addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

from documents import access
from documents.access import Ability
from documents.admin import bulk, columns, filters
from documents.admin.base import TeamPermissions, TitledByContent
from documents.admin.document_actions import button_view, details_view
from documents.admin.document_page import document_view
from documents.admin.progress import progress_view
from documents.admin.requests import actor
from documents.admin.review_queue import asks_for_queue, next_view, redirect_to_queue
from documents.models import Document
from documents.search.query.list_filter import filter_by_query


def moved_view(request: HttpRequest) -> HttpResponse:
    """Files are uploaded on every page of the people's; here was once a page for it."""
    return redirect("web:inbox")


class BoundedPaginator(Paginator):
    """Counts up to a limit, beyond which filters and search lead further than turning pages."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        documents = self.object_list
        assert isinstance(documents, QuerySet)
        return documents.order_by()[: self.MOST].count()


def redirect_to_search(request: HttpRequest) -> HttpResponse:
    """Addresses of the time when the search page was the admin's."""
    query = request.GET.urlencode()
    return redirect(reverse("web:search") + (f"?{query}" if query else ""))


class DocumentAdmin(TeamPermissions, TitledByContent):
    add_ability = Ability.UPLOAD
    change_ability = Ability.EDIT
    # There is no delete_ability: documents go to the trash.

    list_display = (
        columns.picture,
        columns.title,
        columns.state,
        columns.pages,
        columns.review,
        columns.flags,
        columns.team,
        columns.tags,
        columns.created_at,
    )
    list_display_links = (columns.title,)
    list_filter = (
        "status",
        "review_status",
        filters.FlagFilter,
        filters.TeamFilter,
        filters.TagFilter,
        filters.TypeFilter,
        "created_at",
        filters.TrashFilter,
    )
    search_fields = ("title",)
    ordering = ("-created_at", "-id")
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = BoundedPaginator
    list_select_related = ("team",)
    actions = (*bulk.CHANGING, bulk.download)

    class Media:
        css = {"all": ("documents/admin/documents.css",)}
        js = (Script("documents/admin/progress.js", defer=True),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return access.visible_to(request.user).prefetch_related("tags")

    # --- the list -----------------------------------------------------------------------------

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if asks_for_queue(request):
            return redirect_to_queue(request)
        return super().changelist_view(request, extra_context)

    def get_list_display(self, request: HttpRequest) -> Any:
        """The team's column is for users who have several teams."""
        several = access.teams_of(request.user)[:2].count() > 1
        return [column for column in self.list_display if several or column is not columns.team]

    def get_actions(self, request: HttpRequest) -> Any:
        actions = super().get_actions(request)
        if not access.may_somewhere(request.user, Ability.TRASH):
            for action in bulk.CHANGING:
                actions.pop(action.__name__, None)
        return actions

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Document], search_term: str
    ) -> tuple[QuerySet[Document], bool]:
        return filter_by_query(actor(request), queryset, search_term), False

    # --- addresses ----------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("upload/", moved_view, "upload"),
            ("search/", redirect_to_search, "search"),
            ("progress/", progress_view, "progress"),
            ("<uuid:document_id>/next/", next_view, "next"),
            ("<uuid:document_id>/details/", details_view, "details"),
            ("<uuid:document_id>/do/<slug:verb>/", button_view, "verb"),
        ]
        return [
            path(address, wrap(view), name=f"documents_document_{name}")
            for address, view, name in own
        ] + super().get_urls()

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("web:inbox")

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return document_view(request, object_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("admin:documents_document_change", object_id)
