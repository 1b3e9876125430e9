"""What an upload asks for beside its file: pages, an engine and its version, a priority."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from documents.actions.require_engine import require_engine
from documents.errors import InvalidRequest, TooManyUrgent
from documents.messages import Message
from documents.models import PRIORITY_WORDS, Document, Priority, Team
from documents.text.page_ranges import Range, format_ranges, parse_ranges

#: Unfinished documents of high priority that a team may have at once: more would only wait for
#: each other.
MOST_URGENT = 100


@dataclass(frozen=True)
class AskedFor:
    """`pages`: ranges in one spelling, "" for all."""

    pages: str
    engine: str
    engine_version: str
    priority: Priority


def parse_asked(team: Team, pages: str, engine: str, version: str, priority: str) -> AskedFor:
    """Raises InvalidRequest, EngineNotRunning, TooManyUrgent."""
    wanted = parse_priority(priority)
    if wanted is Priority.HIGH:
        refuse_too_many_urgent(team)
    require_asked_engine(engine, version)
    ranges = parse_page_ranges(pages) if pages.strip() else ()
    return AskedFor(format_ranges(ranges), engine, " ".join(version.split()), wanted)


def refuse_wrong_wishes(team: Team, fields: Mapping[str, Any]) -> None:
    """As `parse_asked`, for the fields of an upload whose file comes later."""
    parse_asked(
        team,
        fields.get("pages", ""),
        fields.get("engine", ""),
        fields.get("engine_version", ""),
        fields.get("priority", Priority.NORMAL.word),
    )


def parse_page_ranges(text: str) -> tuple[Range, ...]:
    """Raises InvalidRequest."""
    try:
        return parse_ranges(text)
    except ValueError:
        message = Message("Write pages as numbers and ranges, for example 1,3-7.")
        raise InvalidRequest.for_field("pages", message) from None


def parse_priority(word: str) -> Priority:
    """Raises InvalidRequest."""
    if word not in PRIORITY_WORDS:
        known = ", ".join(PRIORITY_WORDS)
        message = Message("{field} is one of {choices}.", field="priority", choices=known)
        raise InvalidRequest.for_field("priority", message)
    return Priority.of_word(word)


def require_asked_engine(
    engine: str, version: str = "", document_id: uuid.UUID | None = None
) -> None:
    """Raises InvalidRequest, EngineNotRunning; nothing where no engine is asked for."""
    if engine:
        require_engine(engine, document_id, version=version)
    elif version:
        message = Message("A version is that of an engine: name the engine, too.")
        raise InvalidRequest.for_field("engine_version", message)


def refuse_too_many_urgent(team: Team) -> None:
    """Raises TooManyUrgent."""
    urgent = Document.objects.unfinished().filter(team=team, priority=Priority.HIGH)
    if urgent.count() >= MOST_URGENT:
        raise TooManyUrgent(
            Message(
                "{most} documents of this team wait with high priority already. Send this one with "
                "normal priority, or wait until they have been read.",
                most=MOST_URGENT,
            )
        )
