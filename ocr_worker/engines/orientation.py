"""Find which way up a page is, at the least cost.

Tesseract's own detection takes a third of a second a page, but a reading shows as much: over the
ground-truth pages, upright text is read with a mean confidence of 0.90 or more, upside-down text
with 0.20 to 0.48; lines that run down or up the page are recognised in words taller than wide. So
a page is read as it comes first. Only where that reading is doubtful, the detection runs and the
page is read again rotated; the better reading is used. A page whose ink lies in columns, or of
which some lines can't be read, starts with the detection, which saves a reading.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from PIL import Image
from PIL.Image import Resampling

from documents.text.page_layout import PageLayout

#: Mean confidence from which a reading of wide words is certainly upright.
_CERTAIN = 0.75

#: A reading in another rotation is preferred only with this much more confidence.
_CLEARLY_BETTER = 0.08

#: No rotation with a lower mean confidence is used: its reading would be noise.
_BELIEVABLE = 0.55

#: With fewer letters the detection has no result.
_FEW_LETTERS = 4

#: The detection's `orient_conf` from which its result is worth a reading, and from which it alone
#: decides that a doubtful page is upright. On tables of figures it is wrong with 2.5.
_DETECTED = 2.0
_BEYOND_DOUBT = 5.0

#: The share of letters in tall words from which a page is sideways.
_MOSTLY = 0.6


class Orientation:
    """`api`: a tesserocr API with the `osd` data, in orientation-only mode."""

    def __init__(self, api: Any) -> None:
        self.api = api

    def read_upright(
        self,
        image: Image.Image,
        recognise: Callable[[int], PageLayout],
        is_legible: Callable[[], bool] = lambda: True,
    ) -> PageLayout:
        """Read `image` in the rotation that makes it upright.

        `recognise(rotation)` reads it rotated clockwise by 0, 90, 180 or 270 degrees.
        `is_legible`: whether lines of it can be read as it lies.
        """
        found: tuple[int | None, float] | None = None
        if _looks_sideways(image) or not is_legible():
            found = detected, trust = self._detect(image)
            if detected and trust >= _DETECTED:
                reading = recognise(detected)
                if _is_certain(reading):
                    return reading
        first = recognise(0)
        letters = _count_letters(first)
        sideways = _share_in_tall_words(first) >= _MOSTLY
        if letters >= _FEW_LETTERS and _is_certain(first):
            return first
        detected, trust = found or self._detect(image)
        if detected == 0 and trust >= _BEYOND_DOUBT and not sideways:
            return first
        turns = [90, 270] if sideways else [180]
        if detected and trust >= _DETECTED:  # seldom wrong: it is tried first
            turns = [detected, *(turn for turn in turns if turn != detected)]
        best = first
        for turn in turns if letters else turns[:1]:
            reading = recognise(turn)
            if _is_better(reading, best, sideways and best is first):
                best = reading
            if _is_certain(best):
                break
        return best

    def detect_rotation(self, image: Image.Image) -> int:
        """The clockwise rotation, degrees, of which the detection alone is sure; 0 where it is not.

        For callers that can't wait for a reading.
        """
        detected, trust = self._detect(image)
        needed = _DETECTED if _looks_sideways(image) else _BEYOND_DOUBT
        return detected if detected and trust >= needed else 0

    def _detect(self, image: Image.Image) -> tuple[int | None, float]:
        """The clockwise rotation that makes the page upright (None: unknown); its `orient_conf`."""
        self.api.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
        try:
            found = self.api.DetectOrientationScript()
        finally:
            self.api.Clear()
        if found is None:
            return None, 0.0
        return (360 - int(found["orient_deg"])) % 360, float(found["orient_conf"])


def _looks_sideways(image: Image.Image) -> bool:
    """Whether the ink lies in columns rather than in rows: a hint that costs 4 ms.

    Lines of text make the darkness change strongly from one row of pixels to the next.
    """
    factor = max(1, round(max(image.size) / 1200))
    small = image.reduce(factor) if factor > 1 else image
    rows = small.resize((1, small.height), Resampling.BOX).tobytes()
    columns = small.resize((small.width, 1), Resampling.BOX).tobytes()
    return _mean_step(columns) > 1.3 * _mean_step(rows)


def _mean_step(values: bytes) -> float:
    return sum(abs(a - b) for a, b in pairwise(values)) / max(len(values), 1)


def _count_letters(layout: PageLayout) -> int:
    return sum(len(word.text) for word in layout.words())


def _share_in_tall_words(layout: PageLayout) -> float:
    """The share of letters in words (of three or more) that are taller than wide."""
    tall = total = 0
    for word in layout.words():
        if len(word.text) >= 3:
            x0, y0, x1, y1 = word.bbox
            total += len(word.text)
            tall += len(word.text) if y1 - y0 > x1 - x0 else 0
    return tall / total if total else 0.0


def _is_certain(layout: PageLayout) -> bool:
    """Whether the page was certainly read upright."""
    return (layout.confidence or 0.0) >= _CERTAIN and _share_in_tall_words(layout) < _MOSTLY


def _is_better(reading: PageLayout, other: PageLayout, other_is_sideways: bool) -> bool:
    """Whether `reading` is better; a sideways reading loses to any other of equal confidence."""
    margin = -_CLEARLY_BETTER if other_is_sideways else _CLEARLY_BETTER
    if _share_in_tall_words(reading) >= _MOSTLY:
        return False
    confidence = reading.confidence or 0.0
    if _count_letters(reading) * 2 < _count_letters(other) or confidence < _BELIEVABLE:
        return False
    return confidence >= (other.confidence or 0.0) + margin
