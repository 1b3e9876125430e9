"""Parse what people type into a search box: never an error. Pure.

    договор аренды        both words, in any form          "договор аренды"   adjacent, as typed
    договор -аренда       without the second               счёт OR акт        either of them
    договор*              words that begin with it         (a OR b) c         grouped
    title:договор  tag:срочно  team:Main  lang:ru  status:approved  type:pdf  page:2-5
    before:2025-12-01  after:2025                          uploaded before; at or after

`OR` joins its two neighbours; everything else must match. What is not valid is searched as words,
with a note.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field

from documents.search.query.nodes import (
    All,
    AnyOf,
    Condition,
    Node,
    Not,
    Note,
    ParsedQuery,
    Phrase,
    Prefix,
    Term,
)
from documents.search.text.identifiers import (
    AMOUNT,
    DATE_IN_WORDS,
    PHONE,
    join_groups,
    join_series,
)

#: Words, phrases and conditions of one query, and characters; the rest is ignored.
MAX_PARTS = 40
MAX_LENGTH = 1000


#: A word of more letters is no part of a code that was typed with gaps: "DE44 5001", "АК 4417".
_LETTERS_OF_A_CODE = 4

#: The names of conditions, as typed.
CONDITION_NAMES = {
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
    | (?P<amount>{PHONE.pattern} | {AMOUNT.pattern} | {DATE_IN_WORDS.pattern})
    | (?P<word>[^\s()"“”„«»]+)
    )""",
    re.VERBOSE,
)
#: What no stored text has: NUL and unpaired surrogates.
_IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
_OR, _NOT = ("OR", "ИЛИ", "|"), ("NOT", "НЕ")


@dataclass
class _Parser:
    tokens: list[re.Match[str]]
    at: int = 0
    parts: int = 0
    notes: list[Note] = field(default_factory=list)

    def peek(self) -> re.Match[str] | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def note(self, code: str, text: str) -> None:
        if Note(code, text) not in self.notes:
            self.notes.append(Note(code, text))


def parse_query(text: str) -> ParsedQuery:
    text = _IMPOSSIBLE.sub(" ", text)
    tokens, half_quoted = _split_tokens(text[:MAX_LENGTH])
    parser = _Parser(tokens)
    if half_quoted:
        parser.note("quote", half_quoted)
    if len(text) > MAX_LENGTH:
        parser.note("too-long", text[MAX_LENGTH : MAX_LENGTH + 20])
    parts: list[Node] = []
    while parser.peek() is not None:
        parts += _parse_conjunction(parser, depth=0)
        if parser.peek() is not None:  # a parenthesis that was not opened
            parser.note("parenthesis", ")")
            parser.at += 1
    node = _combine(parts)
    if node is None and text.strip() and not parser.notes:
        parser.note("nothing", text.strip())
    return ParsedQuery(node, tuple(parser.notes))


def _split_tokens(text: str) -> tuple[list[re.Match[str]], str]:
    """Split into tokens. A quotation mark without its other half is ignored; the text from it on is
    returned as well, for a note."""
    found: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if token["quoted"] and not token["end"]:
            return [*found, *_TOKEN.finditer(text, token.end("quoted"))], token[0].strip()
        found.append(token)
    return found, ""


def _parse_conjunction(parser: _Parser, depth: int) -> list[Node]:
    """Parse up to the end, or up to a closing parenthesis."""
    parts: list[Node] = []
    joined = False
    while (token := parser.peek()) is not None and not token["close"]:
        if token["word"] in _OR:
            parser.at += 1
            if joined or not parts or _is_at_end(parser):
                parser.note("or", token["word"])
            else:
                joined = True
            continue
        part = _parse_part(parser, depth)
        if part is None:
            continue
        if joined:
            before = parts.pop()
            alternatives = before.parts if isinstance(before, AnyOf) else (before,)
            part = AnyOf((*alternatives, part))
        parts.append(part)
        joined = False
    return parts


def _is_at_end(parser: _Parser) -> bool:
    token = parser.peek()
    return token is None or bool(token["close"])


