"""Compile a parsed query: into a query of the index, and a matcher that marks hits in pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tantivy import Occur, Query

from documents.search.index.schema import PREFIX_LENGTHS
from documents.search.query.access_filter import ConditionNames, normalise_tag
from documents.search.query.highlighter import Matcher, PhraseTarget
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
from documents.search.query.parser import parse_query
from documents.search.query.query_shape import (
    count_texts,
    has_page_condition,
    is_negative,
    requires_body,
)
from documents.search.query.tantivy_queries import (
    all_of,
    any_of,
    any_term,
    boost,
    number_range,
    phrase,
    prefix,
    term,
    without_score,
)
from documents.search.text import analysis
from documents.search.text.identifiers import find_keys, has_digit, list_word_keys
from documents.search.text.script_folding import fold_code

#: Weights of a word in a title, an identifier, and a word of look-alikes in the other script.
TITLE_WEIGHT, KEY_WEIGHT, OTHER_SCRIPT_WEIGHT = 2.0, 1.5, 0.9
#: The weight of a near word, and the score of the typed word in addition if it has near words.
NEAR_WEIGHT, TYPED_BONUS = 0.4, 10.0

#: Characters from which on an identifier is found by its beginning: every tenth identifier begins
#: with the same digit, and expanding that takes long. Its first part is found as a word.
_MIN_KEY_PREFIX = 3

#: A word with its stem, as `analysis.split_words` returns it.
Stemmed = tuple[str, str]

#: Near words of a typed word, with their nearness (0 to 1).
NearWordMap = Mapping[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True)
class CompiledQuery:
    """`query` matches entries of all teams; restrict it with a scope. `words`: the typed single
    words, folded; `phrases`: the words in quotation marks."""

    query: Query
    matcher: Matcher
    words: tuple[str, ...]
    phrases: tuple[str, ...]
    notes: tuple[Note, ...]


def compile_query(
    parsed: ParsedQuery,
    names: ConditionNames,
    near_words: NearWordMap | None = None,
    *,
    any_form: bool = False,
) -> CompiledQuery:
    """`names`: what team, status and type conditions mean. `near_words`: words to search for as
    well. `any_form`: words in quotation marks match in other forms, too, unless excluded."""
    compiler = _Compiler(names, near_words or {}, any_form, notes=list(parsed.notes))
    query = compiler.compile_root(parsed.node)
    return CompiledQuery(
        query,
        compiler.matcher,
        tuple(compiler.words),
        tuple(compiler.phrases),
        tuple(compiler.notes),
    )


def compile_matcher(text: str) -> Matcher:
    """Parse a query and return what it marks in a page."""
    return compile_query(parse_query(text), {}).matcher


@dataclass
class _Compiler:
    names: ConditionNames
    near_words: NearWordMap
    #: Whether words in quotation marks match in other forms.
    any_form: bool = False
    matcher: Matcher = field(default_factory=Matcher)
    #: Queries of which one must match where a title alone would list every page of a document.
    bodies: list[Query] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    part_count: int = 0
    is_excluded: bool = False
    #: The query has one word or phrase: its own part decides where a title matches.
    is_single: bool = False

    def compile_root(self, node: Node | None) -> Query:
        if node is None:
            return term("lead", 1)
        self.is_single = count_texts(node) == 1
        query = self._compile_positive(node)
        if not (self.bodies or is_negative(node) or has_page_condition(node)):
            # All pages of a document match alike: the first represents them.
            return all_of([query, without_score(term("lead", 1))])
        if self.bodies and not self.is_single and not requires_body(node):
            return all_of([query, without_score(any_of([*self.bodies, term("lead", 1)]))])
        return query

    def _compile_positive(self, node: Node) -> Query:
        """The query of a node; of one that only excludes: everything else."""
        query = self._compile(node)
        if is_negative(node):
            return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, query)])
        return query

    def _compile(self, node: Node) -> Query:
        """The query of a node; of one that only excludes: what it excludes."""
        if isinstance(node, All):
            if is_negative(node):
                return any_of([self._compile(part) for part in node.parts])
            return Query.boolean_query(
                [
                    (Occur.MustNot if is_negative(part) else Occur.Must, self._compile(part))
                    for part in node.parts
                ]
            )
        if isinstance(node, AnyOf):
            return any_of([self._compile_positive(part) for part in node.parts])
        if isinstance(node, Not):
            inside = _Compiler(self.names, {}, notes=self.notes, is_excluded=True)
            return inside._compile_positive(node.operand)
        if isinstance(node, Condition):
            return self._compile_condition(node)
        if isinstance(node, Prefix):
            return self._compile_prefix(node)
        return self._compile_text(node)

    def _compile_text(self, node: Term | Phrase) -> Query:
        stemmed = analysis.split_words(node.text)
        if not stemmed:
            self.notes.append(Note("nothing", node.text))
            return Query.empty_query() if self.is_excluded else Query.all_query()
        part = self._count_part()
        if isinstance(node, Phrase):
            self.phrases += [word for word, _ in stemmed]
            if not self.any_form:
                return self._compile_adjacent(stemmed, part, exact=True)
        if len(stemmed) == 1:
            return self._compile_word(*stemmed[0], _list_keys(node.text), part)
        keys = _list_keys(node.text) if isinstance(node, Term) else ()
        return self._compile_adjacent(stemmed, part, keys=keys)

    def _compile_word(self, word: str, stem: str, keys: Iterable[str], part: int) -> Query:
        stems = {stem: 1.0}
        if (other := analysis.stem_in_other_script(word)) is not None:
            stems[other] = OTHER_SCRIPT_WEIGHT
        for near, nearness in self.near_words.get(word, ()):
            stems.setdefault(analysis.stem_word(near), nearness * NEAR_WEIGHT)
        self.words.append(word)
        body: list[Query] = []
        title: list[Query] = []
        for each, weight in stems.items():
            self.matcher.stems.setdefault(each, part)
            body.append(boost(term("body", each), weight))
            title.append(boost(term("title", each), weight * TITLE_WEIGHT))
        if word in self.near_words:
            # Pages with the typed word come before those with near words, however many those have.
            body.append(Query.const_score_query(term("body", stem), TYPED_BONUS))
        body += self._compile_keys({*keys, *list_word_keys(word)}, part)
        if word.isalpha():  # a part of a word that was broken at its own hyphen
            body.append(boost(term("keys", stem), KEY_WEIGHT))
        self.bodies.append(any_of(body))
        if self.is_single:
            title = [all_of([any_of(title), without_score(term("lead", 1))])]
        return any_of([*body, *title])

    def _compile_adjacent(
        self,
        stemmed: Sequence[Stemmed],
        part: int,
        *,
        exact: bool = False,
        keys: Iterable[str] = (),
    ) -> Query:
        """Adjacent words. `exact`: on a page that has these very forms of all of them."""
        body: list[Query] = []
        title: list[Query] = []
        for variant in (stemmed,) if exact else (stemmed, *self._iter_near_variants(stemmed)):
            words, stems = zip(*variant, strict=True)
            self.matcher.phrases.append(PhraseTarget(words, stems, part, exact))
            forms = _match_forms(words) if exact else []
            for name, queries in (("body", body), ("title", title)):
                adjacent = phrase(name, stems) if len(stems) > 1 else term(name, stems[0])
                queries.append(all_of([adjacent, *forms]) if forms else adjacent)
        body += self._compile_keys(keys, part)
        if keys and all(word.isdecimal() for word, _ in stemmed):
            number = "".join(word for word, _ in stemmed)  # an amount printed without its gaps
            self.matcher.stems.setdefault(number, part)
            body.append(term("body", number))
        self.bodies.append(any_of(body))
        in_title = all_of([any_of(title), without_score(term("lead", 1))])
        return any_of([*body, boost(in_title, TITLE_WEIGHT)])

    def _iter_near_variants(self, stemmed: Sequence[Stemmed]) -> Iterator[Sequence[Stemmed]]:
        """Yield the words with one of them replaced by a near word."""
        for at, (word, _) in enumerate(stemmed):
            for near, _ in self.near_words.get(word, ()):
                yield [*stemmed[:at], (near, analysis.stem_word(near)), *stemmed[at + 1 :]]

    def _compile_keys(self, keys: Iterable[str], part: int) -> list[Query]:
        wanted = list(keys)
        for key in wanted:
            self.matcher.keys.setdefault(key, part)
        return [boost(term("keys", key), KEY_WEIGHT) for key in wanted]

    def _compile_prefix(self, node: Prefix) -> Query:
        stemmed = analysis.split_words(node.text)
        if not stemmed:
            return self._compile_text(Term(node.text))
        part = self._count_part()
        code = fold_code(re.sub(r"[\W_]+", "", analysis.fold_word(node.text)))
        if len(stemmed) == 1:
            word = analysis.fold_word(stemmed[0][0])
            self.matcher.prefixes.setdefault(word, part)
            is_term = len(word) in PREFIX_LENGTHS
            query = term("beginnings", word) if is_term else prefix("words", word)
            if len(word) >= _MIN_KEY_PREFIX and has_digit(word):
                self.matcher.key_prefixes.setdefault(code, part)
                query = any_of([query, prefix("keys", code)])
        else:
            self.matcher.key_prefixes.setdefault(code, part)
            query = prefix("keys", code)
        self.bodies.append(query)
        return query

    def _compile_condition(self, node: Condition) -> Query:
        if node.name == "title":
            stems = [stem for _, stem in analysis.split_words(node.value)]
            return all_of([term("title", stem) for stem in stems]) if stems else Query.all_query()
        if node.name == "tag":
            return without_score(term("folded_tag", normalise_tag(node.value)))
        if node.name == "lang":
            return without_score(term("language", node.value.casefold()))
        if node.name == "page":
            return number_range("number", node.low, node.high)
        if node.name in ("before", "after"):
            return number_range("created", node.low, node.high)
        meaning = self.names.get(node.name, {}).get(node.value.casefold())
        if meaning is None:
            self.notes.append(Note("unknown", f"{node.name}:{node.value}"))
            return Query.empty_query()
        name, *values = meaning
        return without_score(any_term(name, values))

    def _count_part(self) -> int:
        self.part_count += 1
        return self.part_count


def _match_forms(words: Sequence[str]) -> list[Query]:
    """Queries for these very forms; cheap, and checked before positions are compared."""
    if len(words) == 1:
        return [without_score(term("words", words[0]))]
    return [without_score(term("pairs", pair)) for pair in sorted(analysis.hash_pairs(words))]


def _list_keys(text: str) -> set[str]:
    return {key for _, _, key in find_keys(text)}
