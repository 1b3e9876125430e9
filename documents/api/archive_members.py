"""What came out of an archive that was uploaded."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.api.openapi.describe import describe, page_of
from documents.api.pagination import ListParameters, paginate
from documents.api.views import ApiView
from documents.models import Member, MemberOutcome


class ArchiveMemberError(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class ArchiveMemberShape(serializers.Serializer[Any]):
    """`document`: what has the file's content: made of it (`created`), or there before (`known`).
    `error`: why there is none (`refused`)."""

    number = serializers.IntegerField(min_value=0)
    path = serializers.CharField()
    pages = serializers.CharField()
    outcome = serializers.ChoiceField(MemberOutcome.choices)
    document = serializers.UUIDField(allow_null=True)
    error = ArchiveMemberError(allow_null=True)


def member_data(member: Member) -> dict[str, Any]:
    error = {"code": member.error_code, "detail": member.error_detail}
    return {
        "number": member.number,
        "path": member.path,
        "pages": member.pages,
        "outcome": member.outcome,
        "document": str(member.document) if member.document else None,
        "error": error if member.error_code else None,
    }


class ArchiveMembersView(ApiView):
    """The files of an archive in its order, with what became of each; none of another document."""

    @describe("List what an archive held", {200: page_of(ArchiveMemberShape, "ArchiveMember")},
              query=ListParameters)  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        document = require(self.user, Ability.SEE, document_id)
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return paginate(
            request,
            document.members.all(),
            member_data,
            parameters=parameters.validated_data,
            ordering="number",
        )
