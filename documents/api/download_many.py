"""Files of several documents, or of all that match a filter, as one zip."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from rest_framework import serializers
from rest_framework.request import Request

from documents.actions.download_many import download_many
from documents.api.fields import StrictSerializer
from documents.api.filters import DocumentFilters, as_list_filters
from documents.api.openapi.describe import FILE, describe
from documents.api.views import FileView
from documents.exports.zip_documents import MOST_DOCUMENTS, ORIGINAL, ZIP_KINDS, zip_name
from documents.http.audit_reads import note_export
from documents.models import TokenScope
from documents.search.query.selection import select_documents


def _formats() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(tuple(ZIP_KINDS)), required=False, max_length=len(ZIP_KINDS),
        default=lambda: [ORIGINAL],
    )  # fmt: skip


class ZipFilters(DocumentFilters):
    """Those of the list of documents, and which files of each."""

    format = _formats()


class ZipSelection(StrictSerializer):
    """`ids` of documents, and which files of each."""

    ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_DOCUMENTS
    )
    format = _formats()


class ZipView(FileView):
    scopes = {"post": TokenScope.READ}

    @describe("Download the files of all that match", {200: FILE}, query=ZipFilters,
              types=("application/zip",), problems=(409, 422))  # fmt: skip
    def get(self, request: Request) -> HttpResponseBase:
        """Of all documents that match the filters, in the list's order. With `container` or
        `together` they lie in folders, as they did in what they came in."""
        filters = ZipFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        data = filters.validated_data
        most = MOST_DOCUMENTS + 1  # too many are refused
        found = select_documents(self.user, as_list_filters(data), data["ordering"], most=most)
        containers = [*data.get("container", ()), *data.get("together", ())]
        return self._send(found.ids, data["format"], containers)

    @describe("Download the files of some documents", {200: FILE}, body=ZipSelection,
              types=("application/zip",), problems=(409, 422))  # fmt: skip
    def post(self, request: Request) -> HttpResponseBase:
        """Of the documents that are named, in that order; what may not be seen is left out."""
        selection = ZipSelection(data=request.data)
        selection.is_valid(raise_exception=True)
        data = selection.validated_data
        return self._send(data["ids"], data["format"])

    def _send(
        self,
        ids: Sequence[uuid.UUID],
        kinds: Sequence[str],
        containers: Sequence[uuid.UUID] = (),
    ) -> HttpResponseBase:
        chunks = download_many(ids, kinds, actor=self.user, containers=containers)
        name = zip_name(kinds)
        note_export(self.user, ids, name)
        response = StreamingHttpResponse(chunks, content_type="application/zip")
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
        response["X-Content-Type-Options"] = "nosniff"
        return response
