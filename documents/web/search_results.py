"""What the search page shows of each document that was found."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from documents.exports.links import page_thumbnail_url
from documents.models import Document
from documents.search.query.results import FoundDocument, FoundPage, SearchResults
from documents.search.query.spelling import expand_with_near_words
from documents.text.page_layout import Box

#: What was not understood in a query, by the code of its note.
NOTES: dict[str, str | Promise] = {
    "quote": gettext_lazy("A quotation mark is missing its pair; the words were searched."),
    "parenthesis": gettext_lazy("A parenthesis is missing its pair and was ignored."),
    "or": gettext_lazy("OR needs a word on either side and was ignored."),
    "not": gettext_lazy("There is no word after the minus; it was ignored."),
    "prefix": gettext_lazy("At least two letters must precede the *."),
    "condition": gettext_lazy("This condition is not known; its words were searched."),
    "unknown": gettext_lazy("Nothing here has this name."),
    "nothing": gettext_lazy("This contains no word."),
    "other-forms": gettext_lazy(
        "No page has this exact phrase; other forms of its words were searched."
    ),
    "too-many": gettext_lazy("The query is too long; its end was ignored."),
    "too-long": gettext_lazy("The query is too long; its end was ignored."),
}


#: Around a note's words; the page puts its own there.
QUOTES = ' "“”„«»'


@dataclass(frozen=True)
class Hit:
    """The place of a hit, px of the page image."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def of(cls, box: Box) -> Hit:
        x0, y0, x1, y1 = (round(value, 1) for value in box)
        return cls(x0, y0, round(x1 - x0, 1), round(y1 - y0, 1))


@dataclass(frozen=True)
class PageView:
    """`number`: 0 where only the title was found of a document whose first page was not read.
    `hits`: on its image of `width` x `height` px. `new`: found since the person last looked."""

    number: int
    url: str
    snippet: SafeString
    image_url: str
    width: int
    height: int
    hits: list[Hit]
    new: bool


@dataclass(frozen=True)
class DocumentView:
    """`url`: its best page. `others`: how many of its pages match besides `pages`."""

    document: Document
    url: str
    pages: list[PageView]
    pages_found: int
    others: int


def describe_documents(
    text: str, found: SearchResults, new: Collection[tuple[uuid.UUID, int]]
) -> list[DocumentView]:
    """`text`: the query; `new`: the pages that are new to the person."""
    marked = expand_with_near_words(text, found.near_words)
    return [
        _describe(each, marked, new) for each in found.results if isinstance(each, FoundDocument)
    ]


def _describe(
    found: FoundDocument, marked: str, new: Collection[tuple[uuid.UUID, int]]
) -> DocumentView:
    pages = [_describe_page(page, marked, new) for page in found.pages]
    return DocumentView(
        document=found.document,
        url=pages[0].url,
        pages=pages,
        pages_found=found.pages_found,
        others=max(found.pages_found - len(pages), 0),
    )


def _describe_page(
    page: FoundPage, marked: str, new: Collection[tuple[uuid.UUID, int]]
) -> PageView:
    """`marked`: the query whose hits the document's page marks."""
    document, number = page.document, page.number
    query = urlencode({"page": number or 1, **({"hit": marked} if marked.strip() else {})})
    return PageView(
        number=number,
        url=f"/documents/{document.id}/?{query}",
        snippet=mark_safe(page.snippet),  # noqa: S308 # nosec B308 B703 # escaped where it is made
        image_url=page_thumbnail_url(document.id, number) if page.width else "",
        width=page.width,
        height=page.height,
        hits=[Hit.of(box) for box, _text in page.hits],
        new=(document.id, number) in new,
    )
