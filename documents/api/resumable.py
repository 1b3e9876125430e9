"""Resumable uploads: tus 1.0 (https://tus.io/protocols/resumable-upload), the core protocol with
creation and termination. Any tus client works."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions.resumable_upload import (
    append_piece,
    begin_upload,
    find_upload,
    give_up_upload,
)
from documents.api.openapi.describe import describe, header
from documents.api.openapi.shapes.documents import ResumableShape
from documents.api.problems import VersionNotSupported
from documents.api.serializers import ResumableDocument
from documents.api.views import FileView
from documents.errors import InvalidRequest
from documents.exports import links
from documents.messages import Message
from documents.models import TokenScope, UploadSession

VERSION = "1.0.0"
_EXTENSIONS = "creation,termination"
_PIECE = 256 * 1024
#: Digits of a length; nothing is longer.
_MOST_DIGITS = 15

TUS_RESUMABLE = header("Tus-Resumable", "The protocol's version: `1.0.0`.", required=True)
UPLOAD_OFFSET = header("Upload-Offset", "Where this piece begins, in bytes.", required=True)


class PieceParser(BaseParser):
    """The body as it is, read by the view."""

    media_type = "application/offset+octet-stream"

    def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
        return stream


class _TusView(FileView):
    parser_classes = (PieceParser,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        given = request.headers.get("Tus-Resumable")
        if request.method != "GET" and given != VERSION:
            raise VersionNotSupported

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        finished = super().finalize_response(request, response, *args, **kwargs)
        finished.headers["Tus-Resumable"] = VERSION
        if finished.status_code == status.HTTP_412_PRECONDITION_FAILED:
            finished.headers["Tus-Version"] = VERSION
        return finished


class UploadsView(_TusView):
    scopes = {"post": TokenScope.WRITE}

    def get_permissions(self) -> Any:
        # What the server can do is for everybody, and browsers ask without credentials.
        is_options = self.request is not None and self.request.method == "OPTIONS"
        return [AllowAny()] if is_options else super().get_permissions()

    @describe(
        "Begin a resumable upload",
        {201: None},
        headers=(
            TUS_RESUMABLE,
            header("Upload-Length", "Bytes of the whole file.", required=True),
            header(
                "Upload-Metadata",
                "Names with values in base64, by comma: `filename`, and the fields of an upload.",
            ),
        ),
        problems=(404, 409, 412, 413, 507),
    )
    def post(self, request: Request) -> Response:
        """tus 1.0, with creation and termination: any tus client works. Send the pieces to
        `Location` with PATCH."""
        length = _read_number(request, "Upload-Length")
        serializer = ResumableDocument(data=_read_metadata(request))
        serializer.is_valid(raise_exception=True)
        fields = dict(serializer.validated_data)
        session = begin_upload(length, actor=self.user, team_id=fields.pop("team"), fields=fields)
        place = links.resumable_url(session.id)
        return Response(status=status.HTTP_201_CREATED, headers={"Location": place})

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        headers = {
            "Tus-Version": VERSION,
            "Tus-Extension": _EXTENSIONS,
            "Tus-Max-Size": str(settings.OCRSITE_MAX_UPLOAD_BYTES),
        }
        return Response(status=status.HTTP_204_NO_CONTENT, headers=headers)

    def check_permissions(self, request: Request) -> None:
        if request.method != "OPTIONS":
            super().check_permissions(request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)


class UploadView(_TusView):
    scopes = {
        "get": TokenScope.WRITE,
        "patch": TokenScope.WRITE,
        "delete": TokenScope.WRITE,
    }

    @describe("Show a resumable upload", {200: ResumableShape})
    def get(self, request: Request, upload_id: uuid.UUID) -> Response:
        session = find_upload(upload_id, actor=self.user)
        return Response(_data(session), headers=_progress(session))

    def head(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Where the next piece begins."""
        return self.get(request, upload_id)

    @describe(
        "Send a piece",
        {204: None},
        body={"application/offset+octet-stream": bytes},
        headers=(TUS_RESUMABLE, UPLOAD_OFFSET),
        problems=(409, 410, 412, 413, 507),
    )
    def patch(self, request: Request, upload_id: uuid.UUID) -> Response:
        """The answer to the last one names the document in `Content-Location`."""
        offset = _read_number(request, "Upload-Offset")
        session = append_piece(upload_id, offset, _pieces(request.data), actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT, headers=_progress(session))

    @describe("Give a resumable upload up", {204: None}, headers=(TUS_RESUMABLE,),
              problems=(412,))  # fmt: skip
    def delete(self, request: Request, upload_id: uuid.UUID) -> Response:
        give_up_upload(upload_id, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _progress(session: UploadSession) -> dict[str, str]:
    headers = {
        "Upload-Offset": str(session.offset),
        "Upload-Length": str(session.length),
        "Cache-Control": "no-store",
    }
    if session.document_id:
        headers["Content-Location"] = links.document_url(session.document_id)
    return headers


def _data(session: UploadSession) -> dict[str, Any]:
    document = session.document_id
    return {
        "id": str(session.id),
        "offset": session.offset,
        "length": session.length,
        "document": str(document) if document else None,
        "links": {
            "self": links.resumable_url(session.id),
            "document": links.document_url(document) if document else None,
        },
    }


def _read_number(request: Request, name: str) -> int:
    text = request.headers.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise InvalidRequest.for_field(name, Message("This header must be a number of bytes."))
    return int(text)


def _read_metadata(request: Request) -> Mapping[str, str]:
    """`Upload-Metadata`: pairs by comma, of a name and a value in base64."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            text = base64.b64decode(value.strip(), validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            message = Message("Its values must be UTF-8 in base64.")
            raise InvalidRequest.for_field("Upload-Metadata", message) from None
        if name:
            # What tus clients send by themselves.
            found.update({} if name in ("filetype", "relativePath", "type") else {
                "filename" if name == "name" else name: text
            })  # fmt: skip
    return found


def _pieces(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece
