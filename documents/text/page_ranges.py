"""Page numbers as people write them: "1,3-7". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_PART = re.compile(r"(\d{1,6})(?:-(\d{0,6}))?")

#: More parts than this is no selection that anybody typed.
MAX_PARTS = 200
#: Where a range ends that goes to the last page.
OPEN_END = 10_000_000

Range = tuple[int, int]

ALL_PAGES: tuple[Range, ...] = ((1, OPEN_END),)


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
        last = first if match[2] is None else int(match[2] or OPEN_END)
        if not 1 <= first <= last:
            raise ValueError(part)
        found.append((first, last))
    return merge_ranges(found)


def merge_ranges(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """In rising order; those that touch are one."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def format_ranges(ranges: Sequence[Range]) -> str:
    return ",".join(str(a) if a == b else f"{a}-{'' if b == OPEN_END else b}" for a, b in ranges)


def clip_ranges(ranges: Sequence[Range], count: int) -> tuple[Range, ...]:
    """The ranges within a document of `count` pages."""
    return tuple((first, min(last, count)) for first, last in ranges if first <= count)


def ranges_of(numbers: Iterable[int]) -> tuple[Range, ...]:
    """The numbers as ranges, in rising order."""
    ranges: list[Range] = []
    for number in sorted(set(numbers)):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return tuple(ranges)


def numbers_in(ranges: Sequence[Range], count: int) -> Iterator[int]:
    """The pages of a document of `count` pages that the ranges name."""
    for first, last in clip_ranges(ranges, count):
        yield from range(first, last + 1)


def find_beyond(ranges: Sequence[Range], count: int) -> int | None:
    """The first page that they name and a document of `count` pages has not; None where it has
    all. The end of "5-" is the last page, whichever that is."""
    for first, last in ranges:
        if first > count:
            return first
        if count < last < OPEN_END:
            return count + 1
    return None