def _parse_part(parser: _Parser, depth: int) -> Node | None:
    token = parser.tokens[parser.at]
    parser.at += 1
    if token["minus"] or token["word"] in _NOT:
        if _is_at_end(parser):
            parser.note("not", token[0].strip())
            return None
        inner = _parse_part(parser, depth)
        return None if inner is None else inner.operand if isinstance(inner, Not) else Not(inner)
    if token["open"]:
        if depth > 20:
            return None
        inside = _parse_conjunction(parser, depth + 1)
        if parser.peek() is None:
            parser.note("parenthesis", "(")
        else:
            parser.at += 1
        return _combine(inside)
    parser.parts += 1
    if parser.parts > MAX_PARTS:
        parser.note("too-many", token[0].strip())
        return None
    if token["name"]:
        return _parse_condition(parser, token["name"])
    return _parse_text(parser, token)


def _parse_text(parser: _Parser, token: re.Match[str]) -> Node | None:
    if token["quoted"]:
        return Phrase(token["phrase"].strip()) if token["phrase"].strip() else None
    word: str = token["amount"] or token["word"]
    stem = word.rstrip("*")
    if stem != word:
        if sum(character.isalnum() for character in stem) < 2:
            parser.note("prefix", word)
            return Term(stem) if stem else None
        return Prefix(stem)
    return Term(word) if any(character.isalnum() for character in word) else None


def _parse_condition(parser: _Parser, typed: str) -> Node | None:
    """Parse what follows "name:"; an unknown name or an invalid value is searched as words."""
    name, token = CONDITION_NAMES.get(typed.casefold()), parser.peek()
    if token is None:  # only a quotation mark without its other half
        parser.note("condition", f"{typed}:")
        return Term(typed)
    value = token["phrase"].strip() if token["quoted"] else (token["amount"] or token["word"] or "")
    if name is None or not value:
        if name is not None or not token["word"]:
            parser.note("condition", f"{typed}:")
            return Term(typed)
        parser.at += 1
        return Term(f"{typed}:{token['word']}")
    parser.at += 1
    if name == "page":
        low, _, high = value.partition("-")
        if low.isdecimal() and (high or low).isdecimal() and len(value) < 15:
            first, last = int(low), int(high or low)
            return Condition(name, value, min(first, last), max(first, last))
    elif name in ("before", "after"):
        moment = _parse_moment(value)
        if moment is not None:
            seconds = int(moment.timestamp())
            return Condition(
                name, value,
                low=seconds if name == "after" else None,
                high=seconds - 1 if name == "before" else None,
            )  # fmt: skip
    else:
        return Condition(name, value)
    parser.note("condition", f"{typed}:{value}")
    return _combine([Term(typed), Term(value)])


def _parse_moment(value: str) -> datetime.datetime | None:
    """Parse a day, a month or a year; return its beginning in UTC, None if it is invalid."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", value)
    numbers = [int(part) for part in found.groups() if part] if found else []
    if not found and (dotted := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", value)):
        numbers = [int(part) for part in reversed(dotted.groups())]
    try:
        year, month, day = (*numbers, 1, 1)[:3]
        moment = datetime.datetime(year, month, day, tzinfo=datetime.timezone.utc)
    except (ValueError, TypeError):
        return None
    return moment if year > 1970 and numbers else None


def _combine(parts: list[Node]) -> Node | None:
    parts = _join_numbers(parts)
    if len(parts) < 2:
        return parts[0] if parts else None
    return All(tuple(parts))


def _join_numbers(parts: list[Node]) -> list[Node]:
    """Let adjacent numbers also be the groups of one: "60 09 731846" finds 6009731846, too; and
    numbers and short words also one code: "К 482 ОР 61" finds К482ОР61."""
    joined: list[Node] = []
    at = 0
    while at < len(parts):
        end = at
        while end < len(parts) and _may_be_of_a_code(parts[end]):
            end += 1
        together = parts[at:end]
        texts = [part.text for part in together if isinstance(part, Term)]
        code = join_groups(texts) or join_series(texts)
        if code:
            joined.append(AnyOf((All(tuple(together)), Term(code))))
        else:
            joined += together
        if end < len(parts):
            joined.append(parts[end])
        at = end + 1
    return joined


def _may_be_of_a_code(part: Node) -> bool:
    if not isinstance(part, Term) or not part.text.isalnum():
        return False
    return part.text.isdecimal() or len(part.text) <= _LETTERS_OF_A_CODE
