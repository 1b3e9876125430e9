"""A change for many documents, as clients write it in JSON.

{"action": "tag", "add": ["invoice"], "remove": ["new"]}
{"action": "title", "pattern": "Invoice {date} {nn}"}
{"action": "language", "language": "ru"}   "" for the one that most pages are in
{"action": "move", "team": UUID}
{"action": "assign", "person": "anna"}   or null, for whoever comes first
{"action": "postpone", "until": "2026-08-01T09:00:00Z", "note": "..."}   or null, for now after all
{"action": "reject", "reason": "Page 3 is missing"}   "hold" likewise
{"action": "approve"}   "trash", "untrash", "lift_hold", "cancel" likewise
{"action": "reprocess", "pages": "all"}   or "failed"; "engine", "engine_version", "ocr",
    "language" as alone
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.dateparse import parse_datetime

from documents.access import Ability
from documents.actions.assign_review import assign_review, find_reviewer
from documents.actions.cancel import cancel
from documents.actions.decide import approve, reject
from documents.actions.edit import edit
from documents.actions.hold import hold, lift_hold
from documents.actions.move_to_team import move_to_team
from documents.actions.postpone_review import postpone_review
from documents.actions.reprocess import ALL, FAILED, reprocess
from documents.actions.retitle import retitle
from documents.actions.trash import trash
from documents.actions.untrash import untrash
from documents.engines.names import OCR_ENGINES
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import Document, OcrMode, User
from documents.models.keeping import REASON_LENGTH
from documents.models.review import NOTE_LENGTH
from documents.models.tag_names import normalize_tag_name
from documents.text.language_codes import validate_language
from documents.text.title_pattern import count_values, fill_pattern
from documents.text.validation import parse_uuid, validate_text

PATTERN_LENGTH = 500


class _Apply(Protocol):
    """Makes the change to one document; `number`: which of the selection it is, from 1."""

    def __call__(self, document_id: uuid.UUID, /, number: int, actor: User) -> Document: ...


@dataclass(frozen=True)
class Change:
    """`ability`: what it takes in a document's team."""

    name: str
    apply: _Apply
    ability: Ability


def parse_change(given: Mapping[str, Any]) -> Change:
    """Raises InvalidRequest, naming the field, for what is no change."""
    name = given.get("action")
    name = name if isinstance(name, str) else ""
    _refuse_others("action", name, CHANGES)
    known_names, parse, ability = _PARSERS[name]
    for unknown in sorted(set(given) - {"action", *known_names}):
        message = Message("There is no such field here. Known are: {names}.",
                          names=", ".join(known_names) or "action")  # fmt: skip
        raise InvalidRequest.for_field(str(unknown), message)
    return Change(name, parse(given), ability)


def _tag(given: Mapping[str, Any]) -> _Apply:
    add, remove = _names(given, "add"), _names(given, "remove")
    if not add and not remove:
        raise InvalidRequest.for_field("add", Message("Name a tag to add or to remove."))
    # The tags that are "seen" and not wanted go, those that are wanted come, all others stay.
    return lambda id_, number, actor: edit(id_, actor=actor, tags=add, tags_seen=remove)


def _title(given: Mapping[str, Any]) -> _Apply:
    pattern = validate_text(_text(given, "pattern"), field="pattern", max_length=PATTERN_LENGTH)
    fill_pattern(pattern, count_values(1))  # refused before the first document, not at each
    if not pattern.strip():
        raise InvalidRequest.for_field("pattern", Message("Type a pattern."))
    return lambda id_, number, actor: retitle(id_, pattern, number=number, actor=actor)


def _move(given: Mapping[str, Any]) -> _Apply:
    team = parse_uuid(_text(given, "team"))
    if team is None:
        raise InvalidRequest.for_field("team", Message("This is not a UUID."))
    return lambda id_, number, actor: move_to_team(id_, team, actor=actor)


def _language(given: Mapping[str, Any]) -> _Apply:
    if "language" not in given:
        raise InvalidRequest.for_field("language", Message("Name a language."))
    language = validate_language(_text(given, "language"))
    return lambda id_, number, actor: edit(id_, actor=actor, language=language)


