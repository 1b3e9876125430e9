"""Page numbers as people write them: "1,3-7". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PART = re.compile(r"(\d{1,6})(?:-(\d{0,6}))?")

#: More parts than this is no selection that anybody typed.
MAX_PARTS = 200

Range = tuple[int, int]


def parse_ranges(text: str) -> tuple[Range, ...]:
    """The ranges in rising order, merged; both ends belong to them. "5-" ends at the last page.

    Raises ValueError where it makes no sense.
    """
    parts = [part.strip() for part in text.replace("–", "-").split(",") if part.strip()]
    if not parts or len(parts) > MAX_PARTS:
        raise ValueError(text)
    found = []
    for part in parts:
        match = _PART.fullmatch(part.replace(" ", ""))
        if match is None:
            raise ValueError(part)
        first = int(match[1])
        last = first if match[2] is None else int(match[2] or 999_999)
        if not 1 <= first <= last:
            raise ValueError(part)
        found.append((first, last))
    merged: list[Range] = []
    for first, last in sorted(found):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def format_ranges(ranges: Sequence[Range]) -> str:
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


def clip_ranges(ranges: Sequence[Range], count: int) -> tuple[Range, ...]:
    """The ranges within a document of `count` pages."""
    return tuple((first, min(last, count)) for first, last in ranges if first <= count)
