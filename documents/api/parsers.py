"""Request bodies within bounds: JSON is held in memory only up to a limit, files never."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.datastructures import MultiValueDict
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles

from documents.api.json_files import FileInJSON, NotBase64
from documents.api.problems import RequestTooLarge
from documents.files.upload_staging import StagedUpload

_CHUNK = 256 * 1024


class BoundedJSONParser(BaseParser):
    """JSON (RFC 8259) of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise RequestTooLarge
        return decoded(body)


class FileInJSONParser(BaseParser):
    """JSON whose `file_base64` goes to disk while it is read; `file` is in the files then."""

    media_type = "application/json"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> DataAndFiles[Any, Any]:
        found = FileInJSON("file_base64")
        try:
            _feed(found, stream)
            data = decoded(bytes(found.rest))
            staged = found.staged
            if staged is None or not isinstance(data, dict):
                return DataAndFiles(data, MultiValueDict())
            data.pop("file_base64", None)
            upload = StagedUpload(staged, name="file")
        except BaseException:
            found.discard()
            raise
        return DataAndFiles(data, MultiValueDict({"file": [upload]}))


def _feed(found: FileInJSON, stream: BinaryIO) -> None:
    try:
        while chunk := stream.read(_CHUNK):
            found.feed(chunk)
        found.close()
    except NotBase64 as error:
        raise ParseError(str(error)) from error


def decoded(body: bytes) -> Any:
    """Raises ParseError for what is no JSON."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        raise ParseError("The JSON is nested too deeply.") from None
    except ValueError as error:
        raise ParseError(f"The body is not valid JSON: {error}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
