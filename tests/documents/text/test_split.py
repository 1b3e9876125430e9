"""Where a stack of sheets is cut."""

from __future__ import annotations

import pytest

from documents.text.split import (
    PageLook,
    Sheet,
    Split,
    SplitBy,
    choose_code,
    collate,
    cut,
    parse_split,
    read_sheet,
    write_sheet,
)

WRITTEN, BLANK = PageLook(), PageLook(blank=True)


def looks(text: str) -> list[PageLook]:
    """ "w": written, "b": blank, a capital letter: a separator with this code."""
    known = {"w": WRITTEN, "b": BLANK}
    return [known.get(letter) or PageLook(code=letter) for letter in text]


def pages(split: str, text: str) -> list[tuple[int, ...]]:
    way = parse_split(split)
    assert way is not None
    return [part.pages for part in cut(way, looks(text))]


@pytest.mark.parametrize(
    ("split", "stack", "parts"),
    [
        ("blank", "wwbwbbw", [(1, 2), (4,), (7,)]),
        ("blank", "bbwb", [(3,)]),
        ("blank", "bb", []),
        # The empty back of the first sheet does not separate, both sides of the second do.
        ("blank-sheet", "wbbbww", [(1, 2), (5, 6)]),
        ("blank-sheet", "wbwbb", [(1, 2, 3, 4)]),
        ("separator", "AwwBw", [(2, 3), (5,)]),
        ("separator", "wAbwwBb", [(1,), (4, 5)]),
        ("separator", "AwbwAB", [(2, 3, 4)]),
        ("count:2", "wwwww", [(1, 2), (3, 4), (5,)]),
        ("two-sides", "wwwwww", [(1, 6, 2, 5, 3, 4)]),
        ("two-sides", "wwwww", [(1, 5, 2, 4, 3)]),
    ],
)  # fmt: skip
def test_the_cuts_are_where_a_person_would_make_them(
    split: str, stack: str, parts: list[tuple[int, ...]]
) -> None:
    assert pages(split, stack) == parts


def test_a_part_has_the_code_of_the_sheet_before_it() -> None:
    found = cut(Split(SplitBy.SEPARATOR), looks("wAwBw"))
    assert [part.code for part in found] == ["", "A", "B"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("count:5", Split(SplitBy.COUNT, count=5)),
        ("count-5", Split(SplitBy.COUNT, count=5)),
        ("count 5", Split(SplitBy.COUNT, count=5)),
        ("separator:INV-", Split(SplitBy.SEPARATOR, prefix="INV-")),
        ("blank sheet", Split(SplitBy.BLANK_SHEET)),
        ("two-sides", Split(SplitBy.TWO_SIDES)),
    ],
)
def test_spellings(text: str, found: Split | None) -> None:
    assert parse_split(text) == found
    if found is not None:
        assert parse_split(str(found)) == found


@pytest.mark.parametrize("text", ["count:0", "count:x", "pages", "separator:", "blank:3"])
def test_what_is_no_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a way"):
        parse_split(text)


def test_every_page_of_two_sides_is_there_once() -> None:
    for count in range(1, 30):
        assert sorted(collate(count)) == list(range(1, count + 1))


def test_a_sheet_says_what_it_asks_for_and_a_strange_code_nothing() -> None:
    sheet = Sheet("5f5c8d9e-2b3c-4d5e-8f90-123456789abc", ("договоры", "2026"), "Дело № 5")
    assert read_sheet(write_sheet(sheet)) == sheet
    assert read_sheet("BATCH-0042") == Sheet()
    assert read_sheet("ocrsite-sheet:2?team=x") == Sheet()
    assert read_sheet("ocrsite-sheet:1?" + "&".join("a=1" for _ in range(99))) == Sheet()


def test_the_products_own_sheet_goes_before_a_prefix() -> None:
    own, other = write_sheet(Sheet(title="x")), "INV-7"
    assert choose_code(["1234", other, own], Split(SplitBy.SEPARATOR, prefix="INV")) == own
    assert choose_code(["1234", other], Split(SplitBy.SEPARATOR, prefix="INV")) == other
    assert choose_code(["1234", other], Split(SplitBy.SEPARATOR)) == ""
