"""Pictures that a reading cut out of a page: their names, and what is known of each. Pure.

A figure belongs to the readings that name it (`Block.figure`), and like them never changes. Its
name says which page it is of and what is in it, so the same picture cut out twice is one file, and
no name ever means another picture. Names come from outside too (an address, a manifest): only what
`NAME` matches is ever made into a path.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NAME = re.compile(r"([0-9]{4,7})-([0-9a-f]{12})\.webp")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Figure:
    """`name` in the archive; `sha256` and `size` (bytes) of its WebP file."""

    name: str
    sha256: str
    size: int

    @classmethod
    def of(cls, number: int, image: bytes) -> Figure:
        """The figure `image` (WebP) of page `number`."""
        digest = hashlib.sha256(image).hexdigest()
        return cls(f"{number:04d}-{digest[:12]}.webp", digest, len(image))

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Figure:
        """As `facts` gave it. Raises ValueError, KeyError for what is none: a manifest may hold
        anything."""
        name, digest, size = facts["name"], facts["sha256"], facts["size"]
        matched = NAME.fullmatch(name) if isinstance(name, str) else None
        named_after = isinstance(digest, str) and _DIGEST.fullmatch(digest) and digest[:12]
        if matched is None or matched[2] != named_after or not isinstance(size, int):
            raise ValueError(f"not a figure: {name!r:.100}")
        return cls(name, digest, size)

    def facts(self) -> dict[str, Any]:
        """As a reading and its manifest keep it."""
        return asdict(self)


def name_of(number: int, image: bytes) -> str:
    """The name of the figure `image` (WebP) of page `number` (from 1)."""
    return Figure.of(number, image).name


def page_of(name: str) -> int | None:
    """The number of the page that the figure `name` is of; None for what is no figure's name."""
    matched = NAME.fullmatch(name)
    return int(matched[1]) if matched else None


def figure_key(document_id: uuid.UUID, name: str) -> str:
    """The storage key. Raises ValueError for what is no figure's name."""
    if page_of(name) is None:
        raise ValueError(f"not a figure's name: {name!r:.100}")
    return f"documents/{document_id}/figures/{name}"
