"""All readings of a page, and how one of them differs from the current text."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path

from documents import access
from documents.access import Ability
from documents.models import Page, Reading
from documents.models.reading import shows_correction_of, shows_reading
from documents.text.page_layout import PageLayout
from documents.text.word_diff import Piece, diff_texts
from documents.web.guard import for_people, person
from documents.web.refusals import answer_problems


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


@for_people
@answer_problems
def readings_view(request: HttpRequest, document_id: uuid.UUID, number: int) -> HttpResponseBase:
    """A part of the document's page. `?with=run` compares that reading with the current text;
    without it the newest one that is not current."""
    document = access.require(person(request), Ability.SEE, document_id)
    pages = document.pages.with_text().defer("current_revision__based_on__layout")
    page = pages.get_numbered(document, number)
    readings = list(page.readings.defer("layout").order_by("-run"))
    compared = _compared(page, readings, request.GET.get("with", ""))
    context = {
        "number": number,
        "readings": [_describe(page, reading, compared) for reading in readings],
        "pieces": None if compared is None else _pieces(page, compared),
    }
    return render(request, "web/document/readings.html", context)


def _compared(page: Page, readings: list[Reading], run: str) -> Reading | None:
    others = [reading for reading in readings if not shows_reading(page, reading)]
    asked = [reading for reading in others if str(reading.run) == run]
    return next(iter(asked or others), None)


def _describe(page: Page, reading: Reading, compared: Reading | None) -> ReadingView:
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


urlpatterns = [
    path(
        "documents/<uuid:document_id>/pages/<int:number>/readings/",
        readings_view,
        name="document-readings",
    ),
]
