"""All readings of a page, and how one of them differs from the current text."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from documents import access
from documents.access import Ability
from documents.admin.changelist_state import (
    document_url,
    list_query_of,
    list_query_parameter,
    list_url,
)
from documents.admin.requests import redirect_missing_document
from documents.errors import NotFound
from documents.messages import Message
from documents.models import Document, Page, Reading
from documents.models.reading import shows_correction_of, shows_reading
from documents.text.page_layout import PageLayout
from documents.text.word_diff import Piece, diff_texts


@dataclass(frozen=True)
class ReadingView:
    """`confidence`: percent. `current`: the page shows its text. `corrected`: the page shows a
    correction of it. `shown`: it is the one compared."""

    run: int
    engine: str
    engine_version: str
    created_at: datetime.datetime
    confidence: int | None
    current: bool
    corrected: bool
    shown: bool


@require_GET
def readings_view(request: HttpRequest, document_id: uuid.UUID, number: int) -> HttpResponse:
    """`?with=run` compares that reading with the current text; without it the newest reading that
    is not current."""
    try:
        document = access.require(request.user, Ability.SEE, document_id)
        page = _page(document, number)
    except NotFound:
        return redirect_missing_document(request)
    readings = list(page.readings.defer("layout").order_by("-run"))
    compared = _compared(page, readings, request.GET.get("with", ""))
    is_newest = compared is not None and compared.id == page.current_reading_id
    may_correct = access.may(request.user, Ability.CORRECT, document.team_id)
    context = {
        **admin.site.each_context(request),
        "title": _("Readings of page %(page)d") % {"page": number},
        "document": document,
        "number": number,
        "revision": page.revision,
        "readings": [_reading_view(page, reading, compared) for reading in readings],
        "pieces": None if compared is None else _pieces(page, compared),
        "offered": page.newer_reading and is_newest,
        "may_correct": may_correct and not document.is_trashed,
        "list_url": list_url(request),
        "list_query": list_query_parameter(request),
        "back": document_url(document.id, number, filters=list_query_of(request)),
    }
    return render(request, "admin/documents/document/readings.html", context)


def _page(document: Document, number: int) -> Page:
    pages = document.pages.with_text()
    page = pages.defer("current_revision__based_on__layout").filter(number=number).first()
    if page is None:
        raise NotFound(
            Message("The document has no page {page}.", page=number),
            document=document.id,
            page=number,
        )
    return page


def _compared(page: Page, readings: list[Reading], run: str) -> Reading | None:
    others = [reading for reading in readings if not shows_reading(page, reading)]
    asked = [reading for reading in others if str(reading.run) == run]
    return next(iter(asked or others), None)


def _reading_view(page: Page, reading: Reading, compared: Reading | None) -> ReadingView:
    return ReadingView(
        run=reading.run,
        engine=reading.engine,
        engine_version=reading.engine_version,
        created_at=reading.created_at,
        confidence=None if reading.confidence is None else round(reading.confidence * 100),
        current=shows_reading(page, reading),
        corrected=shows_correction_of(page, reading),
        shown=compared is not None and compared.id == reading.id,
    )


def _pieces(page: Page, compared: Reading) -> list[Piece] | None:
    layout = page.layout
    if layout is None:
        return None
    return list(diff_texts(layout.text, PageLayout.from_dict(compared.layout).text))
