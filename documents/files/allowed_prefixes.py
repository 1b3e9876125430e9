"""Prefixes of the bucket that are not the archive's own, and which of them managers may use."""

from __future__ import annotations

from dataclasses import dataclass

from documents.bucket.settings import DATABASE_PREFIX
from documents.files.keys import DOCUMENTS, TOMBSTONES

#: What lies below these is the archive's own: never taken in, never written over.
OWN_PREFIXES = (DOCUMENTS, TOMBSTONES, DATABASE_PREFIX)
PREFIX_LENGTH = 500


@dataclass(frozen=True)
class AllowedPrefix:
    """A prefix that managers may use; `team`: of the team with this name only, "" for all."""

    prefix: str
    team: str = ""

    def allows(self, prefix: str, team: str) -> bool:
        return prefix.startswith(self.prefix) and self.team in ("", team)


def parse_allowed_prefixes(text: str) -> tuple[AllowedPrefix, ...]:
    """ "scans/, Sales=sales/": by comma, with the team's name before an equals sign. Raises
    ValueError."""
    found = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        team, _equals, prefix = part.rpartition("=")
        found.append(AllowedPrefix(normalise_prefix(prefix), team.strip()))
    return tuple(found)


def normalise_prefix(text: str) -> str:
    """With one slash at the end. Raises ValueError for what is no prefix, or touches what is the
    archive's own."""
    prefix = text.strip().rstrip("/") + "/"
    parts = prefix.rstrip("/").split("/")
    if len(prefix) > PREFIX_LENGTH or "\\" in prefix or any(p in ("", ".", "..") for p in parts):
        raise ValueError("it must be the beginning of keys, such as scans/2026/")
    if any(overlap(prefix, own) for own in OWN_PREFIXES):
        raise ValueError("the archive keeps its own files there")
    return prefix


def overlap(one: str, other: str) -> bool:
    """Whether a key may lie below both prefixes."""
    return one.startswith(other) or other.startswith(one)
