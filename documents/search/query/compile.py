"""A question made into a query of the index, and into what is marked in the pages it finds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tantivy import Occur, Query

from documents.search.index.schema import BEGINNINGS
from documents.search.query.highlighter import Matcher, Sought
from documents.search.query.parser import (
    All,
    AnyOf,
    Asked,
    Condition,
    Node,
    Not,
    Note,
    Phrase,
    Prefix,
    Term,
    understood,
)
from documents.search.query.query_shape import demands_a_body, is_negative, names_pages, texts_in
from documents.search.query.tantivy_queries import (
    all_of,
    any_of,
    begins,
    between,
    phrase,
    term,
    terms,
    unscored,
    weighted,
)
from documents.search.text import analysis
from documents.search.text.identifiers import find_keys
from documents.search.text.script_folding import fold_code

#: How much more a word of a title and an identifier weigh; how much less a word that was found for
#: another, and how much more one that has near ones.
TITLE, KEY, NEAR, ITSELF = 2.0, 1.5, 0.4, 10.0

#: Letters and digits from which on an identifier is looked for by its beginning: every tenth one
#: begins with one and the same digit, and to look through those takes long. Its first part is found
#: as a word.
_SHORTEST_CODE = 3

#: Near words of a word that was asked for, with how near they are (0 to 1).
Near = Mapping[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True)
class Compiled:
    """`query` says which entries answer, whoever may see them; `words` are the single words that
    were asked for, as folded, `phrases` the words in quotation marks."""

    query: Query
    matcher: Matcher
    words: tuple[str, ...]
    phrases: tuple[str, ...]
    notes: tuple[Note, ...]


@dataclass
class _Compiling:
    names: Mapping[str, Mapping[str, Sequence[str]]]
    near: Near
    #: Whether words in quotation marks may have other forms.
    any_form: bool = False
    matcher: Matcher = field(default_factory=Matcher)
    #: Queries of which one must be met where a title alone would list every page of a document.
    bodies: list[Query] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    parts: int = 0
    negative: bool = False
    #: Only one word or phrase is asked for: where it may be found is said there and then.
    single: bool = False

    def part(self) -> int:
        self.parts += 1
        return self.parts


def compiled(
    asked: Asked,
    names: Mapping[str, Mapping[str, Sequence[str]]],
    near: Near | None = None,
    *,
    any_form: bool = False,
) -> Compiled:
    """`names`: for team, status and type, what their names (small letters) mean in the index, each
    as terms of a field: {"team": {"main": ["team", hex]}}. `near`: words that are looked for as
    well. `any_form`: what stands in quotation marks and is not excluded is met by its words in
    other forms too."""
    doing = _Compiling(names, near or {}, any_form, notes=list(asked.notes))
    if asked.node is None:
        query = term("lead", 1)
    else:
        doing.single = texts_in(asked.node) == 1
        query = _positive(asked.node, doing)
        if not (doing.bodies or is_negative(asked.node) or names_pages(asked.node)):
            # Nothing tells one page of a document from another: the first stands for all.
            query = all_of([query, unscored(term("lead", 1))])
        elif doing.bodies and not doing.single and not demands_a_body(asked.node):
            query = all_of([query, unscored(any_of([*doing.bodies, term("lead", 1)]))])
    return Compiled(
        query, doing.matcher, tuple(doing.words), tuple(doing.phrases), tuple(doing.notes)
    )


def matcher_of(text: str) -> Matcher:
    """What is marked in a page for a question."""
    return compiled(understood(text), {}).matcher


def _positive(node: Node, doing: _Compiling) -> Query:
    """The query of a node; of one that only excludes: everything without it."""
    query = _query(node, doing)
    if is_negative(node):
        return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])
    return query


def _query(node: Node, doing: _Compiling) -> Query:
    """Of one that only excludes: what it excludes."""
    if isinstance(node, All):
        if is_negative(node):
            return any_of([_query(part, doing) for part in node.parts])
        return Query.boolean_query(
            [
                (Occur.MustNot if is_negative(part) else Occur.Must, _query(part, doing))
                for part in node.parts
            ]
        )
    if isinstance(node, AnyOf):
        return any_of([_positive(part, doing) for part in node.parts])
    if isinstance(node, Not):
        inside = _Compiling(doing.names, {}, notes=doing.notes, negative=True)
        return _positive(node.what, inside)
    if isinstance(node, Condition):
        return _condition(node, doing)
    if isinstance(node, Prefix):
        return _prefix(node, doing)
    return _words(node, doing)


def _words(node: Term | Phrase, doing: _Compiling) -> Query:
    found = analysis.split_words(node.text)
    if not found:
        doing.notes.append(Note("nothing", node.text))
        return Query.empty_query() if doing.negative else Query.all_query()
    part = doing.part()
    if isinstance(node, Phrase):
        doing.phrases += [word for word, _ in found]
        if not doing.any_form:
            return _side_by_side(found, part, doing, exact=True)
    if len(found) == 1:
        return _word(*found[0], _keys(node.text), part, doing)
    keys = _keys(node.text) if isinstance(node, Term) else ()
    return _side_by_side(found, part, doing, keys=keys)


def _side_by_side(
    found: Sequence[tuple[str, str]],
    part: int,
    doing: _Compiling,
    *,
    exact: bool = False,
    keys: Iterable[str] = (),
) -> Query:
    """Words that stand together. `exact`: on a page that has all of these very forms."""
    body: list[Query] = []
    title: list[Query] = []
    for some in (found,) if exact else (found, *_nearly(found, doing.near)):
        words, stems = zip(*some, strict=True)
        doing.matcher.phrases.append(Sought(words, stems, part, exact))
        forms = _forms(words) if exact else []
        for name, queries in (("body", body), ("title", title)):
            stand = phrase(name, stems) if len(stems) > 1 else term(name, stems[0])
            queries.append(all_of([stand, *forms]) if forms else stand)
    body += _key_queries(keys, part, doing)
    doing.bodies.append(any_of(body))
    its_title = all_of([any_of(title), unscored(term("lead", 1))])
    return any_of([*body, weighted(its_title, TITLE)])


def _forms(words: Sequence[str]) -> list[Query]:
    """Of these very forms: asked before their places are looked at."""
    if len(words) == 1:
        return [unscored(term("words", words[0]))]
    return [unscored(term("pairs", mark)) for mark in sorted(analysis.hash_pairs(words))]


def _nearly(found: Sequence[tuple[str, str]], near: Near) -> Iterator[Sequence[tuple[str, str]]]:
    """The same with one of the words replaced by one that is near to it."""
    for at, (word, _) in enumerate(found):
        for other, _ in near.get(word, ()):
            yield [*found[:at], (other, analysis.stem_word(other)), *found[at + 1 :]]


def _word(word: str, stem: str, keys: Iterable[str], part: int, doing: _Compiling) -> Query:
    stems = {stem: 1.0}
    if (other := analysis.stem_in_other_script(word)) is not None:
        stems[other] = 0.9
    for near, nearness in doing.near.get(word, ()):
        stems.setdefault(analysis.stem_word(near), nearness * NEAR)
    doing.words.append(word)
    body: list[Query] = []
    title: list[Query] = []
    for each, weight in stems.items():
        doing.matcher.stems.setdefault(each, part)
        body.append(weighted(term("body", each), weight))
        title.append(weighted(term("title", each), weight * TITLE))
    if word in doing.near:
        # What was asked for comes before all that is only near, however often that is there.
        body.append(Query.const_score_query(term("body", stem), ITSELF))
    body += _key_queries({*keys, *_code(word)}, part, doing)
    if word.isalpha():  # the part of a word that was broken at its own hyphen
        body.append(weighted(term("keys", stem), KEY))
    doing.bodies.append(any_of(body))
    if doing.single:
        title = [all_of([any_of(title), unscored(term("lead", 1))])]
    return any_of([*body, *title])


def _code(word: str) -> list[str]:
    return [fold_code(word)] if any(character.isdigit() for character in word) else []


def _keys(text: str) -> set[str]:
    return {key for _, _, key in find_keys(text)}


def _key_queries(keys: Iterable[str], part: int, doing: _Compiling) -> list[Query]:
    wanted = list(keys)
    for key in wanted:
        doing.matcher.keys.setdefault(key, part)
    return [weighted(term("keys", key), KEY) for key in wanted]


def _prefix(node: Prefix, doing: _Compiling) -> Query:
    found = analysis.split_words(node.text)
    if not found:
        return _words(Term(node.text), doing)
    part = doing.part()
    code = fold_code(re.sub(r"[\W_]+", "", analysis.fold_word(node.text)))
    if len(found) == 1:
        word = analysis.fold_word(found[0][0])
        doing.matcher.prefixes.setdefault(word, part)
        query = term("beginnings", word) if len(word) in BEGINNINGS else begins("words", word)
        if len(word) >= _SHORTEST_CODE and any(character.isdigit() for character in word):
            doing.matcher.key_prefixes.setdefault(code, part)
            query = any_of([query, begins("keys", code)])
    else:
        doing.matcher.key_prefixes.setdefault(code, part)
        query = begins("keys", code)
    doing.bodies.append(query)
    return query


def _condition(node: Condition, doing: _Compiling) -> Query:
    if node.name == "title":
        stems = [stem for _, stem in analysis.split_words(node.value)]
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
