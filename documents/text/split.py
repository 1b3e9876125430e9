"""How a stack of sheets is split into documents: the words for it, and where the cuts are. Pure.

| spelling | cut |
|---|---|
| `blank` | at an empty page, or several, which are left out |
| `blank-sheet` | at a sheet that is empty on both sides, of a stack that was scanned on both |
| `separator` | at a separator sheet of this product, which is left out |
| `separator:PREFIX` | at any page with a barcode whose text begins with PREFIX, too |
| `count:N` | after every N pages |
| `two-sides` | nowhere: first the fronts, then the backs from the last on: one document |

In the name of a folder, which takes no ":", a "-" or a space stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qs, urlencode

#: Characters of a spelling, and of the prefix in it.
SPLIT_LENGTH, PREFIX_LENGTH = 80, 60
#: Pages of a part by count.
MOST_PAGES = 10_000

#: What the code on a separator sheet begins with: a name and the version of what follows.
SHEET_MARK = "ocrsite-sheet:1?"
#: Characters that are taken of a sheet's code.
SHEET_LENGTH = 2000


class SplitBy(Enum):
    BLANK = "blank"
    BLANK_SHEET = "blank-sheet"
    SEPARATOR = "separator"
    COUNT = "count"
    TWO_SIDES = "two-sides"


@dataclass(frozen=True)
class Split:
    """`prefix`: of the barcodes that separate, "" for the product's own sheets alone."""

    by: SplitBy
    prefix: str = ""
    count: int = 0

    @property
    def looks_for_codes(self) -> bool:
        return self.by is SplitBy.SEPARATOR

    @property
    def needs_a_look(self) -> bool:
        """Whether the cuts depend on what is on the pages."""
        return self.by not in (SplitBy.COUNT, SplitBy.TWO_SIDES)

    def __str__(self) -> str:
        if self.by is SplitBy.COUNT:
            return f"{self.by.value}:{self.count}"
        return f"{self.by.value}:{self.prefix}" if self.prefix else self.by.value


@dataclass(frozen=True)
class PageLook:
    """What was seen on a page: whether it is empty, and the text of the code that separates."""

    blank: bool = False
    code: str = ""


@dataclass(frozen=True)
class Part:
    """A document of the stack: its pages (from 1) in their order, and the code of the sheet that
    was before them."""

    pages: tuple[int, ...]
    code: str = ""


@dataclass(frozen=True)
class Sheet:
    """What a separator sheet asks for. `team`: an id, "" for the stack's own."""

    team: str = ""
    tags: tuple[str, ...] = ()
    title: str = ""


def parse_split(text: str) -> Split | None:
    """None for "". Raises ValueError for what is no spelling."""
    text = " ".join(text.split())
    if not text:
        return None
    if text in ("blank", "blank-sheet", "separator", "two-sides"):
        return Split(SplitBy(text))
    if text == "blank sheet":
        return Split(SplitBy.BLANK_SHEET)
    if text == "two sides":
        return Split(SplitBy.TWO_SIDES)
    found = re.fullmatch(r"count[:\- ]([0-9]{1,5})", text)
    if found and 1 <= int(found[1]) <= MOST_PAGES:
        return Split(SplitBy.COUNT, count=int(found[1]))
    found = re.fullmatch(r"separator[:\- ](.+)", text)
    if found and len(found[1]) <= PREFIX_LENGTH:
        return Split(SplitBy.SEPARATOR, prefix=found[1])
    raise ValueError(f"not a way to split: {text!r}")


def choose_code(codes: Iterable[str], split: Split) -> str:
    """The text of the code that separates, of those on a page; "" where none does."""
    found = [code[:SHEET_LENGTH] for code in codes]
    own = next((code for code in found if code.startswith(SHEET_MARK)), "")
    if own or not split.prefix:
        return own
    return next((code for code in found if code.startswith(split.prefix)), "")


def cut(split: Split, looks: Sequence[PageLook]) -> list[Part]:
    """The parts of a stack whose pages look like `looks`. No part is empty."""
    numbers = range(1, len(looks) + 1)
    if split.by is SplitBy.COUNT:
        starts = range(0, len(looks), split.count)
        return [Part(tuple(numbers[at : at + split.count])) for at in starts]
    if split.by is SplitBy.TWO_SIDES:
        return [Part(collate(len(looks)))] if looks else []
    if split.by is SplitBy.SEPARATOR:
        return _cut_at_codes(looks)
    empty = {number for number, look in zip(numbers, looks, strict=True) if look.blank}
    if split.by is SplitBy.BLANK_SHEET:
        # A sheet is a front with an odd number and the back behind it.
        empty = {
            number
            for number in empty
            if (number + 1 if number % 2 else number - 1) in empty or number == len(looks)
        }
    return _cut_at(looks, empty)


def _cut_at(looks: Sequence[PageLook], left_out: set[int]) -> list[Part]:
    parts: list[Part] = []
    pages: list[int] = []
    for number in range(1, len(looks) + 1):
        if number not in left_out:
            pages.append(number)
        elif pages:
            parts.append(Part(tuple(pages)))
            pages = []
    return [*parts, Part(tuple(pages))] if pages else parts


def _cut_at_codes(looks: Sequence[PageLook]) -> list[Part]:
    parts: list[Part] = []
    pages: list[int] = []
    code = ""
    for number, look in enumerate(looks, start=1):
        if look.code:
            if pages:
                parts.append(Part(tuple(pages), code))
            pages, code = [], look.code
        elif not (look.blank and not pages and code):  # the empty back of the separator sheet
            pages.append(number)
    return [*parts, Part(tuple(pages), code)] if pages else parts


def collate(count: int) -> tuple[int, ...]:
    """The order of pages of which the first half are fronts and the others backs, from the last to
    the first. Of an odd number the last sheet has no back."""
    fronts = -(-count // 2)
    backs = range(count, fronts, -1)
    order: list[int] = []
    for index in range(fronts):
        order.append(index + 1)
        if index < len(backs):
            order.append(backs[index])
    return tuple(order)


def write_sheet(sheet: Sheet) -> str:
    """The text of the code on a separator sheet."""
    fields = {"team": sheet.team, "tags": ",".join(sheet.tags), "title": sheet.title}
    return SHEET_MARK + urlencode({name: value for name, value in fields.items() if value})


def read_sheet(code: str) -> Sheet:
    """What a code asks for: nothing, where it is not this product's. It is not trusted: whoever
    can print may write one."""
    if not code.startswith(SHEET_MARK):
        return Sheet()
    try:
        found = parse_qs(code.removeprefix(SHEET_MARK), max_num_fields=20)
    except ValueError:
        return Sheet()
    values = {name: " ".join(texts[0].split()) for name, texts in found.items()}
    tags = tuple(tag.strip() for tag in values.get("tags", "").split(",") if tag.strip())
    return Sheet(values.get("team", ""), tags, values.get("title", ""))
