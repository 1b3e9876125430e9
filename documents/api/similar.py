"""What is like a document: scans of the same paper, and documents that speak of the same."""

from __future__ import annotations

import uuid
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.api.search import named
from documents.api.views import ApiView
from documents.search.query.similar import Alike, similar_to


class SimilarView(ApiView):
    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        document = require(self.user, Ability.SEE, document_id)
        found = similar_to(self.user, document)
        return Response(
            {"copies": _alike(found.copies), "similar": _alike(found.similar)},
        )


def _alike(found: list[Alike]) -> list[dict[str, Any]]:
    return [{"document": named(each.document), "likeness": each.likeness} for each in found]
