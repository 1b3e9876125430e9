"""Read the doubtful words of a page again, by the languages of the other script.

A page in Russian has names, terms and whole sentences in English. Read by Russian alone they have
little confidence, so only these places of a line are cut out and read again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from PIL import Image, ImageOps

from documents.text.page_layout import Box, Word, bounding_box, mean_confidence

from .merge_scripts import Reader, find_script, is_odd, merge_line

#: Words with less confidence are doubted, by the script of the page: an English word read by
#: Russian has less in 92 of 100 cases, a Russian word by English in 85.
_DOUBTED = {"CYRILLIC": 0.89, "LATIN": 0.70}

#: On a Russian page, short words in capitals with less are doubted: «ЕТР» is FTP.
_CAPITALS, _CAPITALS_DOUBTED = 6, 0.95

#: Beside a doubted word, words of so many letters with less confidence are looked at with it.
_SHORT, _SHORT_DOUBTED = 3, 0.94

#: Where this share of a line's words is doubted the whole line is read again.
_MOSTLY = 0.5

#: White around what is cut out, px at 300 dpi.
_MARGIN = 10

#: Where most px of a place are darker (of 255), it is white on black.
_DARK = 128

Read = Callable[[Image.Image], list[Word]]


def look_again(
    image: Image.Image,
    lines: Sequence[list[Word]],
    readers: tuple[Reader, Reader],
    reads: tuple[Read, Read],
) -> None:
    """Replace words of `lines` (boxes in px of `image`, which the first of `readers` has read) by
    those that the second reads better, and those that stand white on black by either.

    `reads`: what each of them reads in an image of one line.
    """
    for line in filter(None, lines):
        box = bounding_box(word.bbox for word in line)
        whole = is_dark(image.crop(box))
        spans = [(0, len(line))] if whole else find_spans(line, readers[0].script)
        for start, end in reversed(spans):
            cut = _cut_out(image, _find_place(line, start, end, box))
            if cut is None:
                continue
            first, again = line[start:end], cut.read(reads[1])
            if cut.is_dark:
                first = max(first, cut.read(reads[0]), key=_confidence)
            if again or cut.is_dark:
                neighbours = (_script_before(line, start), _script_after(line, end))
                line[start:end] = merge_line(first, again, readers, neighbours)


def find_spans(line: Sequence[Word], script: str) -> list[tuple[int, int]]:
    """The places (first word, one after the last) of a line to be read again."""
    doubted = [_is_doubted(word, script) for word in line]
    if not any(doubted):
        return []
    if sum(doubted) >= _MOSTLY * len(line):
        return [(0, len(line))]
    for index, word in enumerate(line):
        beside = doubted[max(index - 1, 0) : index + 2]
        short = sum(ch.isalnum() for ch in word.text) <= _SHORT
        if short and any(beside) and (word.confidence or 0.0) < _SHORT_DOUBTED:
            doubted[index] = True
    spans = []
    for is_doubted, group in groupby(range(len(line)), key=lambda index: doubted[index]):
        indexes = list(group)
        if is_doubted:
            spans.append((indexes[0], indexes[-1] + 1))
    return spans


def _is_doubted(word: Word, script: str) -> bool:
    if word.confidence is None or not any(ch.isalnum() for ch in word.text):
        return False
    if word.confidence < _DOUBTED[script]:
        return True
    letters = [ch for ch in word.text if ch.isalpha()]
    if script == "LATIN" or not letters:
        return False
    capitals = 2 <= len(letters) <= _CAPITALS and all(ch.isupper() for ch in letters)
    return is_odd(word.text) or (capitals and word.confidence < _CAPITALS_DOUBTED)


def _find_place(line: Sequence[Word], start: int, end: int, box: Box) -> Box:
    """Where to cut out the words from `start` to `end`: to the middle of the gaps beside them, as
    the boxes of misread words lack letters at their ends. `box`: the line's."""
    height = box[3] - box[1]
    x0, _, x1, _ = bounding_box(word.bbox for word in line[start:end])
    before = [word.bbox[2] for word in line[:start] if word.bbox[2] <= x0]
    after = [word.bbox[0] for word in line[end:] if word.bbox[0] >= x1]
    left = max((x0 + max(before)) / 2, x0 - height) if before else x0 - height / 2
    right = min((x1 + min(after)) / 2, x1 + height) if after else x1 + height / 2
    return left, box[1] - 2, right, box[3] + 2


@dataclass(frozen=True)
class _Cut:
    """A part of a line, black on white. `left`, `top`: where it lies."""

    image: Image.Image
    left: int
    top: int
    is_dark: bool

    def read(self, read: Read) -> list[Word]:
        """The words, boxes in px of the page."""
        dx, dy = self.left - _MARGIN, self.top - _MARGIN
        return [
            Word(
                word.text,
                (word.bbox[0] + dx, word.bbox[1] + dy, word.bbox[2] + dx, word.bbox[3] + dy),
                word.confidence,
            )
            for word in read(self.image)
        ]


def _cut_out(image: Image.Image, place: Box) -> _Cut | None:
    left, top = max(round(place[0]), 0), max(round(place[1]), 0)
    right, bottom = min(round(place[2]), image.width), min(round(place[3]), image.height)
    if right - left < 4 or bottom - top < 4:
        return None
    part = image.crop((left, top, right, bottom))
    dark = is_dark(part)
    if dark:
        part = ImageOps.invert(part)
    cut = Image.new("L", (part.width + 2 * _MARGIN, part.height + 2 * _MARGIN), 255)
    cut.paste(part, (_MARGIN, _MARGIN))
    return _Cut(cut, left, top, dark)


def is_dark(part: Image.Image) -> bool:
    """Whether what is printed there is white on black."""
    return sum(part.histogram()[:_DARK]) > part.width * part.height / 2


def _confidence(words: Sequence[Word]) -> float:
    return mean_confidence((word.confidence, len(word.text)) for word in words) or 0.0


def _script_before(line: Sequence[Word], start: int) -> str:
    return next((find_script([word]) for word in reversed(line[:start]) if find_script([word])), "")


def _script_after(line: Sequence[Word], end: int) -> str:
    return next((find_script([word]) for word in line[end:] if find_script([word])), "")
