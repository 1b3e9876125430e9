"""Pages of two versions of a text find each other, though some were added or left out."""

from __future__ import annotations

from documents.text.page_alignment import align_pages, pair_by_place

A = "delivery of forty chairs to the library"
B = "the goods arrive on working days at the entrance"
C = "the warranty lasts two years from acceptance"
NEW = "notice of change all earlier prices end"


def test_a_new_page_moves_those_behind_it() -> None:
    assert align_pages([A, B, C], [A, NEW, B, C]) == [(0, 0), (None, 1), (1, 2), (2, 3)]


def test_a_page_that_is_left_out_has_no_counterpart() -> None:
    assert align_pages([A, B, C], [A, C]) == [(0, 0), (1, None), (2, 1)]


def test_changed_pages_are_found_by_the_words_they_share() -> None:
    changed = A.replace("forty", "fifty"), C.replace("two", "three")
    assert align_pages([A, B, C], [NEW, changed[0], changed[1]]) == [
        (None, 0), (0, 1), (1, None), (2, 2),
    ]  # fmt: skip


def test_white_space_makes_no_difference_and_empty_pages_are_alike() -> None:
    assert align_pages([A, ""], [A.replace(" ", "\n"), ""]) == [(0, 0), (1, 1)]
    assert align_pages([], [A]) == [(None, 0)]


def test_too_many_changed_pages_are_paired_by_their_places() -> None:
    old = [f"old page {n}" for n in range(60)]
    new = [f"new page {n}" for n in range(61)]
    assert align_pages(old, new) == pair_by_place(60, 61)
    assert pair_by_place(60, 61)[-1] == (None, 60)
