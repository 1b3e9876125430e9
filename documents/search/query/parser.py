"""What people type into a search box, understood: never an error. Pure.

    договор аренды        both words, in any form          "договор аренды"   side by side, so
    договор -аренда       without the second               счёт OR акт        one of both
    договор*              words that begin so              (a OR b) c         grouped
    title:договор  tag:срочно  team:Main  lang:ru  status:approved  type:pdf  page:2-5
    before:2025-12-01  after:2025                          taken in before, at or after

`OR` joins its two neighbours, all else is demanded. What makes no sense as that is searched as
words, and a note says so.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field

from documents.search.text.identifiers import AMOUNT, DATE_IN_WORDS

#: Words, phrases and conditions of one question; what comes after them is left out.
MOST = 40
LONGEST = 1000


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
    `low`, `high`: of pages, and of seconds since 1970 (before, after); both are included."""

    name: str
    value: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Not:
    what: Node


@dataclass(frozen=True)
class All:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Node, ...]


Node = Term | Phrase | Prefix | Condition | Not | All | AnyOf


@dataclass(frozen=True)
class Note:
    """Something that was not understood: `code`, and the text that it is about."""

    code: str
    text: str


@dataclass(frozen=True)
class Asked:
    """A question as it was understood; `node` is None where nothing is left to look for."""

    node: Node | None
    notes: tuple[Note, ...] = ()


NAMES = {
    "title": "title", "название": "title",
    "tag": "tag", "тег": "tag", "метка": "tag",
    "team": "team", "команда": "team",
    "lang": "lang", "language": "lang", "язык": "lang",
    "status": "status", "статус": "status",
    "type": "type", "тип": "type",
    "before": "before", "до": "before",
    "after": "after", "после": "after",
    "page": "page", "стр": "page", "страница": "page",
}  # fmt: skip

