"""Pictures that a reading cut out of a page: their names, sizes and digests. Pure.

A figure belongs to the readings that name it (`Block.figure`), and like them never changes. Its
name contains its page and its digest, so the same picture cut out twice is one file, and a name
never means another picture. Names also come from outside (a URL, a manifest): only a name that
`NAME` matches becomes part of a path.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from documents.files.keys import document_prefix

NAME = re.compile(r"([0-9]{4,7})-([0-9a-f]{12})\.webp")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Figure:
    """`name` in the archive; `sha256` and `size` (bytes) of its WebP file."""

    name: str
    sha256: str
    size: int

    @classmethod
    def from_image(cls, number: int, image: bytes) -> Figure:
        """The figure `image` (WebP) of page `number` (from 1)."""
        digest = hashlib.sha256(image).hexdigest()
        return cls(f"{number:04d}-{digest[:12]}.webp", digest, len(image))

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Figure:
        """The inverse of `facts`. Raises ValueError or KeyError where `facts` are not a figure's: a
        manifest may contain anything."""
        name, digest, size = facts["name"], facts["sha256"], facts["size"]
        matched = NAME.fullmatch(name) if isinstance(name, str) else None
        named_after = isinstance(digest, str) and _DIGEST.fullmatch(digest) and digest[:12]
        if matched is None or matched[2] != named_after or not isinstance(size, int):
            raise ValueError(f"not a figure: {name!r:.100}")
        return cls(name, digest, size)

    def facts(self) -> dict[str, Any]:
        """The form in which a reading and its manifest store it."""
        return asdict(self)


def name_of(number: int, image: bytes) -> str:
    """The name of the figure `image` (WebP) of page `number` (from 1)."""
    return Figure.from_image(number, image).name


def page_of(name: str) -> int | None:
    """The number of the page of the figure `name`; None where it is not a figure's name."""
    matched = NAME.fullmatch(name)
    return int(matched[1]) if matched else None


def figure_key(document_id: uuid.UUID, name: str) -> str:
    """The storage key. Raises ValueError where `name` is not a figure's name."""
    if page_of(name) is None:
        raise ValueError(f"not a figure's name: {name!r:.100}")
    return f"{document_prefix(document_id)}figures/{name}"
