"""A question made into a query of the index, and into what is marked in the pages it finds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tantivy import FieldType, Occur, Query

from documents.search import analysis
from documents.search.keys import keys_in
from documents.search.language import (
    All,
    AnyOf,
    Asked,
    Condition,
    Node,
    Not,
    Note,
    Phrase,
    Prefix,
    Word,
    understood,
)
from documents.search.lookalikes import skeleton
from documents.search.matching import Matcher
from documents.search.schema import BEGINNINGS, schema

#: How much more a word of a title, an identifier, and an approved page weigh; how much less a word
#: that was found for another, and how much more one that has near ones.
TITLE, KEY, APPROVED, NEAR, ITSELF = 2.0, 1.5, 0.4, 0.4, 10.0

#: Near words of a word that was asked for, with how near they are (0 to 1).
Near = Mapping[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True)
class Compiled:
    """`query` says which entries answer, whoever may see them; `words` are the single words that
    were asked for, as folded."""

    query: Query
    matcher: Matcher
    words: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass
class _Compiling:
    names: Mapping[str, Mapping[str, Sequence[str]]]
    near: Near
    matcher: Matcher = field(default_factory=Matcher)
    #: Queries of which one must be met where a title alone would list every page of a document.
    bodies: list[Query] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    parts: int = 0
    negative: bool = False
    #: Only one word or phrase is asked for: where it may be found is said there and then.
    single: bool = False

    def part(self) -> int:
        self.parts += 1
        return self.parts


def compiled(
    asked: Asked, names: Mapping[str, Mapping[str, Sequence[str]]], near: Near | None = None
) -> Compiled:
    """`names`: for team, status and type, what their names (small letters) mean in the index, each
    as terms of a field: {"team": {"main": ["team", hex]}}."""
    doing = _Compiling(names, near or {}, notes=list(asked.notes))
    if asked.node is None:
        query = term("lead", 1)
    else:
        doing.single = _texts_in(asked.node) == 1
        query = _positive(asked.node, doing)
        if not doing.bodies and not _is_negative(asked.node):
            query = all_of([query, unscored(term("lead", 1))])
        elif doing.bodies and not doing.single and not _demands_a_body(asked.node):
            query = all_of([query, unscored(any_of([*doing.bodies, term("lead", 1)]))])
    return Compiled(query, doing.matcher, tuple(doing.words), tuple(doing.notes))


def matcher_of(text: str) -> Matcher:
    """What is marked in a page for a question."""
    return compiled(understood(text), {}).matcher


def term(field_name: str, value: str | int) -> Query:
    return Query.term_query(schema(), field_name, value, "freq" if field_name in _TEXT else "basic")


def terms(field_name: str, values: Iterable[str]) -> Query:
    return Query.term_set_query(schema(), field_name, list(values))


def all_of(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def any_of(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def ranked(query: Query) -> Query:
    """Approved pages before others that answer as well."""
    approved = Query.const_score_query(term("review_status", "approved"), APPROVED)
    return Query.boolean_query([(Occur.Must, query), (Occur.Should, approved)])


def between(field_name: str, low: int | None, high: int | None) -> Query:
    return unscored(
        Query.range_query(schema(), field_name, FieldType.Unsigned, low, high)
        if low is not None and high is not None
        else Query.range_query(schema(), field_name, FieldType.Unsigned, low or 0, high or 2**62)
    )


_TEXT = ("body", "title")


def _texts_in(node: Node) -> int:
    """How many words and phrases are asked for, beside what is excluded."""
    if isinstance(node, All | AnyOf):
        return sum(_texts_in(part) for part in node.parts)
    return isinstance(node, Word | Phrase | Prefix)


def _demands_a_body(node: Node) -> bool:
    """Whether it is met by no title alone, whatever else it says."""
    if isinstance(node, All):
        return any(_demands_a_body(part) for part in node.parts)
    return isinstance(node, Prefix)


def _positive(node: Node, doing: _Compiling) -> Query:
    """The query of a node; of one that only excludes: everything without it."""
    query = _query(node, doing)
    if _is_negative(node):
        return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])
    return query


def _is_negative(node: Node) -> bool:
    if isinstance(node, All):
        return all(isinstance(part, Not) for part in node.parts)
    return isinstance(node, Not)


def _query(node: Node, doing: _Compiling) -> Query:
    if isinstance(node, All):
        if _is_negative(node):
            return any_of([_query(part, doing) for part in node.parts])
        return Query.boolean_query(
            [
                (Occur.MustNot if _is_negative(part) else Occur.Must, _query(part, doing))
                for part in node.parts
            ]
        )
    if isinstance(node, AnyOf):
        return any_of([_positive(part, doing) for part in node.parts])
    if isinstance(node, Not):
        inside = _Compiling(doing.names, {}, notes=doing.notes, negative=True)
        return _query(node.what, inside)
    if isinstance(node, Condition):
        return _condition(node, doing)
    if isinstance(node, Prefix):
        return _prefix(node, doing)
    return _words(node, doing)


def _words(node: Word | Phrase, doing: _Compiling) -> Query:
    found = analysis.words_in(node.text)
    if not found:
        doing.notes.append(Note("nothing", node.text))
        return Query.empty_query() if doing.negative else Query.all_query()
    part = doing.part()
    if len(found) == 1:
        return _word(*found[0], _keys(node.text), part, doing)
    stems = [stem for _, stem in found]
    body = [_phrase("body", stems)]
    doing.matcher.phrases.append((stems, part))
    if isinstance(node, Word):
        body += _key_queries(_keys(node.text), part, doing)
    doing.bodies.append(any_of(body))
    title = all_of([_phrase("title", stems), unscored(term("lead", 1))])
    return any_of([*body, Query.boost_query(title, TITLE)])


def _word(word: str, stem: str, keys: Iterable[str], part: int, doing: _Compiling) -> Query:
    stems = {stem: 1.0}
    if (other := analysis.twin_stem(word)) is not None:
        stems[other] = 0.9
    for near, nearness in doing.near.get(word, ()):
        stems.setdefault(analysis.stem_of(near), nearness * NEAR)
    doing.words.append(word)
    body: list[Query] = []
    title: list[Query] = []
    for each, weight in stems.items():
        doing.matcher.stems.setdefault(each, part)
        body.append(_weighted(term("body", each), weight))
        title.append(_weighted(term("title", each), weight * TITLE))
    if word in doing.near:
        # What was asked for comes before all that is only near, however often that is there.
        body.append(Query.const_score_query(term("body", stem), ITSELF))
    body += _key_queries({*keys, *_code(word)}, part, doing)
    if word.isalpha():  # the part of a word that was broken at its own hyphen
        body.append(_weighted(term("keys", stem), KEY))
    doing.bodies.append(any_of(body))
    if doing.single:
        title = [all_of([any_of(title), unscored(term("lead", 1))])]
    return any_of([*body, *title])


def _code(word: str) -> list[str]:
    return [skeleton(word)] if any(character.isdigit() for character in word) else []


def _keys(text: str) -> set[str]:
    return {key for _, _, key in keys_in(text)}


def _key_queries(keys: Iterable[str], part: int, doing: _Compiling) -> list[Query]:
    wanted = list(keys)
    for key in wanted:
        doing.matcher.keys.setdefault(key, part)
    return [_weighted(term("keys", key), KEY) for key in wanted]


def _phrase(field_name: str, stems: Sequence[str]) -> Query:
    return Query.phrase_query(schema(), field_name, list(stems))


def _prefix(node: Prefix, doing: _Compiling) -> Query:
    found = analysis.words_in(node.text)
    if not found:
        return _words(Word(node.text), doing)
    part = doing.part()
    code = skeleton(re.sub(r"[\W_]+", "", analysis.folded(node.text)))
    if len(found) == 1:
        word = analysis.folded(found[0][0])
        doing.matcher.prefixes.setdefault(word, part)
        query = term("beginnings", word) if len(word) in BEGINNINGS else _begins("words", word)
        if any(character.isdigit() for character in word):
            doing.matcher.key_prefixes.setdefault(code, part)
            query = any_of([query, _begins("keys", code)])
    else:
        doing.matcher.key_prefixes.setdefault(code, part)
        query = _begins("keys", code)
    doing.bodies.append(query)
    return query


def _begins(field_name: str, beginning: str) -> Query:
    return Query.regex_query(schema(), field_name, re.escape(beginning) + ".*")


def _condition(node: Condition, doing: _Compiling) -> Query:
    if node.name == "title":
        stems = [stem for _, stem in analysis.words_in(node.value)]
        return all_of([term("title", stem) for stem in stems]) if stems else Query.all_query()
    if node.name == "tag":
        return unscored(term("folded_tag", " ".join(node.value.split()).casefold()))
    if node.name == "lang":
        return unscored(term("language", node.value.casefold()))
    if node.name == "page":
        return between("number", node.low, node.high)
    if node.name in ("before", "after"):
        return between("created", node.low, node.high)
    meaning = doing.names.get(node.name, {}).get(node.value.casefold())
    if meaning is None:
        doing.notes.append(Note("unknown", f"{node.name}:{node.value}"))
        return Query.empty_query()
    name, *values = meaning
    return unscored(terms(name, values))


def _weighted(query: Query, weight: float) -> Query:
    return query if weight == 1.0 else Query.boost_query(query, weight)
