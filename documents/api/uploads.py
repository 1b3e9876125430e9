"""Receive the file of an upload request and hand it to the upload action."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework.request import Request

from documents.actions.upload import Uploaded, upload
from documents.api.serializers import JSONUpload, NewDocument
from documents.errors import InvalidRequest
from documents.files.upload_staging import StagedFile, StagedUpload, file_too_large, stage
from documents.messages import Message
from documents.models import User

#: Bytes that a multipart request may have beside its file.
_FIELDS = 2**20


def receive_upload(request: Request, user: User) -> Uploaded:
    """Stage the file of a multipart or JSON request and make a document of it.

    Raises FileTooLarge while the body is read, or before, where its declared length says so
    already; InvalidRequest and what the action raises.
    """
    _check_length(request)
    try:
        staged, values = _read_form(request) if _is_form(request) else _read_json(request)
        return upload(
            user,
            staged,
            values["filename"],
            team_id=values["team"],
            title=values["title"],
            tags=values["tags"],
            language=values["language"],
            ocr=values["ocr"],
        )
    finally:
        for _, files in request.FILES.lists():
            for uploaded in files:
                uploaded.close()


def _is_form(request: Request) -> bool:
    return (request.content_type or "").startswith("multipart/")


def _check_length(request: Request) -> None:
    declared = request.headers.get("Content-Length", "")
    limit = settings.OCRSITE_MAX_UPLOAD_BYTES + _FIELDS
    if _is_form(request) and declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise file_too_large()


def _read_form(request: Request) -> tuple[StagedFile, dict[str, Any]]:
    file = _only_file(request)
    serializer = NewDocument(data=request.data)
    serializer.is_valid(raise_exception=True)
    values = serializer.validated_data
    return file.staged, {**values, "filename": values["filename"] or file.name or ""}


def _only_file(request: Request) -> StagedUpload:
    files = request.FILES
    found: list[UploadedFile] = files.getlist("file")
    if not found:
        raise InvalidRequest.for_field(
            "file", Message("No file was sent. It goes into this field.")
        )
    if len(found) > 1 or set(files) - {"file"}:
        raise InvalidRequest.for_field(
            "file", Message("Send one file per request, in the field file.")
        )
    file = found[0]
    assert isinstance(file, StagedUpload)
    return file


def _read_json(request: Request) -> tuple[StagedFile, dict[str, Any]]:
    if not isinstance(request.data, dict):
        raise InvalidRequest.for_field(
            "request",
            Message("Send an object with file_base64 and filename, or a multipart form."),
        )
    serializer = JSONUpload(data=request.data)
    serializer.is_valid(raise_exception=True)
    values = serializer.validated_data
    return stage([values.pop("file_base64")]), values
