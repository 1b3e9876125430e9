"""`POST /ocr`: a picture in, its text out, in one request. For clients of the earlier service.

The file becomes a document like any other, and the same file is not read twice. The request waits
until it has been read, 50 s at most, without a thread (`documents/http/ask_again.py`); past that
the answer is 202 with the address at which the text will be.
"""

from __future__ import annotations

import binascii
import uuid
from base64 import b64decode
from typing import Any

from django.urls import path, reverse
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import Ability, require
from documents.actions.request_fetch import request_fetch
from documents.actions.upload import TITLE_LENGTH, upload
from documents.api.fetches import fetch_data, find_fetch
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe, header
from documents.api.openapi.shapes.documents import FetchShape
from documents.api.parsers import JSONUploadParser
from documents.api.serializers import PAGES_LENGTH, EngineVersionField, URLUpload
from documents.api.uploads import all_files, check_length
from documents.api.views import ApiView
from documents.engines.names import OCR_ENGINES
from documents.errors import InvalidRequest, NothingRead
from documents.exports import links
from documents.exports.downloads import get_result, refuse_without_results
from documents.exports.front_matter import strip_front_matter
from documents.files.upload_staging import StagedFile, stage
from documents.http.ask_again import MOST_SECONDS, ask_again
from documents.messages import Message
from documents.models import (
    PRIORITY_WORDS,
    Document,
    Fetch,
    FetchStatus,
    OcrMode,
    Priority,
    TokenScope,
    User,
)

#: Bytes of text in an answer; of a longer one there are only the links.
MOST_CONTENT = 16 * 2**20

_DATA_URL = "data:"
#: What is passed on as it is.
_WISHES = ("engine", "engine_version", "pages", "priority")


class OcrInput(StrictSerializer):
    """One of `file`, `image_base64`, `image_url`."""

    ignored = frozenset({"file"})

    image_base64 = serializers.CharField(required=False, trim_whitespace=False)
    image_url = serializers.CharField(
        required=False, trim_whitespace=False, help_text="http(s), or data:."
    )
    return_content = serializers.BooleanField(required=False, default=True)
    filename = serializers.CharField(required=False, max_length=4096, default="")
    title = serializers.CharField(
        required=False, max_length=TITLE_LENGTH, allow_blank=True, default=""
    )
    language = serializers.CharField(required=False, max_length=8, allow_blank=True, default="")
    team = serializers.UUIDField(required=False, allow_null=True, default=None)
    engine = serializers.ChoiceField(OCR_ENGINES, required=False, allow_blank=True, default="")
    engine_version = EngineVersionField(required=False, allow_blank=True, default="")
    pages = serializers.CharField(
        required=False, max_length=PAGES_LENGTH, allow_blank=True, default=""
    )
    priority = serializers.ChoiceField(PRIORITY_WORDS, required=False, default=Priority.NORMAL.word)


class OcrForm(OcrInput):
    """A form with the picture or PDF in `file`."""

    file = serializers.FileField(required=False)


class OcrParameters(StrictSerializer):
    return_content = serializers.BooleanField(required=False, default=True)


