"""The parts of a parsed query."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    text: str


@dataclass(frozen=True)
class Phrase:
    text: str


@dataclass(frozen=True)
class Prefix:
    text: str


@dataclass(frozen=True)
class Condition:
    """`name`: title, tag, team, lang, status, type, page, before or after; `value` as typed.
    `low`, `high`: page numbers, or seconds since 1970 (before, after); both are included."""

    name: str
    value: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Not:
    operand: Node


@dataclass(frozen=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Node, ...]


Node = Term | Phrase | Prefix | Condition | Not | All | AnyOf


@dataclass(frozen=True)
class Note:
    """Something in a query that was not understood: `code`, and the text concerned."""

    code: str
    text: str


@dataclass(frozen=True)
class ParsedQuery:
    """`node` is None if there is nothing to search for."""

    node: Node | None
    notes: tuple[Note, ...] = ()
