"""A compressed JSON field, and a field of flags that both databases can search."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models


class Packed(bytes):
    """A value as a `CompressedJSONField` stores it; `digest` is the SHA-256 of its JSON."""

    digest: str = ""


def json_bytes(value: Any) -> bytes:
    """The form of JSON in which values are stored and hashed: UTF-8, no spaces, keys as given."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(value: Any) -> str:
    return hashlib.sha256(json_bytes(value)).hexdigest()


def pack(value: Any) -> Packed:
    """Encode a value ahead of the transaction that stores it."""
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


_FLAG = re.compile(r"[a-z][a-z0-9_]{0,39}")


if TYPE_CHECKING:
    _Flags = models.TextField[Iterable[str], list[str]]
else:
    _Flags = models.TextField


class FlagsField(_Flags):
    """A list of names, such as `["disputed", "low_confidence"]`; [] where there is none.

    Kept as ",disputed,low_confidence,": to look for one is `flags__contains=flag_mark(name)`, in
    both databases, and whatever has any is `~Q(flags="")`. Raises ValueError for another's shape.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": list, "blank": True, "editable": False, **kwargs})

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, str):
            return value  # half of a comparison
        names = sorted(set(_flags(value)))
        return flag_mark(",".join(names)) if names else ""

    def from_db_value(self, value: str, expression: object, connection: object) -> list[str]:
        return self.to_python(value)

    def to_python(self, value: Any) -> list[str]:
        return [name for name in value.split(",") if name] if isinstance(value, str) else value


def flag_mark(name: str) -> str:
    """How a `FlagsField` stores the flag."""
    return f",{name},"


def _flags(value: Iterable[str]) -> Iterable[str]:
    for name in value:
        if not _FLAG.fullmatch(name):
            raise ValueError(f"not the name of a flag: {name!r:.100}")
        yield name
