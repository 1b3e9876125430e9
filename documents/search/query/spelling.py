"""Near words: words of the archive that were probably meant, or that OCR made of the typed ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tantivy import Query

from documents.search.index.index_reader import IndexSnapshot
from documents.search.query.access_filter import Scope
from documents.search.query.tantivy_queries import term
from documents.search.text import analysis
from documents.search.text.edit_distance import (
    CONFUSION,
    long_prefix,
    max_distance,
    measure_distance,
)
from documents.search.text.keyboard import switch_layout

#: A query with fewer results is repeated with near words, for each of its words on fewer pages.
FEW_PAGES = 5
#: Near words used for one word, and candidates whose visible pages are counted.
MAX_NEAR, MAX_CANDIDATES = 5, 12
#: Words of one query for which near words are searched: each takes some hundredths of a second.
MAX_TRIED = 8
#: The distance added if a near word occurs in another form only.
OTHER_FORM_COST = 0.1
#: A near word is suggested if it is this many times as frequent.
SUGGESTION_RATIO = 10

_QUOTED = re.compile('(["“”„«»][^"“”„«»]*["“”„«»])')


@dataclass(frozen=True)
class NearWords:
    """`words`: by typed word, its near words with their nearness (0 to 1), the nearest first.
    `suggestions`: by typed word, the word that was more likely meant."""

    words: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)
    suggestions: Mapping[str, str] = field(default_factory=dict)


def find_near_words(
    snapshot: IndexSnapshot, scope: Scope, words: Sequence[str], in_phrases: Sequence[str] = ()
) -> NearWords:
    """Find near words on pages in the scope. `in_phrases`: words of phrases without a match; each
    may be common by itself."""
    found: dict[str, list[tuple[str, float]]] = {}
    suggestions: dict[str, str] = {}
    tried = 0
    for word in dict.fromkeys((*words, *in_phrases)):
        limit = max_distance(word)
        if not limit or word.isdigit() or tried == MAX_TRIED:
            continue
        own = snapshot.count(scope.restrict(term("body", analysis.stem_word(word))))
        if own >= FEW_PAGES and word not in in_phrases:
            continue
        tried += 1
        # For a word that occurs, accept OCR confusions only, no other words of the language.
        limit = min(limit, 2 * CONFUSION) if own else limit
        candidates = _list_candidates(snapshot, scope, word, limit, by_prefix=not own)
        if candidates:
            found[word] = [(each, 1 / (1 + cost)) for each, cost, _ in candidates]
            best = min(candidates, key=lambda each: (round(each[1]), -each[2], each[1]))
            if best[2] >= SUGGESTION_RATIO * own and best[2] > own:
                suggestions[word] = best[0]
    return NearWords(found, suggestions)


def retype(snapshot: IndexSnapshot, scope: Scope, text: str) -> str | None:
    """Return the query with words of the wrong keyboard layout typed again in the other one.

    None unless pages have each word, as it was typed or typed again, and one was typed again.
    """
    retyped: list[str] = []
    for typed in text.split()[:MAX_TRIED]:
        if _has_pages(snapshot, scope, typed):
            retyped.append(typed)
        elif (other := switch_layout(typed)) and _has_pages(snapshot, scope, other):
            retyped.append(other)
        else:
            return None
    return " ".join(retyped) if retyped != text.split() else None


def _has_pages(snapshot: IndexSnapshot, scope: Scope, typed: str) -> bool:
    stems = [stem for _, stem in analysis.split_words(typed)]
    return bool(stems) and all(snapshot.count(scope.restrict(term("body", stem))) for stem in stems)


def _list_candidates(
    snapshot: IndexSnapshot, scope: Scope, word: str, limit: float, *, by_prefix: bool
) -> list[tuple[str, float, int]]:
    """`(near word, cost, pages)` of words in the scope, the nearest first. `by_prefix`: if there is
    none, words that begin nearly like it."""
    costs = _measure_costs(word, snapshot.find_near_words(word), limit)
    prefix = long_prefix(word)
    if prefix and not costs and by_prefix:
        costs = _measure_costs(
            prefix, snapshot.find_near_words(word, by_prefix=True), limit, letters=len(prefix)
        )
    nearest = _keep_one_form(sorted(costs, key=lambda each: (costs[each], each)))
    found = [(each, costs[each], _count_pages(snapshot, scope, each)) for each in nearest]
    return [each for each in found if each[2]][:MAX_NEAR]


def _measure_costs(
    word: str, words: Iterable[str], limit: float, letters: int | None = None
) -> dict[str, float]:
    """The costs of words near enough to `word`. `letters`: only the first ones are compared."""
    stem = analysis.stem_word(word)
    costs: dict[str, float] = {}
    for each in words:
        its_stem = analysis.stem_word(each)
        if its_stem == stem:
            continue
        if letters is not None:
            cost = measure_distance(word, each[:letters], limit) + OTHER_FORM_COST
        else:
            # Another form of a near word is slightly less near.
            cost = min(
                measure_distance(word, each, limit),
                measure_distance(stem, its_stem, limit) + OTHER_FORM_COST,
            )
        if cost <= limit:
            costs[each] = cost
    return costs


def _keep_one_form(words: Sequence[str]) -> list[str]:
    """Keep the first word of each stem: the index finds all its forms."""
    return list({analysis.stem_word(word): word for word in reversed(words)}.values())[::-1][
        :MAX_CANDIDATES
    ]


def _count_pages(snapshot: IndexSnapshot, scope: Scope, word: str) -> int:
    query: Query = scope.restrict(term("words", word))
    return snapshot.count(query)


def replace_words(text: str, replacements: Mapping[str, str]) -> str | None:
    """Replace words of a query; None if it has none of them."""
    pieces: list[str] = []
    at = 0
    for token in analysis.iter_tokens(text):
        if token.word in replacements and token.start >= at:
            pieces += [text[at : token.start], replacements[token.word]]
            at = token.end
    return "".join([*pieces, text[at:]]) if pieces else None


def expand_with_near_words(text: str, near_words: Mapping[str, Sequence[str]]) -> str:
    """Write near words into a query, as alternatives."""
    pieces = _QUOTED.split(text)
    expanded = {
        word: f"({word} OR {' OR '.join(near)})" for word, near in near_words.items() if near
    }
    pieces[::2] = [replace_words(piece, expanded) or piece for piece in pieces[::2]]
    pieces[1::2] = [_expand_phrase(piece, near_words) for piece in pieces[1::2]]
    return "".join(pieces)


def _expand_phrase(quoted: str, near_words: Mapping[str, Sequence[str]]) -> str:
    """List the phrase and its variants with one word replaced by a near word."""
    variants = [
        replace_words(quoted, {word: other})
        for word, near in near_words.items()
        for other in near
        if any(token.word == word for token in analysis.iter_tokens(quoted))
    ]
    return f"({' OR '.join([quoted, *filter(None, variants)])})" if variants else quoted
