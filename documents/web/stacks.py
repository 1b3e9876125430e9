"""A stack of sheets on its page: its pages, the cuts between them; and sheets to print."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from documents.access import Ability, teams_where, visible_to
from documents.actions.split_stack import cut_stack, join_stack, split_stack
from documents.errors import ArchiveError, NotFound
from documents.exports.links import page_image_url, page_thumbnail_url
from documents.exports.separator_sheets import MOST_SHEETS
from documents.models import Document, Stack, User
from documents.text.page_ranges import numbers_in, parse_ranges
from documents.text.split import PageLook
from documents.web.guard import for_people, person
from documents.web.list_rows import Row, with_row_facts
from documents.web.members import ShownMember
from documents.web.refusals import show_missing

#: Pages that are shown to be cut; a longer stack is cut by the API.
MOST_PAGES = 1000


@dataclass(frozen=True)
class ShownSheet:
    """A page of the stack. `mark`: what it was seen to be, in words, or ""."""

    number: int
    thumbnail: str
    image: str
    mark: str
    starts: bool
    left_out: bool


@dataclass(frozen=True)
class ShownPart:
    """Pages up to the next cut. `made`: what became of them; None while that is not known."""

    sheets: list[ShownSheet]
    made: ShownMember | None

    @property
    def is_left_out(self) -> bool:
        return all(sheet.left_out for sheet in self.sheets)


@dataclass(frozen=True)
class ShownStack:
    parts: list[ShownPart]
    summary: str
    left_out: int


def stack_of(user: User, document: Document) -> ShownStack | None:
    """None where the document is not split."""
    stack = Stack.objects.filter(document=document).first()
    if stack is None:
        return None
    members = list(document.members.exclude(pages=""))
    rows = {
        each.id: Row(each)
        for each in with_row_facts(visible_to(user).filter(id__in=[m.document for m in members]))
    }
    made = {
        _first_page(member.pages): ShownMember(
            member, rows.get(member.document) if member.document else None
        )
        for member in members
    }
    count = document.page_count or 0
    parts = list(_group(_sheets_of(document, stack, min(count, MOST_PAGES)), made))
    documents = ngettext("%(count)d document", "%(count)d documents", len(members))
    pages = ngettext("%(count)d page", "%(count)d pages", count)
    summary = f"{documents % {'count': len(members)}} · {pages % {'count': count}}"
    return ShownStack(parts, summary, max(0, count - MOST_PAGES))


def _first_page(pages: str) -> int:
    return next(iter(numbers_in(parse_ranges(pages), 99_999_999)))


def _sheets_of(document: Document, stack: Stack, count: int) -> list[ShownSheet]:
    starts = {part.pages[0] for part in stack.parts}
    kept = {page for part in stack.parts for page in part.pages}
    looks = stack.page_looks
    return [
        ShownSheet(
            number,
            page_thumbnail_url(document.id, number),
            page_image_url(document.id, number),
            _describe(looks[number - 1]) if number <= len(looks) else "",
            number in starts,
            stack.cuts is not None and number not in kept,
        )
        for number in range(1, count + 1)
    ]


def _describe(look: PageLook) -> str:
    if look.code:
        return _("separator")
    return _("empty") if look.blank else ""


def _group(sheets: Iterable[ShownSheet], made: dict[int, ShownMember]) -> Iterable[ShownPart]:
    """A new group at each start, and where pages that are left out begin."""
    group: list[ShownSheet] = []
    for sheet in sheets:
        if group and (sheet.starts or (sheet.left_out and not group[-1].left_out)):
            yield ShownPart(group, made.get(group[0].number))
            group = []
        group.append(sheet)
    if group:
        yield ShownPart(group, made.get(group[0].number))


@require_POST
@for_people
@show_missing
def stack_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    """POST `starts` and `left_out`, numbers of pages: the cuts. Or `join`: undo the splitting. Or
    `split`: a way to split."""
    user = person(request)
    try:
        if "join" in request.POST:
            join_stack(document_id, actor=user)
            messages.success(request, _("The parts are in the trash. The stack is read whole."))
        elif request.POST.get("split"):
            split_stack(document_id, request.POST["split"], actor=user)
            messages.success(request, _("The stack is being split."))
        else:
            starts, left_out = (_numbers(request, name) for name in ("starts", "left_out"))
            cut_stack(document_id, starts=starts, left_out=left_out, actor=user)
            messages.success(request, _("The documents are being made again."))
    except NotFound:
        raise
    except ArchiveError as error:
        said = [text.translated() for texts in error.fields.values() for text in texts]
        messages.error(request, " ".join(said) or error.translated())
    return redirect("web:document", document_id)


def _numbers(request: HttpRequest, name: str) -> set[int]:
    return {int(text) for text in request.POST.getlist(name) if text.isascii() and text.isdigit()}


@require_safe
@for_people
def sheets_view(request: HttpRequest) -> HttpResponseBase:
    """The form of separator sheets; the API makes the PDF."""
    user = person(request)
    default = user.memberships.filter(is_default=True).values_list("team_id", flat=True).first()
    context = {
        "teams": teams_where(user, Ability.UPLOAD),
        "default_team": default,
        "most": MOST_SHEETS,
        "title": _("Separator sheets"),
    }
    return render(request, "web/sheets/sheets.html", context)


urlpatterns = [
    path("documents/<uuid:document_id>/stack/", stack_view, name="stack"),
    path("separator-sheets/", sheets_view, name="separator-sheets"),
]
