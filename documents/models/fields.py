"""A JSON value kept compressed."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

from django.db import models


class Packed(bytes):
    """A value as a `CompressedJSONField` stores it; `digest` is the SHA-256 of its JSON."""

    digest: str = ""


def json_bytes(value: Any) -> bytes:
    """The one form of JSON in which values are kept and hashed: UTF-8, no spaces, keys as given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(value: Any) -> str:
    return hashlib.sha256(json_bytes(value)).hexdigest()


def pack(value: Any) -> Packed:
    """Do a field's work beforehand: outside the transaction in which the value is kept."""
    data = json_bytes(value)
    packed = Packed(zlib.compress(data, level=6))
    packed.digest = hashlib.sha256(data).hexdigest()
    return packed


class CompressedJSONField(models.BinaryField):
    """JSON as UTF-8, deflated (RFC 1950). A page layout shrinks to about an eighth.

    Not queryable; meant for values that are read whole. Takes a value, or a packed one.
    """

    def get_prep_value(self, value: Any) -> bytes | None:
        if value is None or isinstance(value, Packed):
            return value
        return pack(value)

    def from_db_value(self, value: Any, expression: object, connection: object) -> Any:
        return None if value is None else json.loads(zlib.decompress(bytes(value)))

    def to_python(self, value: Any) -> Any:
        return value
