"""The doubts of a document: what a reviewer is asked, answers and takes back; pages checked."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.actions.answer_doubt import MAX_ANSWER_LENGTH, answer_doubt
from documents.actions.check_page import check_page
from documents.actions.undo_answer import undo_answer
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.review import DoubtfulPage
from documents.api.pagination import ListParameters, paginate
from documents.api.views import ApiView
from documents.exports import links
from documents.models import Page, TokenScope, User
from documents.review.answers import Answer
from documents.review.doubts import Doubt, DoubtKind, find_all_doubts, find_doubts
from documents.text.page_layout import Box


class DoubtFilters(ListParameters):
    """`all`: pages without a doubt, too, and those that are checked."""

    all = serializers.BooleanField(required=False, default=False)


class DoubtAnswer(StrictSerializer):
    """`right`: it stands there as it is on the page; `first`, `second`: that reading is right;
    `text`: what is typed is right, nothing for "it is to go"."""

    answer = serializers.ChoiceField([each.value for each in Answer])
    text = serializers.CharField(
        max_length=MAX_ANSWER_LENGTH, required=False, allow_blank=True, default="",
        trim_whitespace=False,
    )  # fmt: skip


class DoubtsView(ApiView):
    scopes = {"get": TokenScope.REVIEW}

    @describe("List the doubts of a document by its pages",
              {200: page_of(DoubtfulPage, "DoubtfulPages")}, query=DoubtFilters)  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        """Each page that wants a look, with its doubts in reading order; those that were answered
        without a change of the text are among them. Page by page: `page_size=1`."""
        document = require(self.user, Ability.CORRECT, document_id)
        parameters = DoubtFilters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        pages = document.pages.with_text()
        if not parameters.validated_data["all"]:
            pages = pages.filter(checked_at=None).exclude(open_doubts=0)
        return paginate(
            request, pages, _page_data,
            parameters=parameters.validated_data, ordering="number",
        )  # fmt: skip


class DoubtView(ApiView):
    scopes = {"put": TokenScope.REVIEW, "delete": TokenScope.REVIEW}

    @describe("Answer a doubt", {200: DoubtfulPage}, body=DoubtAnswer, problems=(409,))
    def put(self, request: Request, document_id: uuid.UUID, number: int, doubt_id: str) -> Response:
        """It counts for the doubt's own words, whatever others have changed around them; an
        earlier answer is replaced. With the last doubt the page is checked. 409 (`doubt-settled`):
        the words in doubt are no longer there."""
        given = DoubtAnswer(data=request.data)
        given.is_valid(raise_exception=True)
        answer_doubt(document_id, number, doubt_id, actor=self.user, **given.validated_data)
        return _answer(self.user, document_id, number)

    @describe("Take an answer back", {200: DoubtfulPage}, problems=(409,))
    def delete(
        self, request: Request, document_id: uuid.UUID, number: int, doubt_id: str
    ) -> Response:
        undo_answer(document_id, number, doubt_id, actor=self.user)
        return _answer(self.user, document_id, number)


class CheckedView(ApiView):
    """The mark of a page that a reviewer is done with."""

    scopes = {"put": TokenScope.REVIEW, "delete": TokenScope.REVIEW}

    @describe("Check a page", {200: DoubtfulPage}, problems=(409,))
    def put(self, request: Request, document_id: uuid.UUID, number: int) -> Response:
        """Doubts on it stay open."""
        check_page(document_id, number, actor=self.user)
        return _answer(self.user, document_id, number)

    @describe("Take a page's mark away", {200: DoubtfulPage}, problems=(409,))
    def delete(self, request: Request, document_id: uuid.UUID, number: int) -> Response:
        check_page(document_id, number, actor=self.user, checked=False)
        return _answer(self.user, document_id, number)


def _answer(user: User, document_id: uuid.UUID, number: int) -> Response:
    document = require(user, Ability.CORRECT, document_id)
    return Response(_page_data(document.pages.with_text().get_numbered(document, number)))


def _page_data(page: Page) -> dict[str, Any]:
    layout = page.layout
    still_open = {doubt.id for doubt in find_doubts(layout, page.answers)} if layout else set()
    doubts = find_all_doubts(layout, page.answers) if layout else []
    return {
        "number": page.number,
        "status": page.status,
        "revision": page.revision,
        "checked": page.checked_at is not None,
        "width": layout.width if layout else None,
        "height": layout.height if layout else None,
        "doubts": [
            _doubt_data(page, doubt, is_open=doubt.id in still_open)
            for doubt in doubts
            if doubt.id in still_open or doubt.id in page.answers
        ],
        "links": {
            "page": links.page_url(page.document_id, page.number),
            "image": links.page_image_url(page.document_id, page.number),
        },
    }


def _doubt_data(page: Page, doubt: Doubt, *, is_open: bool) -> dict[str, Any]:
    answer = None if is_open else page.answers.get(doubt.id)
    return {
        "id": doubt.id,
        "kind": doubt.kind.value,
        "flag": doubt.flag or None,
        "block": doubt.block or None,
        "text": doubt.text,
        "other": doubt.other,
        "before": doubt.before,
        "after": doubt.after,
        "bbox": _box(doubt.bbox),
        "line": _box(doubt.line),
        "context": _box(doubt.context),
        "confidence": doubt.confidence,
        "placed": doubt.start is not None or doubt.kind == DoubtKind.UNREAD,
        "answer": answer["answer"] if answer else None,
        "links": {"answer": links.doubt_url(page.document_id, page.number, doubt.id)},
    }


def _box(box: Box) -> list[float]:
    return [round(value, 1) for value in box]
