"""Word F1: what counts as an error of reading, and what does not."""

from __future__ import annotations

import pytest

from documents.text.word_score import score_words


@pytest.mark.parametrize(
    ("reading", "truth", "score"),
    [
        ("one two three four", "one two three four", 1.0),
        ("four three two one", "one two three four", 1.0),
        ("one two three for", "one two three four", 0.75),
        ("one two", "one two three four", 2 / 3),
        ("the the the", "the", 0.5),
        ("", "word", 0.0),
        ("", "", 1.0),
        ("«Один» – ДВА", '"один" - два', 1.0),
        ("предпри-\nятие", "предприятие", 1.0),
        ("ﬁle so\u00adft", "file soft", 1.0),
    ],
)
def test_words_are_counted_whatever_their_order_and_form(
    reading: str, truth: str, score: float
) -> None:
    assert score_words(reading, truth) == pytest.approx(score)
