"""Words of the archive that somebody may have meant, or that a scanner made of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tantivy import Query

from documents.search import analysis
from documents.search.asking import term
from documents.search.confusions import CONFUSION, allowed, distance
from documents.search.index import Opened
from documents.search.scope import Scope

#: A question that fewer pages answer is asked again with near words of those of its words that so
#: few pages have.
FEW = 5
#: Near words of one word that are used, and those of which it is asked whether they can be seen.
MOST, ASKED = 5, 12
#: What it costs that a near word is there in another form.
OTHER_FORM = 0.1
#: A word this many times as frequent is offered instead.
MUCH_MORE = 10


@dataclass(frozen=True)
class NearWords:
    """`near`: by the word that was asked for, the near ones and how near (0 to 1), the nearest
    first. `better`: what was more likely meant."""

    near: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)
    better: Mapping[str, str] = field(default_factory=dict)


def near(opened: Opened, scope: Scope, words: Sequence[str]) -> NearWords:
    """Only words that are on pages which the asker may see."""
    found: dict[str, list[tuple[str, float]]] = {}
    better: dict[str, str] = {}
    for word in dict.fromkeys(words):
        most = allowed(word)
        if not most or word.isdigit():
            continue
        own = opened.count(scope.within(term("body", analysis.stem_of(word))))
        if own >= FEW:
            continue
        # Of a word that is there, only what a scanner made: no other word of the language.
        candidates = _visible(opened, scope, word, min(most, 2 * CONFUSION) if own else most)
        if candidates:
            found[word] = [(each, 1 / (1 + cost)) for each, cost, _ in candidates]
            best = min(candidates, key=lambda each: (round(each[1]), -each[2], each[1]))
            if best[2] >= MUCH_MORE * own and best[2] > own:
                better[word] = best[0]
    return NearWords(found, better)


def _visible(opened: Opened, scope: Scope, word: str, most: float) -> list[tuple[str, float, int]]:
    """`(near word, cost, pages)`, the nearest first."""
    stem = analysis.stem_of(word)
    costs: dict[str, float] = {}
    for each in opened.near_words(word):
        its_stem = analysis.stem_of(each)
        if its_stem == stem:
            continue
        # Another form of a near word is a little less near.
        cost = min(distance(word, each, most), distance(stem, its_stem, most) + OTHER_FORM)
        if cost <= most:
            costs[each] = cost
    nearest = _one_form_each(sorted(costs, key=lambda each: (costs[each], each)))
    found = [(each, costs[each], _pages(opened, scope, each)) for each in nearest]
    return [each for each in found if each[2]][:MOST]


def _one_form_each(words: Sequence[str]) -> list[str]:
    """The first of each stem: the index finds all of its forms."""
    return list({analysis.stem_of(word): word for word in reversed(words)}.values())[::-1][:ASKED]


def _pages(opened: Opened, scope: Scope, word: str) -> int:
    query: Query = scope.within(term("words", word))
    return opened.count(query)


def said_better(text: str, better: Mapping[str, str]) -> str | None:
    """The question with what was more likely meant; None where nothing is."""
    pieces: list[str] = []
    at = 0
    for token in analysis.tokens(text):
        if token.word in better and token.start >= at:
            pieces += [text[at : token.start], better[token.word]]
            at = token.end
    return "".join([*pieces, text[at:]]) if pieces else None


def with_near(text: str, also: Mapping[str, Sequence[str]]) -> str:
    """The question that finds by itself what the near words found."""
    better = {word: f"({word} OR {' OR '.join(near)})" for word, near in also.items() if near}
    return said_better(text, better) or text
