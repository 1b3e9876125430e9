"""Part a currency sign from its amount where a space is printed between them.

Tesseract joins «$ 42.00» to "$42.00" as often as not: the space is narrow. The image tells which
it is: in "$42.00" the sign is as far from the first digit as the digits are from each other.
"""

from __future__ import annotations

import re
from itertools import pairwise

from PIL import Image

from documents.text.page_layout import Word

_AMOUNT = re.compile(r"([$€£₽])(\d\S*)")

#: The gap after the sign, as a share of the word's height, and how much wider than the widest gap
#: between the digits it is, where a space is printed: 0.23 to 0.38 and 1.6 to 5 were seen; without
#: one at most 0.17, and 1.5.
_WIDE, _WIDER = 0.2, 1.55


def part_currency_signs(image: Image.Image, line: list[Word]) -> None:
    """Replace words of `line` (boxes in px of `image`, mode "L") by sign and amount."""
    for index in range(len(line) - 1, -1, -1):
        found = _AMOUNT.fullmatch(line[index].text)
        if found is not None:
            parts = _part(image, line[index], found[1], found[2])
            line[index : index + 1] = parts


def _part(image: Image.Image, word: Word, sign: str, amount: str) -> list[Word]:
    x0, y0, x1, y1 = word.bbox
    runs = _find_runs(image.crop((round(x0), round(y0), round(x1), round(y1))))
    gaps = [after[0] - before[1] for before, after in pairwise(runs)]
    if len(gaps) < 2 or gaps[0] < _WIDE * (y1 - y0) or gaps[0] < _WIDER * max(gaps[1:]):
        return [word]
    end, start = x0 + runs[0][1], x0 + runs[1][0]
    return [
        Word(sign, (x0, y0, end, y1), word.confidence),
        Word(amount, (start, y0, x1, y1), word.confidence),
    ]


def _find_runs(part: Image.Image) -> list[tuple[int, int]]:
    """Where columns of `part` with ink begin and end, from the left."""
    darkest, lightest = part.getextrema()
    middle = (darkest + lightest) / 2  # type: ignore[operator]
    ink = part.point([255 if value < middle else 0 for value in range(256)])
    columns = ink.resize((ink.width, 1), Image.Resampling.BOX).tobytes()
    return [(run.start(), run.end()) for run in re.finditer(rb"[^\0]+", columns)]
