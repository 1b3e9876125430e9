"""The pages of a document, to be put in order by hand: turned, left out, moved, joined, split."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from documents import access
from documents.access import Ability
from documents.actions.arrange import MOST_PAGES, MOST_SOURCES
from documents.exports.links import documents_url, page_image_url, page_thumbnail_url
from documents.models import Document
from documents.text.validation import parse_uuid
from documents.web.document_parts import abilities_of
from documents.web.guard import for_people, person
from documents.web.refusals import show_missing
from documents.web.texts import ScriptTexts, plural_forms


@require_safe
@for_people
@show_missing
def organiser_view(request: HttpRequest, document_id: uuid.UUID) -> HttpResponseBase:
    """`?with=`: ids of documents whose pages follow; `?backs=`: of one that has the backs."""
    user = person(request)
    document = access.require(user, Ability.SEE, document_id)
    may = abilities_of(user, document)
    if not may[Ability.UPLOAD.value]:
        messages.error(request, _("You can’t arrange the pages of this document."))
        return redirect("web:document", document_id)
    if not document.page_count:
        messages.error(request, _("The document has no pages that can be shown."))
        return redirect("web:document", document_id)
    wanted = [parse_uuid(text) for text in request.GET.getlist("with")[: MOST_SOURCES - 1]]
    found = (
        access.visible_to(user)
        .listed()
        .filter(team=document.team)
        .in_bulk([each for each in wanted if each is not None])
    )
    others = [found[each] for each in dict.fromkeys(wanted) if each in found]
    others = [each for each in others if each.page_count and each.id != document.id]
    if len(others) < len(wanted):
        messages.warning(
            request, _("Documents of other teams, and those without pages, were left out.")
        )
    context = {
        "document": document,
        "may_replace": may[Ability.EDIT.value],
        "texts": _texts(),
        "setup": {
            "document": _describe(document),
            "others": [_describe(each) for each in others],
            "mayReplace": may[Ability.EDIT.value],
            "mostPages": MOST_PAGES,
            "urls": {
                "document": reverse("web:document", args=[uuid.UUID(int=0)]),
                "arrange": reverse("api:arrange", args=[document.id]),
                "search": f"{documents_url()}?team={document.team_id}&page_size=12",
                "thumbnail": page_thumbnail_url(uuid.UUID(int=0), 0),
                "image": page_image_url(uuid.UUID(int=0), 0),
            },
        },
    }
    return render(request, "web/document/organiser.html", context)


def _describe(document: Document) -> dict[str, Any]:
    return {"id": str(document.id), "title": document.title, "page_count": document.page_count}


def _texts() -> ScriptTexts:
    return {
        "organiser": _("Pages"),
        "page-n": _("Page {number}"),
        "page-of": _("Page {number} of “{title}”"),
        "turned": _("turned by {degrees}°"),
        "begins": _("a new document begins here"),
        "placed": _("{name}, place {place} of {count}"),
        "moved": _("Moved to place {place} of {count}"),
        "split-set": _("A new document begins with {name}"),
        "split-gone": _("The split before {name} is gone"),
        "removed": plural_forms(
            lambda n: ngettext("{count} page left out", "{count} pages left out", n)
        ),
        "joined": plural_forms(
            lambda n: ngettext("{count} page added at the end", "{count} pages added at the end", n)
        ),
        "collated": _("Fronts and backs are in turn now."),
        "uneven": _(
            "There are {fronts} fronts and {backs} backs: a page is missing, or one too many was "
            "scanned. Look where they stop to match."
        ),
        "too-many-pages": _("At most {count} pages can be arranged at once."),
        "selected-pages": plural_forms(
            lambda n: ngettext("{count} page selected", "{count} pages selected", n)
        ),
        "pages-n": plural_forms(lambda n: ngettext("{count} page", "{count} pages", n)),
        "part-n": _("Document {number}"),
        "becomes-version": plural_forms(
            lambda n: ngettext(
                "A new version with {count} page", "A new version with {count} pages", n
            )
        ),
        "becomes-document": plural_forms(
            lambda n: ngettext(
                "A new document with {count} page", "A new document with {count} pages", n
            )
        ),
        "becomes-documents": plural_forms(
            lambda n: ngettext("{count} new document", "{count} new documents", n)
        ),
        "unchanged": _("Nothing is changed yet"),
        "read-again": plural_forms(
            lambda n: ngettext("{count} page is read again", "{count} pages are read again", n)
        ),
        "working-on": _("The pages are being put together: {done} of {count}"),
        "made": plural_forms(
            lambda n: ngettext("{count} document was made", "{count} documents were made", n)
        ),
        "open-made": _("Document {number}"),
        "nothing-found": _("No document was found."),
        "no-pages-yet": _("its pages are not counted yet"),
        "key-turn-right": _("Turn right"),
        "key-turn-left": _("Turn left"),
        "key-leave-out": _("Leave out"),
        "key-earlier": _("Move one place earlier"),
        "key-later": _("Move one place later"),
        "key-split": _("Split before this page, or remove the split"),
        "key-select": _("Select or deselect"),
        "key-select-all": _("Select all"),
        "key-undo": _("Undo"),
        "key-open-page": _("Open the page’s picture"),
    }


urlpatterns = [
    path("documents/<uuid:document_id>/arrange/", organiser_view, name="document-arrange"),
]
