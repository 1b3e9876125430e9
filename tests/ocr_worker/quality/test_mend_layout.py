"""Words mended in a reading: its words, lines, text, Markdown and HTML say the same afterwards."""

from __future__ import annotations

from dataclasses import replace

from documents.text.page_layout import PageLayout
from ocr_worker.quality import mend_layout

from .pages import page, seen


def unknown(word: str) -> bool:
    return False


def mend(layout: PageLayout) -> PageLayout:
    return mend_layout(layout, unknown)


LINES = ("Общество OOO «Ромашка» передало", "стороны c учётом договора c приложением")
MENDED = ("Общество ООО «Ромашка» передало", "стороны с учётом договора с приложением")


def test_the_words_lines_and_text_of_a_block_are_mended_together() -> None:
    block = mend(page(replace(seen(*LINES), markdown=" ".join(LINES)))).blocks[0]
    assert block.text == "\n".join(MENDED)
    assert block.markdown == " ".join(MENDED)
    assert tuple(line.text for line in block.lines) == MENDED
    assert [word.text for word in block.words()] == " ".join(MENDED).split()


def test_places_and_confidences_stay() -> None:
    before = page(seen(*LINES))
    after = mend(before)
    assert [(word.bbox, word.confidence) for word in after.words()] == [
        (word.bbox, word.confidence) for word in before.words()
    ]


def test_marks_of_markdown_and_cells_are_no_obstacle() -> None:
    block = replace(
        seen(LINES[0]), markdown=f"## {LINES[0]}", html="<td>OOO</td><td>«Ромашка»</td>"
    )
    found = mend(page(block)).blocks[0]
    assert found.markdown == f"## {MENDED[0]}"
    assert found.html == "<td>ООО</td><td>«Ромашка»</td>"


def test_where_it_is_not_clear_which_word_is_meant_the_block_stays() -> None:
    block = replace(seen(LINES[0]), markdown=f"# OOO\n\n{LINES[0]}")
    assert mend(page(block)).blocks == (block,)


def test_a_reading_without_such_words_is_the_same() -> None:
    block = seen("Договор поставки", "PDF и COM порт компьютера")
    assert mend(page(block)).blocks == (block,)