class OcrAnswer(serializers.Serializer[Any]):
    """`text` and `markdown` are null where they were not asked for, or are too long."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    page_count = serializers.IntegerField(allow_null=True)
    pages_done = serializers.IntegerField()
    engine = serializers.CharField(allow_null=True)
    confidence = serializers.FloatField(allow_null=True)
    text = serializers.CharField(allow_null=True)
    markdown = serializers.CharField(allow_null=True)
    links = serializers.DictField(child=serializers.CharField())


class OcrView(ApiView):
    scopes = {"post": TokenScope.WRITE}
    parser_classes = (MultiPartParser, JSONUploadParser)

    @describe(
        "Read a picture and wait for its text",
        {200: OcrAnswer, 202: OcrAnswer},
        body={"multipart/form-data": OcrForm, "application/json": OcrInput},
        headers=(header("Prefer", "`wait=N`: wait for the text, N <= 50 s (50)."),),
        problems=(404, 409, 507),
    )
    def post(self, request: Request) -> Response:
        check_length(request, files=1)
        given = OcrInput(data=request.data)
        given.is_valid(raise_exception=True)
        values = given.validated_data
        if _names_address(request, values):
            return _fetch(request, self.user, values)
        staged, filename = _take_file(request, values)
        uploaded = upload(
            self.user, staged, filename, team_id=values["team"], title=values["title"],
            language=values["language"], ocr=OcrMode.AUTO,
            **{name: values[name] for name in _WISHES},
        )  # fmt: skip
        return _answer(request, uploaded.document, with_content=values["return_content"])


class OcrFetchView(ApiView):
    scopes = {"get": TokenScope.WRITE}

    @describe(
        "The text of a picture that is fetched for /ocr", {200: OcrAnswer, 202: FetchShape},
        query=OcrParameters, problems=(404, 409),
    )  # fmt: skip
    def get(self, request: Request, fetch_id: uuid.UUID) -> Response:
        """As soon as there is a document, what `OcrResultView` answers."""
        fetch = find_fetch(self.user, fetch_id)
        parameters = OcrParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        with_content = parameters.validated_data["return_content"]
        if fetch.document_id is not None:
            document = require(self.user, Ability.SEE, fetch.document_id)
            return _answer(request, document, with_content=with_content)
        if fetch.status == FetchStatus.FAILED:
            raise NothingRead(fetch.error_text)
        return _answer_fetch(request, fetch, with_content=with_content)


class OcrResultView(ApiView):
    #: That of the upload: whoever may send a picture here may have its text.
    scopes = {"get": TokenScope.WRITE}

    @describe(
        "The text of a picture that was sent to /ocr", {200: OcrAnswer, 202: OcrAnswer},
        query=OcrParameters, problems=(404, 409),
    )  # fmt: skip
    def get(self, request: Request, document_id: uuid.UUID) -> Response:
        document = require(self.user, Ability.SEE, document_id)
        parameters = OcrParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return _answer(request, document, with_content=parameters.validated_data["return_content"])


def _names_address(request: Request, values: dict[str, Any]) -> bool:
    url = values.get("image_url", "")
    return bool(url) and not url.startswith(_DATA_URL) and not request.FILES


def _fetch(request: Request, user: User, values: dict[str, Any]) -> Response:
    """Have the picture fetched by a background worker. Raises InvalidRequest."""
    if "image_base64" in values:
        raise InvalidRequest.for_field(
            "file", Message("Send one picture: as file, as image_base64 or as image_url.")
        )
    names = ("filename", "title", "language", "team", *_WISHES)
    wanted = URLUpload(
        data={"source_url": values["image_url"], **{n: values[n] for n in names if values[n]}}
    )
    wanted.is_valid(raise_exception=True)
    fields = dict(wanted.validated_data)
    url, team_id = fields.pop("source_url"), fields.pop("team")
    fetch = request_fetch(url, actor=user, team_id=team_id, fields=fields)
    return _answer_fetch(request, fetch, with_content=values["return_content"])


def _answer_fetch(request: Request, fetch: Fetch, *, with_content: bool) -> Response:
    later = reverse("ocr-fetch", args=[fetch.id])
    again = f"{later}?return_content={'true' if with_content else 'false'}"
    answer = Response(fetch_data(fetch), status=202, headers={"Location": later})
    return ask_again(request, answer, seconds=MOST_SECONDS, path=again)


def _take_file(request: Request, values: dict[str, Any]) -> tuple[StagedFile, str]:
    named = [name for name in ("image_base64", "image_url") if name in values]
    if len(named) + bool(request.FILES) != 1:
        raise InvalidRequest.for_field(
            "file", Message("Send one picture: as file, as image_base64 or as image_url.")
        )
    if request.FILES:
        file, *others = all_files(request)
        if others:
            raise InvalidRequest.for_field(
                "file", Message("Send one picture: as file, as image_base64 or as image_url.")
            )
        return file.staged, values["filename"] or file.name or "image"
    (name,) = named
    encoded = values[name]
    if encoded.startswith(_DATA_URL):
        encoded = encoded.partition(",")[2]
    try:
        data = b64decode("".join(encoded.split()) + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest.for_field(name, Message("This is not base64.")) from None
    return stage([data]), values["filename"] or "image"


def _answer(request: Request, document: Document, *, with_content: bool) -> Response:
    """Raises NothingRead where there is nothing to wait for."""
    finished = document.has_results and not document.is_unfinished
    if not document.is_unfinished:
        refuse_without_results(document)
    address = links.document_url(document.id)
    later = reverse("ocr-result", args=[document.id])
    data = {
        "id": str(document.id),
        "status": document.status,
        "page_count": document.page_count,
        "pages_done": document.pages_done,
        "engine": document.engine or None,
        "confidence": document.confidence,
        "text": _read_result(document, "txt") if finished and with_content else None,
        "markdown": _read_markdown(document) if finished and with_content else None,
        "links": {
            "document": address,
            "result": later,
            **{kind: f"{address}result.{kind}" for kind in ("json", "md", "txt", "pdf")},
        },
    }
    if finished:
        return Response(data)
    again = f"{later}?return_content={'true' if with_content else 'false'}"
    response = Response(data, status=202, headers={"Location": address})
    return ask_again(request, response, seconds=MOST_SECONDS, path=again)


def _read_markdown(document: Document) -> str | None:
    """The text alone: what stands above it in the file is told by the answer itself."""
    text = _read_result(document, "md")
    return strip_front_matter(text) if text else text


def _read_result(document: Document, kind: str) -> str | None:
    content = get_result(document, kind).open()
    try:
        if content.size > MOST_CONTENT:
            return None
        return b"".join(content.read_range(0, content.size)).decode("utf-8", "replace")
    finally:
        content.close()


urlpatterns = [
    path("ocr/", OcrView.as_view(), name="ocr"),
    path("ocr", OcrView.as_view()),
    path("ocr/fetch/<uuid:fetch_id>/", OcrFetchView.as_view(), name="ocr-fetch"),
    path("ocr/<uuid:document_id>/", OcrResultView.as_view(), name="ocr-result"),
]
