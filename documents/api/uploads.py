"""An upload request, taken apart: the file is on disk before anything looks at it."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from documents.actions.upload import Uploaded, upload
from documents.api.serializers import NewDocument
from documents.files.upload_staging import StagedUpload, too_large
from documents.models import User

#: Bytes that a multipart request may have beside its file.
_FIELDS = 2**20


def received(request: Request, user: User) -> Uploaded:
    """Take in the file of a multipart or JSON upload.

    Raises FileTooLarge while the body is read, or before, where its length says so already;
    ValidationError and what the action raises.
    """
    _check_length(request)
    try:
        file, name = _only_file(request)
        fields = NewDocument(data={} if request.data is None else request.data)
        fields.is_valid(raise_exception=True)
        given = fields.validated_data
        return upload(
            user,
            file.staged,
            given["filename"] or name,
            team_id=given["team"],
            title=given["title"],
            tags=given["tags"],
            language=given["language"],
            ocr=given["ocr"],
        )
    finally:
        for _, files in request.FILES.lists():
            for uploaded in files:
                uploaded.close()


def _check_length(request: Request) -> None:
    declared = request.headers.get("Content-Length", "")
    is_form = (request.content_type or "").startswith("multipart/")
    limit = settings.OCRSITE_MAX_UPLOAD_BYTES + _FIELDS
    if is_form and declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise too_large()


def _only_file(request: Request) -> tuple[StagedUpload, str]:
    is_form = (request.content_type or "").startswith("multipart/")
    data, files = request.data, request.FILES
    if not isinstance(data, dict):
        raise ValidationError("Send an object with file_base64 and filename, or a multipart form.")
    found: list[UploadedFile] = files.getlist("file")
    if not found:
        how = "file" if is_form else "file_base64"
        raise ValidationError({how: ["No file was sent. It goes into this field."]})
    others = [name for name in files if name != "file"]
    if len(found) > 1 or others:
        raise ValidationError({"file": ["Send one file a request, in the field file."]})
    if not is_form and not data.get("filename"):
        raise ValidationError({"filename": ["A file in JSON needs its name beside it."]})
    file = found[0]
    assert isinstance(file, StagedUpload)
    return file, file.name or ""
