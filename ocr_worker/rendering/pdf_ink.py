"""Hold the words of a PDF page against the page as it is drawn. Runs only in the child process.

Finds the words that nobody sees (white on white, clipped, on a layer that is switched off, under a
black box, too small), the lines that nobody has read (pictures of text, text drawn as curves), and
the ruling lines between the words.
"""

from __future__ import annotations

from typing import Any

from PIL import Image

from . import ink
from .ink_ways import find_lines_all_ways
from .pdf import PdfFile
from .rules import Rule, find_rules

#: Lines reported at most; a page with more is read whole anyway.
_MOST_LINES = 400

#: Text lower than this, points, can't be read on paper; nor than this share of the longer side, on
#: a page that states a wrong size.
_LEAST_HEIGHT = 2.0
_LEAST_SHARE = 0.0024

#: A page of more rules is a drawing.
_MOST_RULES = 1000

#: Drawn shapes from which a page may have a table: a grid can be one shape, underlining two.
_LEAST_PATHS = 3

Word = list[Any]  # as in `pdf_text.read_page_text`


def compare_ink(file: PdfFile, number: int, words: list[Word], paths: int) -> dict[str, Any]:
    """Compare page `number` with `words` (as in `read_page_text`; `paths`, too).

    The result is JSON: `hidden`, the indices of the words that nobody sees; `unread`, lines that
    look like text and have no words, as `[x0, y0, x1, y1, letters, across, slant]` in points, from
    the top (`UnreadLine`); `rules`, those across and those down, as `[start, end, at, slope,
    thickness]` in points.
    """
    width, height = file.size(number)
    size = ink.check_size(width, height)
    scale = size[0] / width
    drawn = file.draw(number, *size, gray=True)
    edges = ink.find_edges(drawn)
    seen = ink.SeenInk(edges)
    least = min(_LEAST_HEIGHT, _LEAST_SHARE * max(width, height))
    hidden = {
        index
        for index, word in enumerate(words)
        if _is_on(word, width, height) and (word[5] < least or not _is_seen(seen, word, scale))
    }
    if any(words[index][5] >= least for index in hidden):
        # Letters and ground of one brightness may differ in colour.
        channels = [ink.SeenInk(ink.find_edges(band)) for band in file.draw(number, *size).split()]
        hidden = {
            index
            for index in hidden
            if words[index][5] < least
            or not any(_is_seen(band, words[index], scale) for band in channels)
        }
    if not any(_is_foreign(word) for i, word in enumerate(words) if i not in hidden):
        # No font for that script is here, and none in the file: other viewers show these words.
        hidden = {index for index in hidden if not _is_foreign(words[index])}
    hidden = {index for index in hidden if _has_letters(words[index])} | {
        # A full stop is easily missed: it is believed to be hidden beside a word that is.
        index
        for index in hidden
        if any(other in hidden and _has_letters(words[other]) for other in (index - 1, index + 1))
    }
    covered = [
        _scale_box(word, scale, margin=0.25 if word[7] else 0.0)
        for index, word in enumerate(words)
        if index not in hidden
    ]
    lines = find_lines_all_ways(edges, covered, _find_main_turn(words))
    return {
        "hidden": sorted(hidden),
        "unread": [
            [
                *(round(value / scale, 1) for value in way.line.bbox),
                way.line.letters,
                way.across,
                way.slant,
            ]
            for way in lines[:_MOST_LINES]
        ],
        "rules": _find_rules(drawn, scale) if paths >= _LEAST_PATHS and words else [[], []],
    }


def _find_main_turn(words: list[Word]) -> int:
    """The turn of most of the page's letters, in degrees, as `text_layer.extract` has it."""
    letters: dict[int, int] = {0: 0}
    for word in words:
        letters[word[6]] = letters.get(word[6], 0) + len(word[0])
    turn = max(letters, key=lambda key: letters[key])
    return turn if letters[turn] > 2 * letters[0] else 0


def _find_rules(drawn: Image.Image, scale: float) -> list[list[list[float]]]:
    def describe(rule: Rule) -> list[float]:
        lengths = (rule.start, rule.end, rule.at, rule.thickness)
        start, end, at, thickness = (round(value / scale, 2) for value in lengths)
        return [start, end, at, round(rule.slope, 5), thickness]

    rules = find_rules(drawn)
    if len(rules.across) + len(rules.down) > _MOST_RULES:
        return [[], []]
    return [[describe(rule) for rule in way] for way in (rules.across, rules.down)]


def _is_seen(seen: ink.SeenInk, word: Word, scale: float) -> bool:
    invisible = word[7]
    # The boxes of a recognition are not exact.
    box = _scale_box(word, scale, margin=0.3 if invisible else 0.0)
    letters = sum(ch.isalnum() for ch in word[0])
    return seen.has_ink(box, letters=letters, least=ink.SEEN_IN_SCAN if invisible else ink.SEEN)


def _is_foreign(word: Word) -> bool:
    """Whether it has letters beyond those of the fonts that pdfium has built in."""
    return any(ch > "\u058f" and ch.isalpha() for ch in word[0])


def _has_letters(word: Word) -> bool:
    return any(ch.isalnum() for ch in word[0])


def _is_on(word: Word, width: float, height: float) -> bool:
    x0, y0, x1, y1 = (float(value) for value in word[1:5])
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x1 > x0 and y1 > y0 and 0 <= x <= width and 0 <= y <= height


def _scale_box(word: Word, scale: float, margin: float) -> ink.Box:
    x0, y0, x1, y1 = (value * scale for value in word[1:5])
    grown = margin * min(x1 - x0, y1 - y0)
    return x0 - grown, y0 - grown, x1 + grown, y1 + grown
