"""How sure a language model was of each word, from the probabilities of its tokens. Pure.

A model writes a block token by token and gives each a probability; a word's is the product of those
of its tokens. The pipeline that turns answers into blocks drops tags, joins texts and sets white
space again, and keeps letters and digits: by these the answers are found again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import prod

from documents.review.flag_rules import CUT
from documents.text.page_layout import Block, Line, PageLayout, Word, bounding_box, mean_confidence

from .regions import NOT_COMPARED
from .word_keys import split_tokens
from .word_places import spread_over

#: Tags of HTML and of the model's notation of tables ("<fcel>"), whose letters are no text.
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Answer:
    """`text`: what the model wrote for one block. `spans`: (characters, probability 0 to 1) of one
    token after the other, from the text's beginning."""

    text: str
    spans: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class _Letters:
    """The letters and digits of an answer, and the number of the token that each is of."""

    letters: str
    tokens: tuple[int, ...]
    probabilities: tuple[float, ...]


def add_model_confidences(layout: PageLayout, answers: Sequence[Answer]) -> PageLayout:
    """`layout`, whose blocks have no lines yet, with lines of words and the model's confidence in
    each where one of `answers` has its letters.

    `layout.blocks[n].text.split()` are the words of block n, in order; they are spread over its
    box. Pictures, formulas and blocks that were cut (`flag_rules.CUT`) stay as they are, and so
    does a block with a letter that no answer has.
    """
    left = [found for found in map(_read_letters, answers) if found.letters]
    # The longest first: a short one may be the beginning of another.
    left.sort(key=lambda found: -len(found.letters))
    blocks = []
    for block in layout.blocks:
        taken = [] if _is_left_alone(block) else _take_answers(_letters_of(block.text), left)
        blocks.append(_add_lines(block, taken) if taken else block)
    return replace(layout, blocks=tuple(blocks))


def _is_left_alone(block: Block) -> bool:
    return block.confidence == CUT or bool(block.lines) or block.label in NOT_COMPARED


def _letters_of(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _read_letters(answer: Answer) -> _Letters:
    tags = {at for tag in _TAG.finditer(answer.text) for at in range(*tag.span())}
    letters, tokens, at = [], [], 0
    for number, (length, _) in enumerate(answer.spans):
        for place in range(at, min(at + length, len(answer.text))):
            if answer.text[place].isalnum() and place not in tags:
                letters.append(answer.text[place])
                tokens.append(number)
        at += length
    return _Letters("".join(letters), tuple(tokens), tuple(p for _, p in answer.spans))


def _take_answers(wanted: str, left: list[_Letters]) -> list[_Letters]:
    """The answers that are `wanted` one after the other, taken out of `left`; none where there are
    no such. A text that goes on in another region is one block of several answers."""
    taken: list[_Letters] = []
    at = 0
    while at < len(wanted):
        found = next((one for one in left if wanted.startswith(one.letters, at)), None)
        if found is None:
            left += taken
            left.sort(key=lambda one: -len(one.letters))
            return []
        left.remove(found)
        taken.append(found)
        at += len(found.letters)
    return taken


def _add_lines(block: Block, taken: Sequence[_Letters]) -> Block:
    known = [(n, token) for n, one in enumerate(taken) for token in one.tokens]
    tokens = split_tokens(block.text)
    words: list[Word] = []
    at = 0
    for token, place in zip(tokens, spread_over(block.bbox, tokens), strict=True):
        end = at + sum(map(str.isalnum, token.text))
        parts = dict.fromkeys(known[at:end])
        sure = round(prod(taken[n].probabilities[part] for n, part in parts), 4) if parts else None
        words.append(Word(token.text, place.box, sure))
        at = end
    lines = []
    for _, group in groupby(zip(tokens, words, strict=True), key=lambda pair: pair[0].line):
        line = tuple(word for _, word in group)
        text = " ".join(word.text for word in line)
        lines.append(Line(text, bounding_box(word.bbox for word in line), line))
    confidence = mean_confidence((word.confidence, len(word.text)) for word in words)
    return replace(block, lines=tuple(lines), confidence=confidence)
