"""Of which documents' pages a document was put together, and in which others its own are."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.access import visible_to
from documents.exports.links import person_url
from documents.models import Document, PageOrigin, User
from documents.text.arranged import name_pages

MOST_SHOWN = 20
#: Characters of page numbers; more are counted.
_MOST_NAMED = 40


@dataclass(frozen=True)
class ShownSource:
    """A document that the person may see. `pages`: which pages of it, in words, or ""."""

    title: str
    url: str
    pages: str = ""


def sources_of(user: User, document: Document) -> list[ShownSource]:
    numbers: dict[uuid.UUID, list[int]] = {}
    origins = PageOrigin.objects.filter(document=document).order_by("number")
    for source, number in origins.values_list("source", "source_number"):
        numbers.setdefault(source, []).append(number)
    shown = list(numbers)[:MOST_SHOWN]
    titles = dict(visible_to(user).filter(id__in=shown).values_list("id", "title"))
    return [
        ShownSource(titles[id_], person_url(id_), _name(numbers[id_]))
        for id_ in shown
        if id_ in titles
    ]


def copies_of(user: User, document: Document) -> list[ShownSource]:
    """The newest editions only; not the parts of a stack, which its own page lists, nor the
    document's own newer editions."""
    found = (
        visible_to(user)
        .listed()
        .filter(id__in=PageOrigin.objects.filter(source=document.id).values("document"))
        .exclude(edition_of=document.first_edition)
        .exclude(id__in=document.members.exclude(document=None).values("document"))
        .order_by("-created_at")[:MOST_SHOWN]
    )
    return [ShownSource(each.title, person_url(each.id)) for each in found]


def _name(numbers: list[int]) -> str:
    named = name_pages(numbers)
    if len(numbers) == 1:
        return _("page %(page)s") % {"page": named}
    if len(named) <= _MOST_NAMED:
        return _("pages %(pages)s") % {"pages": named}
    return ngettext("%(count)d page", "%(count)d pages", len(numbers)) % {"count": len(numbers)}
