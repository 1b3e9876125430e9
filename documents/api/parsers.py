"""Parsers of JSON bodies (RFC 8259) up to a limit. Larger files arrive as multipart forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from documents.api.problems import JSONUploadTooLarge, RequestTooLarge
from documents.messages import Message

#: Bytes of a JSON body with a file in base64. It is held in memory, about three times over while
#: it is decoded.
MAX_JSON_UPLOAD_BYTES = 32 * 2**20


class BoundedJSONParser(BaseParser):
    """JSON of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    media_type = "application/json"
    too_large: type[APIException] = RequestTooLarge

    @property
    def limit(self) -> int:
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Raises ParseError, and `too_large` for a body above the limit."""
        body = stream.read(self.limit + 1)
        if len(body) > self.limit:
            raise self.too_large
        try:
            return self.decode(body)
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        except ValueError as error:
            raise ParseError(
                Message("The body is not valid JSON: {problem}", problem=error).translated()
            ) from None

    def decode(self, body: bytes) -> Any:
        """Raises ValueError, RecursionError."""
        return json.loads(body, parse_constant=_refuse_constant)


class JSONUploadParser(BoundedJSONParser):
    """JSON with a file in it: at most MAX_JSON_UPLOAD_BYTES, and no name twice, so that it is
    clear which file is meant."""

    too_large = JSONUploadTooLarge

    @property
    def limit(self) -> int:
        return MAX_JSON_UPLOAD_BYTES

    def decode(self, body: bytes) -> Any:
        return json.loads(
            body, parse_constant=_refuse_constant, object_pairs_hook=_refuse_repeated_names
        )


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _refuse_repeated_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
