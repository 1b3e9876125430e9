"""Receive the files of upload requests and hand them to the upload action."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from rest_framework import status
from rest_framework.request import Request

from documents.actions.do_once import Answer
from documents.actions.replace import replace
from documents.actions.request_fetch import request_edition_fetch, request_fetch
from documents.actions.upload import Uploaded, upload
from documents.api.document_data import document_data, document_url
from documents.api.fetches import fetch_data
from documents.api.once import answer_once
from documents.api.problems import describe_error
from documents.api.serializers import (
    EditionUpload,
    JSONEdition,
    JSONUpload,
    NewDocument,
    URLEdition,
    URLUpload,
)
from documents.errors import ArchiveError, InvalidRequest
from documents.exports import links
from documents.files.upload_staging import StagedFile, StagedUpload, file_too_large, stage
from documents.messages import Message
from documents.models import User

#: Bytes that a multipart request may have beside its file.
_FIELDS = 2**20
#: Files of one request at most.
MOST_FILES = 100

Values = Mapping[str, Any]


def receive_upload(request: Request, user: User) -> Answer:
    """Stage the file of a multipart or JSON request and make a document of it: 201, or 200 where
    the team has the same file. Where it names a `source_url`, have that fetched: 202.

    Raises FileTooLarge while the body is read, or before, where its declared length says so
    already; InvalidRequest and what the actions raise.
    """
    check_length(request, files=1)
    try:
        if _names_url(request):
            return _request_fetch(request, user)
        staged, values = _read_form(request) if _is_form(request) else _read_json(request)
        try:
            return _once(request, user, [staged], values, lambda: _upload(user, staged, values))
        finally:
            staged.discard()
    finally:
        _close_files(request)


def receive_edition(request: Request, user: User, document_id: uuid.UUID) -> Answer:
    """Stage the file of a multipart or JSON request and let it take the place of the document: 201,
    or 200 where it came twice. Where it names a `source_url`, have that fetched: 202. Raises as
    `receive_upload`."""
    check_length(request, files=1)
    try:
        if _names_url(request):
            return _request_edition(request, user, document_id)
        staged, filename = _read_edition(request)

        def work() -> Answer:
            stored = replace(document_id, staged, filename, actor=user)
            return _answer(stored)

        try:
            return _once(request, user, [staged], {"filename": filename}, work)
        finally:
            staged.discard()
    finally:
        _close_files(request)


def _read_edition(request: Request) -> tuple[StagedFile, str]:
    if not _is_form(request):
        json = JSONEdition(data=request.data)
        json.is_valid(raise_exception=True)
        return stage([json.validated_data["file_base64"]]), json.validated_data["filename"]
    files = all_files(request)
    if len(files) > 1:
        raise InvalidRequest.for_field("file", Message("Send one file per request here."))
    form = EditionUpload(data=request.data)
    form.is_valid(raise_exception=True)
    return files[0].staged, form.validated_data["filename"] or files[0].name or ""


def _request_edition(request: Request, user: User, document_id: uuid.UUID) -> Answer:
    serializer = URLEdition(data=request.data)
    serializer.is_valid(raise_exception=True)
    values = dict(serializer.validated_data)
    url = values.pop("source_url")

    def work() -> Answer:
        fetch = request_edition_fetch(url, document_id, actor=user, fields=values)
        return Answer(status.HTTP_202_ACCEPTED, fetch_data(fetch), links.fetch_url(fetch.id))

    return _once(request, user, [], {**values, "url": url}, work)


def receive_many(request: Request, user: User) -> Answer:
    """Make a document of each file of a form, all with the same fields: an answer each, in their
    order. A file that is refused keeps none of the others back. Raises as `receive_upload`."""
    check_length(request, files=MOST_FILES)
    try:
        files = all_files(request)
        values = _read_fields(request)
        return _once(
            request,
            user,
            [file.staged for file in files],
            values,
            lambda: Answer(
                status.HTTP_200_OK,
                {"results": [_upload_one(user, file, values) for file in files]},
            ),
        )
    finally:
        _close_files(request)


def _once(
    request: Request, user: User, staged: list[StagedFile], values: Values, work: Any
) -> Answer:
    asked = [*(each.sha256 for each in staged), sorted(values.items())]
    return answer_once(request, user, asked, work)


def _upload(user: User, staged: StagedFile, values: Values) -> Answer:
    uploaded = upload(
        user,
        staged,
        values["filename"],
        team_id=values["team"],
        title=values["title"],
        tags=values["tags"],
        language=values["language"],
        ocr=values["ocr"],
        engine=values["engine"],
        engine_version=values["engine_version"],
        pages=values["pages"],
        priority=values["priority"],
        split=values["split"],
    )
    return _answer(uploaded)


def _answer(uploaded: Uploaded) -> Answer:
    return Answer(
        status.HTTP_201_CREATED if uploaded.created else status.HTTP_200_OK,
        document_data(uploaded.document),
        document_url(uploaded.document),
    )


def _upload_one(user: User, file: StagedUpload, values: Values) -> dict[str, Any]:
    name = file.name or ""
    try:
        answer = _upload(user, file.staged, {**values, "filename": name})
    except ArchiveError as error:
        problem = describe_error(error)
        return {
            "filename": name, "status": problem["status"], "document": None, "problem": problem,
        }  # fmt: skip
    return {"filename": name, "status": answer.status, "document": answer.body, "problem": None}


def _names_url(request: Request) -> bool:
    return not _is_form(request) and isinstance(request.data, dict) and "source_url" in request.data


def _request_fetch(request: Request, user: User) -> Answer:
    serializer = URLUpload(data=request.data)
    serializer.is_valid(raise_exception=True)
    values = dict(serializer.validated_data)
    url, team_id = values.pop("source_url"), values.pop("team")

    def work() -> Answer:
        fetch = request_fetch(url, actor=user, team_id=team_id, fields=values)
        return Answer(status.HTTP_202_ACCEPTED, fetch_data(fetch), links.fetch_url(fetch.id))

    return _once(request, user, [], {**values, "url": url, "team": team_id}, work)


def _is_form(request: Request) -> bool:
    return (request.content_type or "").startswith("multipart/")


def check_length(request: Request, *, files: int) -> None:
    """Raises FileTooLarge where the declared length of a form says so already."""
    declared = request.headers.get("Content-Length", "")
    limit = files * settings.OCRSITE_MAX_UPLOAD_BYTES + _FIELDS
    if _is_form(request) and declared.isascii() and declared.isdigit() and int(declared) > limit:
        raise file_too_large()


def _read_form(request: Request) -> tuple[StagedFile, Values]:
    files = all_files(request)
    if len(files) > 1:
        message = Message("Send one file per request here, or several to documents/batch/.")
        raise InvalidRequest.for_field("file", message)
    values = _read_fields(request)
    return files[0].staged, {**values, "filename": values["filename"] or files[0].name or ""}


def _read_fields(request: Request) -> Values:
    serializer = NewDocument(data=request.data)
    serializer.is_valid(raise_exception=True)
    values: Values = serializer.validated_data
    return values


def all_files(request: Request) -> list[StagedUpload]:
    """The files of a form, one at least. Raises InvalidRequest."""
    files = request.FILES
    found: list[UploadedFile] = files.getlist("file")
    if not found:
        raise InvalidRequest.for_field(
            "file", Message("No file was sent. It goes into this field.")
        )
    if len(found) > MOST_FILES or set(files) - {"file"}:
        message = Message("Files go into the field file, at most {most}.", most=MOST_FILES)
        raise InvalidRequest.for_field("file", message)
    return [file for file in found if isinstance(file, StagedUpload)]


def _close_files(request: Request) -> None:
    for _, files in request.FILES.lists():
        for uploaded in files:
            uploaded.close()


def _read_json(request: Request) -> tuple[StagedFile, Values]:
    if not isinstance(request.data, dict):
        raise InvalidRequest.for_field(
            "request",
            Message("Send an object with file_base64 and filename, or a multipart form."),
        )
    serializer = JSONUpload(data=request.data)
    serializer.is_valid(raise_exception=True)
    values = serializer.validated_data
    return stage([values.pop("file_base64")]), values
