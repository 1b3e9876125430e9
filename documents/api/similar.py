"""Documents like a document: scans of the same paper, and documents about the same subject."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.documents import SimilarDocuments
from documents.api.search import document_summary
from documents.api.views import ApiView
from documents.search.query.similar import SimilarDocument, find_similar


class SimilarView(ApiView):
    @describe("Find documents like a document", {200: SimilarDocuments})
    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        document = require(self.user, Ability.SEE, document_id)
        found = find_similar(self.user, document)
        return Response(
            {"copies": _likeness_data(found.copies), "similar": _likeness_data(found.similar)},
        )


def _likeness_data(found: list[SimilarDocument]) -> list[dict[str, Any]]:
    return [
        {"document": document_summary(each.document), "likeness": each.likeness} for each in found
    ]
