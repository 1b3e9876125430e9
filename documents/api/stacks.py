"""Stacks of sheets that are split into documents, and the separator sheets for them."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require, require_team, team_for_upload
from documents.actions.split_stack import cut_stack, join_stack, split_stack
from documents.actions.upload import TITLE_LENGTH
from documents.api.archive_members import ArchiveMemberShape, member_data
from documents.api.document_data import document_data
from documents.api.fields import StrictSerializer, TagsField
from documents.api.openapi.describe import FILE, describe
from documents.api.openapi.shapes.documents import DocumentShape
from documents.api.views import ApiView, FileView
from documents.errors import NotFound
from documents.exports.separator_sheets import MOST_SHEETS, make_separator_sheets
from documents.messages import Message
from documents.models import Document, Stack, TokenScope
from documents.text.split import SPLIT_LENGTH, Sheet

#: Cuts that a request may set.
MOST_CUTS = 20_000


class StackPage(serializers.Serializer[Any]):
    """`blank`: it looked empty. `separates`: it has the code of a separator. `starts`: a part
    begins with it. `left_out`: it is in no part."""

    number = serializers.IntegerField(min_value=1)
    blank = serializers.BooleanField()
    separates = serializers.BooleanField()
    starts = serializers.BooleanField()
    left_out = serializers.BooleanField()


class StackShape(serializers.Serializer[Any]):
    """`split`: how it is split, null where a person set the cuts. `pages`: empty until they are
    counted; `parts`: what came of them."""

    split = serializers.CharField(allow_null=True)
    finished = serializers.BooleanField()
    pages = StackPage(many=True)
    parts = ArchiveMemberShape(many=True)


class StackWish(StrictSerializer):
    """`split`: a way to split, or else the cuts: `starts`, the pages with which parts begin, and
    `left_out`, those that are in none."""

    split = serializers.CharField(max_length=SPLIT_LENGTH, required=False)
    starts = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=MOST_CUTS
    )
    left_out = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=MOST_CUTS
    )


class SheetWish(StrictSerializer):
    """`team`: where the documents go, by default your own."""

    team = serializers.UUIDField(required=False, allow_null=True, default=None)
    tags = TagsField(required=False, default=list)
    title = serializers.CharField(
        max_length=TITLE_LENGTH, required=False, allow_blank=True, default=""
    )
    count = serializers.IntegerField(min_value=1, max_value=MOST_SHEETS, required=False, default=1)


def stack_data(document: Document, stack: Stack) -> dict[str, Any]:
    starts = {part.pages[0] for part in stack.parts}
    kept = {page for part in stack.parts for page in part.pages}
    looks = stack.page_looks
    return {
        "split": stack.split or None,
        "finished": not document.is_unfinished,
        "pages": [
            {
                "number": number,
                "blank": number <= len(looks) and looks[number - 1].blank,
                "separates": number <= len(looks) and bool(looks[number - 1].code),
                "starts": number in starts,
                "left_out": stack.cuts is not None and number not in kept,
            }
            for number in range(1, (document.page_count or 0) + 1)
        ],
        "parts": [member_data(member) for member in document.members.exclude(pages="")],
    }


class StackView(ApiView):
    scopes = {"put": TokenScope.WRITE, "delete": TokenScope.WRITE}

    @describe("How a stack is split", {200: StackShape})
    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        """404 where the document is not split."""
        document = require(self.user, Ability.SEE, document_id)
        stack = Stack.objects.filter(document=document).first()
        if stack is None:
            raise NotFound(Message("The document is not split."), document=document_id)
        return Response(stack_data(document, stack))

    @describe("Split a document, or set its cuts", {202: DocumentShape}, body=StackWish,
              problems=(409,))  # fmt: skip
    def put(self, request: Request, document_id: uuid.UUID) -> Response:
        """A part whose pages stay the same keeps its document; other parts of before go to the
        trash. The new ones are read."""
        wish = StackWish(data=request.data)
        wish.is_valid(raise_exception=True)
        values = wish.validated_data
        if "starts" in values:
            document = cut_stack(
                document_id,
                starts=set(values["starts"]),
                left_out=set(values.get("left_out", ())),
                actor=self.user,
            )
        else:
            document = split_stack(document_id, values.get("split", ""), actor=self.user)
        return Response(document_data(document), status=status.HTTP_202_ACCEPTED)

    @describe("Undo the splitting", {202: DocumentShape}, problems=(409,))
    def delete(self, request: Request, document_id: uuid.UUID) -> Response:
        """The parts go to the trash, and the stack is read whole."""
        document = join_stack(document_id, actor=self.user)
        return Response(document_data(document), status=status.HTTP_202_ACCEPTED)


class SeparatorSheetsView(FileView):
    scopes = {"get": TokenScope.WRITE}

    @describe("Separator sheets to print", {200: FILE}, query=SheetWish,
              types=("application/pdf",), problems=(404,))  # fmt: skip
    def get(self, request: Request) -> HttpResponseBase:
        """A PDF of `count` A4 pages, each with a QR code: behind it begins a document of this team,
        with these tags and this title, when the stack is split by `separator`."""
        wish = SheetWish(data=request.query_params)
        wish.is_valid(raise_exception=True)
        values = wish.validated_data
        team = team_for_upload(self.user, values["team"])
        require_team(self.user, Ability.UPLOAD, team.id)
        sheet = Sheet(str(team.id), tuple(values["tags"]), " ".join(values["title"].split()))
        pdf = make_separator_sheets(sheet, team_name=team.name, count=values["count"])
        return HttpResponse(
            pdf,
            content_type="application/pdf",
            headers={
                "Content-Disposition": content_disposition_header(True, "separator-sheets.pdf"),
            },
        )
