"""What people have remarked on a text is printed after it, so that it is read and found."""

from __future__ import annotations

import io
from pathlib import Path

from docx import Document

from ocr_worker.conversion.comments import print_comments
from tests.ocr_worker.conversion.conftest import Pages


def test_comments_of_a_docx_follow_its_text(pages: Pages) -> None:
    document = Document()
    paragraph = document.add_paragraph("Цена двести рублей")
    document.add_comment(paragraph.runs, text="Проверить у юриста", author="О. Лукина")
    buffer = io.BytesIO()
    document.save(buffer)

    (only,) = pages("contract.docx", buffer.getvalue())

    said = " ".join(only.split())
    assert said.startswith("Цена двести рублей Комментарии")
    assert "Лукина" in said and "Проверить у юриста" in said


def test_comments_on_deleted_text_and_without_words_are_left_out(tmp_path: Path) -> None:
    def comment(text: str) -> str:
        return (
            f'<office:annotation office:name="a"><dc:creator>A &amp; B</dc:creator>\n'
            f"<text:p>{text}</text:p></office:annotation>"
        )

    source, target = tmp_path / "source.fodt", tmp_path / "target.fodt"
    source.write_text(
        f"<office:text>\n<text:tracked-changes>\n{comment('old')}\n</text:tracked-changes>\n"
        f"<text:p>Price{comment('')}{comment('two <text:span>words</text:span>')}</text:p>\n"
        "</office:text>\n"
    )
    print_comments(source, target)

    added = target.read_text().removeprefix(source.read_text().removesuffix("</office:text>\n"))
    assert added == (
        "<text:p>Комментарии (Comments):</text:p><text:p>A &amp; B: two words</text:p>"
        "</office:text>\n"
    )
