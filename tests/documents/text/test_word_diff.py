"""Two texts as one, word by word: what is the same, what went, what came."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from documents.text.word_diff import Piece, diff_texts

TEXT = st.lists(st.sampled_from(["a", "b", "c", "12", "\n"]), max_size=30).map(" ".join)


def test_what_differs_stands_beside_what_it_replaces() -> None:
    assert list(diff_texts("No 12 of July", "No 13 of July 2026")) == [
        Piece("same", "No "),
        Piece("gone", "12 "),
        Piece("new", "13 "),
        Piece("same", "of July "),
        Piece("new", "2026"),
    ]


def test_equal_texts_are_one_piece_however_they_are_spaced() -> None:
    assert {piece.kind for piece in diff_texts("a b\nc", "a  b c")} == {"same"}
    assert list(diff_texts("", "")) == []


@given(TEXT, TEXT)
def test_both_texts_are_in_it_whole(one: str, other: str) -> None:
    found = list(diff_texts(one, other))

    for text, kinds in ((one, ("same", "gone")), (other, ("same", "new"))):
        words = [w for piece in found if piece.kind in kinds for w in piece.text.split()]
        assert words == text.split()


def test_many_words_that_repeat_take_no_time() -> None:
    began = time.process_time()

    list(diff_texts("0 1 " * 4000, "1 2 0 " * 4000))

    assert time.process_time() - began < 20
