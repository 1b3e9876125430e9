"""Which way up a page is, at the least cost.

Tesseract's own detection takes a third of a second a page. But what it reads shows as much, for
nothing: over the ground-truth pages, upright text is read with a mean confidence of 0.90 or more,
upside down with 0.20 to 0.48; and lines that run down or up the page are read as they are, in
words taller than wide. So a page is read first as it comes, and only where that reading is doubtful
is the detection asked, and the page read again the way it says; the better reading stays.
A page whose ink lies in columns asks the detection first, which saves it a reading.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from PIL import Image
from PIL.Image import Resampling

from documents.text.page_layout import PageLayout

#: Mean confidence from which a reading of wide words is upright beyond doubt.
_CERTAIN = 0.75

#: Another turn must read better by this much of confidence to be believed.
_CLEARLY_BETTER = 0.08

#: No turn is believed that reads worse than this: it would be noise read another way.
_BELIEVABLE = 0.55

#: Below this many letters the detection knows nothing.
_FEW_LETTERS = 4

#: The detection's `orient_conf` from which its answer is worth a reading, and from which it alone
#: settles that a doubtful page is upright. On tables of figures it is wrong with 2.5.
_DETECTED = 2.0
_BEYOND_DOUBT = 5.0

#: A page whose letters stand in tall words to this share lies on its side.
_MOSTLY = 0.6


class Orientation:
    """`api`: a tesserocr API with the `osd` data, in orientation-only mode."""

    def __init__(self, api: Any) -> None:
        self.api = api

    def upright(self, image: Image.Image, recognise: Callable[[int], PageLayout]) -> PageLayout:
        """The reading of `image` the right way up.

        `recognise(rotation)` reads it turned clockwise by so many degrees (0, 90, 180, 270).
        """
        if _seems_sideways(image):
            detected, trust = self._detect(image)
            if detected and trust >= _DETECTED:
                reading = recognise(detected)
                if _is_certain(reading):
                    return reading
        first = recognise(0)
        letters = _letters(first)
        sideways = _tall_share(first) >= _MOSTLY
        if letters >= _FEW_LETTERS and _is_certain(first):
            return first
        detected, trust = self._detect(image)
        if detected == 0 and trust >= _BEYOND_DOUBT and not sideways:
            return first
        turns = [90, 270] if sideways else [180]
        if detected and trust >= _DETECTED:  # seldom wrong: it is tried first
            turns = [detected, *(turn for turn in turns if turn != detected)]
        best = first
        for turn in turns if letters else turns[:1]:
            reading = recognise(turn)
            if _better(reading, best, sideways and best is first):
                best = reading
            if _is_certain(best):
                break
        return best

    def glance(self, image: Image.Image) -> int:
        """The clockwise turn that the detection alone is sure of, 0 where it is not: for whoever
        can't wait for a reading."""
        detected, trust = self._detect(image)
        needed = _DETECTED if _seems_sideways(image) else _BEYOND_DOUBT
        return detected if detected and trust >= needed else 0

    def _detect(self, image: Image.Image) -> tuple[int | None, float]:
        """The clockwise turn that makes the page upright, None where unknown; how sure it is."""
        self.api.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
        try:
            found = self.api.DetectOrientationScript()
        finally:
            self.api.Clear()
        if found is None:
            return None, 0.0
        return (360 - int(found["orient_deg"])) % 360, float(found["orient_conf"])


def _seems_sideways(image: Image.Image) -> bool:
    """Whether the ink comes in columns rather than in rows: a hint that costs 10 ms.

    Lines of text make the darkness of rows change strongly from one to the next.
    """
    factor = max(1, max(image.size) // 1200)
    small = image.reduce(factor) if factor > 1 else image
    rows = small.resize((1, small.height), Resampling.BOX).tobytes()
    columns = small.resize((small.width, 1), Resampling.BOX).tobytes()
    return _unrest(columns) > 1.3 * _unrest(rows)


def _unrest(values: bytes) -> float:
    return sum(abs(a - b) for a, b in pairwise(values)) / max(len(values), 1)


def _letters(layout: PageLayout) -> int:
    return sum(len(word.text) for word in layout.words())


def _tall_share(layout: PageLayout) -> float:
    """The share of letters in words (of three or more) that are taller than wide."""
    tall = total = 0
    for word in layout.words():
        if len(word.text) >= 3:
            x0, y0, x1, y1 = word.bbox
            total += len(word.text)
            tall += len(word.text) if y1 - y0 > x1 - x0 else 0
    return tall / total if total else 0.0


def _is_certain(layout: PageLayout) -> bool:
    """Whether the page was read upright beyond doubt."""
    return (layout.confidence or 0.0) >= _CERTAIN and _tall_share(layout) < _MOSTLY


def _better(reading: PageLayout, other: PageLayout, other_is_sideways: bool) -> bool:
    """Whether `reading` is the truer one; a sideways one is beaten by any that is as sure."""
    margin = -_CLEARLY_BETTER if other_is_sideways else _CLEARLY_BETTER
    if _tall_share(reading) >= _MOSTLY:
        return False
    if _letters(reading) * 2 < _letters(other) or (reading.confidence or 0.0) < _BELIEVABLE:
        return False
    return (reading.confidence or 0.0) >= (other.confidence or 0.0) + margin
