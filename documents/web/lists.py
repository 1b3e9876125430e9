"""The lists of documents: the inbox, and all there are. One component; its state is its address."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from documents import access
from documents.access import Ability, teams_of, teams_where, visible_to
from documents.exports import links
from documents.models import ChangeJob, Document, User
from documents.models.document import DocumentQuerySet
from documents.search.query.document_filters import (
    INBOX,
    filter_documents,
    in_work_or_failed,
    without_work,
)
from documents.text.validation import parse_uuid
from documents.web.guard import for_people, person
from documents.web.keyset import take_page
from documents.web.list_facets import build_facets
from documents.web.list_query import LAYOUTS, ORDERINGS, ListQuery
from documents.web.list_rows import Row, with_row_facts
from documents.web.list_texts import download_labels, list_texts, pattern_labels

#: Documents that are counted; beyond, the list says "10,000+".
MOST_COUNTED = 10_000
#: Documents in work or failed that stand on top of the inbox; a link leads to the others.
MOST_ON_TOP = 20
#: Rows that can be asked for by their ids.
MOST_IDS = 200
#: Remembers the layout that a person chose last.
LAYOUT_COOKIE = "layout"
#: How long what came of a change job is shown.
CHANGE_SHOWN = datetime.timedelta(hours=1)


@require_safe
@for_people
def inbox_view(request: HttpRequest) -> HttpResponseBase:
    """What nobody has approved or rejected yet: in work and failed on top, then the newest."""
    return _show_list(request, inbox=True)


@require_safe
@for_people
def documents_view(request: HttpRequest) -> HttpResponseBase:
    """All documents. Query: the filters of `document_filters`, `ordering`, `layout`, `cursor`."""
    return _show_list(request, inbox=request.GET.get("box") == INBOX)


@require_safe
@for_people
def rows_view(request: HttpRequest) -> HttpResponseBase:
    """The rows of `ids` (with commas between), as they are now; without those that are gone."""
    ids = [id_ for text in request.GET.get("ids", "").split(",") if (id_ := parse_uuid(text))]
    found = with_row_facts(visible_to(person(request)).filter(id__in=ids[:MOST_IDS]))
    context = {"rows": [Row(document) for document in found], **_row_context(person(request))}
    return render(request, "web/lists/rows.html", context)


def _show_list(request: HttpRequest, *, inbox: bool) -> HttpResponseBase:
    layout = request.COOKIES.get(LAYOUT_COOKIE, "")
    query = ListQuery.parse(request.path, request.GET, inbox=inbox, layout=layout)
    user = person(request)
    documents = filter_documents(user, query.all_filters)
    below = without_work(documents) if inbox else documents
    page = take_page(with_row_facts(below), query.ordering, query.cursor, query.size)
    top = _take_top(documents) if inbox and not query.cursor else []
    is_part = bool(request.headers.get("HX-Request"))
    context: dict[str, Any] = {
        "query": query,
        "top": [Row(document) for document in top[:MOST_ON_TOP]],
        "more_on_top": len(top) > MOST_ON_TOP,
        "rows": [Row(document) for document in page.documents],
        "next": query.at(page.next).url if page.next else "",
        **_row_context(user),
    }
    if not context["rows"]:
        context["is_new"] = not visible_to(user).exists()
    if not query.cursor or not is_part:
        count = documents.order_by()[: MOST_COUNTED + 1].count()
        context |= {"count": count, "count_label": _count_label(count)}
    if is_part:
        response = render(request, "web/lists/part.html", context)
    else:
        response = render(request, "web/lists/list.html", context | _frame(user, query))
        if "layout" in request.GET:
            response.set_cookie(
                LAYOUT_COOKIE, query.layout, settings.LANGUAGE_COOKIE_AGE, samesite="Lax"
            )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _take_top(documents: DocumentQuerySet) -> list[Document]:
    """One more than is shown, where there are more."""
    on_top = in_work_or_failed(documents).order_by("-created_at", "-id")
    return list(with_row_facts(on_top)[: MOST_ON_TOP + 1])


def _row_context(user: User) -> dict[str, Any]:
    """`editable`: the ids of the teams whose documents the person may change."""
    editable = set(teams_where(user, Ability.EDIT).values_list("id", flat=True))
    return {"editable": editable, "several_teams": teams_of(user)[:2].count() > 1}


def _frame(user: User, query: ListQuery) -> dict[str, Any]:
    """What stands around the rows."""
    title = _("Inbox") if query.inbox else _("All documents")
    if query.is_trash:
        title = _("Trash")
    labels = {"list": _("List"), "grid": _("Grid"), "split": _("List and document")}
    orders = (_("Newest first"), _("Oldest first"), _("Title A–Z"), _("Title Z–A"))
    return {
        "title": title,
        "facets": build_facets(user, query),
        "layouts": [(name, labels[name], query.in_layout(name)) for name in LAYOUTS],
        "orders": [
            (label, query.ordered(name).url, name == query.ordering)
            for name, label in zip(ORDERINGS, orders, strict=True)
        ],
        "targets": list(teams_where(user, Ability.UPLOAD)),
        "views": _views(user, query),
        "downloads": download_labels(),
        "pattern_names": pattern_labels(),
        "texts": list_texts(),
        "latest_change": _latest_change(user),
    }


def _latest_change(user: User) -> str:
    """The address of the job that the person began last on these pages, while it runs and for a
    while after; else ""."""
    since = timezone.now() - CHANGE_SHOWN
    jobs = ChangeJob.objects.filter(user=user, limits__isnull=True).order_by("-created_at")
    job = jobs.filter(Q(finished_at=None) | Q(finished_at__gte=since)).only("id").first()
    return links.change_url(job.id) if job else ""


@dataclass(frozen=True)
class View:
    id: uuid.UUID
    name: str
    url: str
    current: bool
    own: bool


def _views(user: User, query: ListQuery) -> list[View]:
    saved = access.saved_searches_visible_to(user).filter(is_view=True)
    own_url = reverse("web:documents")
    views = []
    for view in saved:
        given = ListQuery.parse(own_url, QueryDict(view.query_string), inbox=False)
        inbox = "inbox" in view.filters.get("box", ())
        shown = replace(given, inbox=inbox)
        current = shown.all_filters == query.all_filters
        views.append(View(view.id, view.name, shown.url, current, view.owner_id == user.pk))
    return views


def _count_label(count: int) -> str:
    if count > MOST_COUNTED:
        return _("more than %(count)s documents") % {
            "count": number_format(MOST_COUNTED, force_grouping=True)
        }
    text = ngettext("%(count)s document", "%(count)s documents", count)
    return text % {"count": number_format(count, force_grouping=True)}


urlpatterns = [
    path("", inbox_view, name="inbox"),
    path("documents/", documents_view, name="documents"),
    path("documents/rows/", rows_view, name="rows"),
]
