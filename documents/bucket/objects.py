"""Objects of a bucket: the facts that a server reports, and what a key and metadata may be."""

from __future__ import annotations

import datetime
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ObjectFacts:
    """What the server reports of an object. `size` in bytes, `modified` in UTC; the names in
    `metadata` are in lower case. `etag`: the server's name for this state of the object; "" where
    it says none."""

    key: str
    size: int
    modified: datetime.datetime
    metadata: dict[str, str]
    etag: str = ""


def check_key(key: str) -> None:
    """Raises ValueError past S3's own limit (1,024 bytes), before a request is made."""
    if not key or len(key.encode()) > 1024:
        raise ValueError(f"not a key of a bucket: {key!r}")


def check_new_object(key: str, metadata: Mapping[str, str] | None) -> None:
    """Raises ValueError for a key that Django's storage API would change, or for metadata that
    headers can't carry."""
    check_key(key)
    if posixpath.normpath(key) != key or key.startswith(("/", "..")) or "\\" in key:
        raise ValueError(f"not a key of a bucket: {key!r}")
    for name, text in (metadata or {}).items():
        if not (name + text).isascii():
            raise ValueError(f"metadata travels in headers and must be ASCII: {name}")
