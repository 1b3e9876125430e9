"""The versions of a document (editions, in the code): a list, and how two of them differ."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from documents import access
from documents.access import Ability
from documents.errors import StillBeingRead
from documents.exports.edition_differences import Differences, PageDifference, compare_editions
from documents.exports.links import original_url
from documents.models import Document
from documents.web.document_parts import State, abilities_of
from documents.web.guard import for_people, person
from documents.web.refusals import show_missing
from documents.web.texts import ScriptTexts

#: Pairs of pages that are compared at a time.
PAGES_AT_A_TIME = 20


@dataclass(frozen=True)
class ShownEdition:
    """`before`: the id of the one that it is compared with; None for the first."""

    document: Document
    state: State
    original: str
    is_here: bool

    @property
    def before(self) -> uuid.UUID | None:
        return self.document.replaces

    @property
    def newest_url(self) -> str:
        return reverse("api:make-newest", args=[self.document.id])


@for_people
@show_missing
def versions_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    user = person(request)
    document = access.require(user, Ability.SEE, document_id)
    editions = list(access.editions_visible_to(user, document_id).select_related("created_by"))
    newest = editions[0]
    may = abilities_of(user, newest)
    context = {
        "document": document,
        "newest": newest,
        "editions": [
            ShownEdition(each, State.of(each), original_url(each.id), each.id == document_id)
            for each in editions
        ],
        "may_replace": may[Ability.UPLOAD.value] and may[Ability.EDIT.value],
        "upload_url": reverse("api:editions", args=[newest.id]),
        "texts": _versions_texts(),
    }
    return render(request, "web/document/versions.html", context)


def _versions_texts() -> ScriptTexts:
    return {
        "sending": _("The file is being sent…"),
        "make-newest": _(
            "This version becomes the newest again. The one that is the newest now stays as an "
            "older version. Go on?"
        ),
    }


class Place(forms.Form):
    offset = forms.IntegerField(required=False, min_value=0, max_value=10**6)

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.fields["with"] = forms.UUIDField(required=False)


@dataclass(frozen=True)
class ShownPiece:
    """`change`: which change of this part it belongs to, from 1; 0 where both texts agree."""

    kind: str
    text: str
    change: int


@dataclass(frozen=True)
class ShownPair:
    """`title`: which pages these are; a run of pages that agree has no pieces."""

    title: str
    pieces: list[ShownPiece]
    changes: int


@for_people
@show_missing
def differences_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    """`?with=`: the id of the other version; without it the one before. `?offset=`: from which pair
    of pages on."""
    user = person(request)
    document = access.require(user, Ability.SEE, document_id)
    place = Place(request.GET)
    place.is_valid()
    other = access.other_edition(user, document, place.cleaned_data.get("with"))
    old, new = sorted((document, other), key=lambda each: each.edition)
    offset = place.cleaned_data.get("offset") or 0
    context = {
        "old": old,
        "new": new,
        "versions_url": reverse("web:document-versions", args=[document_id]),
        "texts": _differences_texts(),
        "offset": offset,
        "with": other.id,
    }
    try:
        found = compare_editions(old, new, offset, PAGES_AT_A_TIME)
    except StillBeingRead as error:
        context["reason"] = error.message.translated()
    else:
        context |= {
            "pairs": show_pairs(found),
            "changes": sum(each.changes for each in found.pages),
            "first": offset + 1,
            "last": offset + len(found.pages),
            "count": found.count,
            "previous": max(offset - PAGES_AT_A_TIME, 0) if offset else None,
            "following": (
                offset + PAGES_AT_A_TIME if offset + PAGES_AT_A_TIME < found.count else None
            ),
        }
    return render(request, "web/document/differences.html", context)


def show_pairs(found: Differences) -> list[ShownPair]:
    """Pairs of pages with differences, and between them one line for each run without."""
    shown: list[ShownPair] = []
    alike: list[PageDifference] = []
    change = 0
    for each in found.pages:
        if not each.changes and None not in (each.old, each.new):
            alike.append(each)
            continue
        shown += _show_alike(alike)
        alike = []
        pieces: list[ShownPiece] = []
        inside = False
        for piece in each.pieces:
            differs = piece.kind != "same"
            change += differs and not inside
            inside = differs
            pieces.append(ShownPiece(piece.kind, piece.text, change if differs else 0))
        shown.append(ShownPair(_name_pair(each), pieces, each.changes))
    return shown + _show_alike(alike)


def _show_alike(alike: list[PageDifference]) -> list[ShownPair]:
    if not alike:
        return []
    first, last = alike[0], alike[-1]
    if len(alike) == 1:
        return [ShownPair(_name_pair(first), [], 0)]
    if (first.old, last.old) == (first.new, last.new):
        title = _("Pages %(first)d to %(last)d") % {"first": first.new, "last": last.new}
    else:
        title = _("Pages %(a)d to %(b)d, before %(c)d to %(d)d") % {
            "a": first.new, "b": last.new, "c": first.old, "d": last.old,
        }  # fmt: skip
    return [ShownPair(title, [], 0)]


def _name_pair(each: PageDifference) -> str:
    if each.old is None:
        return _("Page %(new)d, new") % {"new": each.new}
    if each.new is None:
        return _("Page %(old)d, left out") % {"old": each.old}
    if each.old == each.new:
        return _("Page %(new)d") % {"new": each.new}
    return _("Page %(new)d, before page %(old)d") % {"new": each.new, "old": each.old}


def _differences_texts() -> ScriptTexts:
    return {
        "differences": _("Differences"),
        "next-difference": _("Next difference"),
        "previous-difference": _("Previous difference"),
        "difference-n": _("{number} of {count}"),
    }


urlpatterns = [
    path("documents/<uuid:document_id>/versions/", versions_view, name="document-versions"),
    path(
        "documents/<uuid:document_id>/differences/", differences_view, name="document-differences"
    ),
]
