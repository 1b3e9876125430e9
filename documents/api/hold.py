"""Legal hold: put a document on it, and lift it."""

from __future__ import annotations

import uuid

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions.hold import hold, lift_hold
from documents.api.document_data import document_data
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.documents import DocumentShape
from documents.api.views import ApiView
from documents.models.keeping import REASON_LENGTH


class HoldReason(StrictSerializer):
    reason = serializers.CharField(
        max_length=REASON_LENGTH, required=False, allow_blank=True, default=""
    )


class HoldView(ApiView):
    """For managers: nothing deletes a document on hold for good. It needs the scope `admin`."""

    @describe("Put a document on legal hold", {200: DocumentShape}, body=HoldReason)
    def put(self, request: Request, document_id: uuid.UUID) -> Response:
        """On hold already: it has this reason from now on."""
        given = HoldReason(data=request.data)
        given.is_valid(raise_exception=True)
        document = hold(document_id, actor=self.user, reason=given.validated_data["reason"])
        return Response(document_data(document))

    @describe("Lift the legal hold", {200: DocumentShape})
    def delete(self, request: Request, document_id: uuid.UUID) -> Response:
        return Response(document_data(lift_hold(document_id, actor=self.user)))