_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<open>\() | (?P<close>\))
    | (?P<minus>[-−](?=[^\s-]))
    | (?P<name>[^\W\d_]+):(?=[^\s:/\\])
    | (?P<quoted>["“”„«»]) (?P<phrase>[^"“”„«»]*) (?P<end>["“”„«»])?
    | (?P<amount>{AMOUNT.pattern} | {DATE_IN_WORDS.pattern})
    | (?P<word>[^\s()"“”„«»]+)
    )""",
    re.VERBOSE,
)
#: What no text of the archive has: NUL, and halves of characters.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
_OR, _NOT = ("OR", "ИЛИ", "|"), ("NOT", "НЕ")


@dataclass
class _Reading:
    tokens: list[re.Match[str]]
    at: int = 0
    taken: int = 0
    notes: list[Note] = field(default_factory=list)

    def peek(self) -> re.Match[str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def note(self, code: str, text: str) -> None:
        if Note(code, text) not in self.notes:
            self.notes.append(Note(code, text))


def understood(text: str) -> Asked:
    """The question that `text` is."""
    text = _IMPOSSIBLE.sub(" ", text)
    tokens, half_quoted = _tokens(text[:LONGEST])
    reading = _Reading(tokens)
    if half_quoted:
        reading.note("quote", half_quoted)
    if len(text) > LONGEST:
        reading.note("too-long", text[LONGEST : LONGEST + 20])
    parts: list[Node] = []
    while reading.peek() is not None:
        parts += _conjunction(reading, depth=0)
        if reading.peek() is not None:  # a parenthesis that nothing opened
            reading.note("parenthesis", ")")
            reading.at += 1
    node = _all(parts)
    if node is None and text.strip() and not reading.notes:
        reading.note("nothing", text.strip())
    return Asked(node, tuple(reading.notes))


def _tokens(text: str) -> tuple[list[re.Match[str]], str]:
    """And the text from a quotation mark on that has no other half: the mark is as if it were not
    there."""
    found: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if token["quoted"] and not token["end"]:
            return [*found, *_TOKEN.finditer(text, token.end("quoted"))], token[0].strip()
        found.append(token)
    return found, ""


def _conjunction(reading: _Reading, depth: int) -> list[Node]:
    """Up to the end, or to the parenthesis that closes."""
    parts: list[Node] = []
    joined = False
    while (token := reading.peek()) is not None and not token["close"]:
        if token["word"] in _OR:
            reading.at += 1
            if joined or not parts or _ends(reading):
                reading.note("or", token["word"])
            else:
                joined = True
            continue
        part = _part(reading, depth)
        if part is None:
            continue
        if joined:
            before = parts.pop()
            alternatives = before.parts if isinstance(before, AnyOf) else (before,)
            part = AnyOf((*alternatives, part))
        parts.append(part)
        joined = False
    return parts


def _ends(reading: _Reading) -> bool:
    token = reading.peek()
    return token is None or bool(token["close"])


def _part(reading: _Reading, depth: int) -> Node | None:
    token = reading.tokens[reading.at]
    reading.at += 1
    if token["minus"] or token["word"] in _NOT:
        if _ends(reading):
            reading.note("not", token[0].strip())
            return None
        inner = _part(reading, depth)
        return None if inner is None else inner.what if isinstance(inner, Not) else Not(inner)
    if token["open"]:
        if depth > 20:
            return None
        inside = _conjunction(reading, depth + 1)
        if reading.peek() is None:
            reading.note("parenthesis", "(")
        else:
            reading.at += 1
        return _all(inside)
    reading.taken += 1
    if reading.taken > MOST:
        reading.note("too-many", token[0].strip())
        return None
    if token["name"]:
        return _condition(reading, token["name"])
    return _text(reading, token)


def _text(reading: _Reading, token: re.Match[str]) -> Node | None:
    if token["quoted"]:
        return Phrase(token["phrase"].strip()) if token["phrase"].strip() else None
    word: str = token["amount"] or token["word"]
    stem = word.rstrip("*")
    if stem != word:
        if sum(character.isalnum() for character in stem) < 2:
            reading.note("prefix", word)
            return Term(stem) if stem else None
        return Prefix(stem)
    return Term(word) if any(character.isalnum() for character in word) else None


def _condition(reading: _Reading, typed: str) -> Node | None:
    """What stands after "name:"; where the name or the value means nothing, they are words."""
    name, token = NAMES.get(typed.casefold()), reading.peek()
    if token is None:  # nothing but half a quotation mark
        reading.note("condition", f"{typed}:")
        return Term(typed)
    value = token["phrase"].strip() if token["quoted"] else (token["amount"] or token["word"] or "")
    if name is None or not value:
        if name is not None or not token["word"]:
            reading.note("condition", f"{typed}:")
            return Term(typed)
        reading.at += 1
        return Term(f"{typed}:{token['word']}")
    reading.at += 1
    if name == "page":
        low, _, high = value.partition("-")
        if low.isdecimal() and (high or low).isdecimal() and len(value) < 15:
            first, last = int(low), int(high or low)
            return Condition(name, value, min(first, last), max(first, last))
    elif name in ("before", "after"):
        moment = _moment(value)
        if moment is not None:
            seconds = int(moment.timestamp())
            return Condition(
                name, value,
                low=seconds if name == "after" else None,
                high=seconds - 1 if name == "before" else None,
            )  # fmt: skip
    else:
        return Condition(name, value)
    reading.note("condition", f"{typed}:{value}")
    return _all([Term(typed), Term(value)])


def _moment(value: str) -> datetime.datetime | None:
    """The beginning of a day, a month or a year, in UTC."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", value)
    numbers = [int(part) for part in found.groups() if part] if found else []
    if not found and (turned := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", value)):
        numbers = [int(part) for part in reversed(turned.groups())]
    try:
        year, month, day = (*numbers, 1, 1)[:3]
        moment = datetime.datetime(year, month, day, tzinfo=datetime.timezone.utc)
    except (ValueError, TypeError):
        return None
    return moment if year > 1970 and numbers else None


def _all(parts: list[Node]) -> Node | None:
    if len(parts) < 2:
        return parts[0] if parts else None
    return All(tuple(parts))
