"""Words of the archive that somebody may have meant, or that a scanner made of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tantivy import Query

from documents.search.index.reader import Opened
from documents.search.query.access_filter import Scope
from documents.search.query.tantivy_queries import term
from documents.search.text import analysis
from documents.search.text.edit_distance import (
    CONFUSION,
    long_prefix,
    max_distance,
    measure_distance,
)

#: A question that fewer pages answer is asked again with near words of those of its words that so
#: few pages have.
FEW = 5
#: Near words of one word that are used, and those of which it is asked whether they can be seen.
MOST, ASKED = 5, 12
#: Words of one question that near ones are looked for: each takes some hundredths of a second.
TRIED = 8
#: What it costs that a near word is there in another form.
OTHER_FORM = 0.1
#: A word this many times as frequent is offered instead.
MUCH_MORE = 10

_QUOTED = re.compile('(["“”„«»][^"“”„«»]*["“”„«»])')


@dataclass(frozen=True)
class NearWords:
    """`near`: by the word that was asked for, the near ones and how near (0 to 1), the nearest
    first. `better`: what was more likely meant."""

    near: Mapping[str, Sequence[tuple[str, float]]] = field(default_factory=dict)
    better: Mapping[str, str] = field(default_factory=dict)


def near(
    opened: Opened, scope: Scope, words: Sequence[str], in_phrases: Sequence[str] = ()
) -> NearWords:
    """Only words that are on pages which the asker may see. `in_phrases`: words that stand nowhere
    side by side as they were asked for; each may be common by itself."""
    found: dict[str, list[tuple[str, float]]] = {}
    better: dict[str, str] = {}
    tried = 0
    for word in dict.fromkeys((*words, *in_phrases)):
        most = max_distance(word)
        if not most or word.isdigit() or tried == TRIED:
            continue
        own = opened.count(scope.within(term("body", analysis.stem_word(word))))
        if own >= FEW and word not in in_phrases:
            continue
        tried += 1
        # Of a word that is there, only what a scanner made: no other word of the language.
        farthest = min(most, 2 * CONFUSION) if own else most
        candidates = _visible(opened, scope, word, farthest, unended=not own)
        if candidates:
            found[word] = [(each, 1 / (1 + cost)) for each, cost, _ in candidates]
            best = min(candidates, key=lambda each: (round(each[1]), -each[2], each[1]))
            if best[2] >= MUCH_MORE * own and best[2] > own:
                better[word] = best[0]
    return NearWords(found, better)


def _visible(
    opened: Opened, scope: Scope, word: str, most: float, *, unended: bool
) -> list[tuple[str, float, int]]:
    """`(near word, cost, pages)`, the nearest first. `unended`: where there is none, words that
    begin nearly so."""
    costs = _costs(word, opened.near_words(word), most)
    start = long_prefix(word)
    if start and not costs and unended:
        costs = _costs(start, opened.near_words(word, unended=True), most, letters=len(start))
    nearest = _one_form_each(sorted(costs, key=lambda each: (costs[each], each)))
    found = [(each, costs[each], _pages(opened, scope, each)) for each in nearest]
    return [each for each in found if each[2]][:MOST]


def _costs(
    word: str, words: Iterable[str], most: float, letters: int | None = None
) -> dict[str, float]:
    """Of those that are near enough to `word`. `letters`: how many of them count."""
    stem = analysis.stem_word(word)
    costs: dict[str, float] = {}
    for each in words:
        its_stem = analysis.stem_word(each)
        if its_stem == stem:
            continue
        if letters is not None:
            cost = measure_distance(word, each[:letters], most) + OTHER_FORM
        else:
            # Another form of a near word is a little less near.
            cost = min(
                measure_distance(word, each, most),
                measure_distance(stem, its_stem, most) + OTHER_FORM,
            )
        if cost <= most:
            costs[each] = cost
    return costs


def _one_form_each(words: Sequence[str]) -> list[str]:
    """The first of each stem: the index finds all of its forms."""
    return list({analysis.stem_word(word): word for word in reversed(words)}.values())[::-1][:ASKED]


def _pages(opened: Opened, scope: Scope, word: str) -> int:
    query: Query = scope.within(term("words", word))
    return opened.count(query)


def said_better(text: str, better: Mapping[str, str]) -> str | None:
    """The question with what was more likely meant; None where nothing is."""
    pieces: list[str] = []
    at = 0
    for token in analysis.iter_tokens(text):
        if token.word in better and token.start >= at:
            pieces += [text[at : token.start], better[token.word]]
            at = token.end
    return "".join([*pieces, text[at:]]) if pieces else None


def with_near(text: str, also: Mapping[str, Sequence[str]]) -> str:
    """The question that finds by itself what the near words found."""
    pieces = _QUOTED.split(text)
    better = {word: f"({word} OR {' OR '.join(near)})" for word, near in also.items() if near}
    pieces[::2] = [said_better(piece, better) or piece for piece in pieces[::2]]
    pieces[1::2] = [_any_phrase(piece, also) for piece in pieces[1::2]]
    return "".join(pieces)


def _any_phrase(quoted: str, also: Mapping[str, Sequence[str]]) -> str:
    """The same with each of its words replaced by each that is near to it."""
    others = [
        said_better(quoted, {word: other})
        for word, near in also.items()
        for other in near
        if any(token.word == word for token in analysis.iter_tokens(quoted))
    ]
    return f"({' OR '.join([quoted, *filter(None, others)])})" if others else quoted