def _assign(given: Mapping[str, Any]) -> _Apply:
    if "person" not in given:
        raise InvalidRequest.for_field("person", Message("Name a person."))
    name = None if given["person"] is None else _text(given, "person")

    def assign(document_id: uuid.UUID, /, number: int, actor: User) -> Document:
        person = None if name is None else find_reviewer(name, actor=actor)
        return assign_review(document_id, person, actor=actor)

    return assign


def _postpone(given: Mapping[str, Any]) -> _Apply:
    if "until" not in given:
        raise InvalidRequest.for_field("until", Message("Choose a time in the future."))
    until = None if given["until"] is None else _moment(given, "until")
    note = validate_text(_text(given, "note"), field="note", max_length=NOTE_LENGTH)
    return lambda id_, number, actor: postpone_review(id_, actor=actor, until=until, note=note)


def _reprocess(given: Mapping[str, Any]) -> _Apply:
    names = ("engine", "engine_version", "ocr", "language")
    options = {name: _text(given, name) for name in names if name in given}
    pages = _text(given, "pages") if "pages" in given else ALL
    _refuse_others("pages", pages, (ALL, FAILED))
    if options.get("engine_version") and not options.get("engine"):
        message = Message("A version is that of an engine: name the engine, too.")
        raise InvalidRequest.for_field("engine_version", message)
    if "engine" in options:
        _refuse_others("engine", options["engine"], OCR_ENGINES)
    _refuse_others("ocr", options.get("ocr", OcrMode.AUTO), OcrMode.values)
    validate_language(options.get("language", ""))
    return lambda id_, number, actor: reprocess(id_, actor=actor, pages=pages, **options)


def _with_reason(action: Callable[..., Document]) -> Callable[[Mapping[str, Any]], _Apply]:
    def parse(given: Mapping[str, Any]) -> _Apply:
        reason = validate_text(_text(given, "reason"), field="reason", max_length=REASON_LENGTH)
        return lambda id_, number, actor: action(id_, actor=actor, reason=reason)

    return parse


def _alone(action: Callable[..., Document]) -> Callable[[Mapping[str, Any]], _Apply]:
    """A change without options."""
    return lambda given: lambda id_, number, actor: action(id_, actor=actor)


#: By name: the options that the change takes, what parses them, and what the change takes.
_PARSERS: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any]], _Apply], Ability]] = {
    "tag": (("add", "remove"), _tag, Ability.EDIT),
    "title": (("pattern",), _title, Ability.EDIT),
    "language": (("language",), _language, Ability.EDIT),
    "move": (("team",), _move, Ability.TRASH),
    "assign": (("person",), _assign, Ability.MANAGE),
    "postpone": (("until", "note"), _postpone, Ability.DECIDE),
    "approve": ((), _alone(approve), Ability.DECIDE),
    "reject": (("reason",), _with_reason(reject), Ability.DECIDE),
    "reprocess": (
        ("pages", "engine", "engine_version", "ocr", "language"), _reprocess, Ability.REPROCESS,
    ),
    "cancel": ((), _alone(cancel), Ability.REPROCESS),
    "trash": ((), _alone(trash), Ability.TRASH),
    "untrash": ((), _alone(untrash), Ability.TRASH),
    "hold": (("reason",), _with_reason(hold), Ability.HOLD),
    "lift_hold": ((), _alone(lift_hold), Ability.HOLD),
}  # fmt: skip

#: The changes that there are.
CHANGES = tuple(_PARSERS)


def _refuse_others(name: str, value: str, choices: Collection[str]) -> None:
    if value not in choices:
        known = ", ".join(choices)
        message = Message("{field} is one of {choices}.", field=name, choices=known)
        raise InvalidRequest.for_field(name, message)


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if not isinstance(value, str):
        raise InvalidRequest.for_field(name, Message("This is not a text."))
    return value


def _moment(given: Mapping[str, Any], name: str) -> datetime.datetime:
    """A time with its zone: a job may run in another one."""
    try:
        moment = parse_datetime(_text(given, name))
    except ValueError:  # in ISO 8601, but not in the calendar
        moment = None
    if moment is None or moment.tzinfo is None:
        message = Message("Write a time with its zone, such as 2026-08-01T09:00:00Z.")
        raise InvalidRequest.for_field(name, message)
    return moment


def _names(given: Mapping[str, Any], name: str) -> list[str]:
    values = given.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidRequest.for_field(name, Message("This is not a list of texts."))
    return [tag for value in values if (tag := normalize_tag_name(value, field=name))]
