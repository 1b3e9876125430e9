"""What a speaker has noted is read with the slide, and hidden slides are pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.files.filetypes import ODP, PPT, PPTX
from ocr_worker.conversion.speaker_notes import add_notes, has_notes
from tests.ocr_worker.conversion.conftest import Pages
from tests.ocr_worker.conversion.office_files import make_odf, make_pptx, slide_run

ODP_NOTES = (
    '<draw:page draw:master-page-name="Default"><presentation:notes><draw:frame>'
    "<draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
)


def test_notes_follow_their_slide_and_hidden_slides_are_shown(pages: Pages) -> None:
    first, noted, second, hidden = pages(
        "deck.pptx",
        make_pptx(
            [
                (slide_run("Цены"), "Сказать о скидке &lt;10%&gt;", False),
                (slide_run("Сроки"), "", False),
                (slide_run("Запасной"), "", True),
            ]
        ),
    )

    assert first.split() == ["Цены"]
    assert "Notes on slide 1" in noted
    assert "Сказать о скидке <10%>" in noted
    assert second.split() == ["Сроки"]
    assert hidden.split() == ["Запасной"]


def test_a_presentation_without_notes_has_a_page_a_slide(pages: Pages) -> None:
    assert len(pages("deck.pptx", make_pptx([(slide_run("Цены"), "", False)]))) == 1


FLAT = """<office:document><office:automatic-styles>
<style:page-layout style:name="PM1">
<style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/>
</office:automatic-styles>
<office:master-styles>
<style:master-page style:name="Default" style:page-layout-name="PM1">
</office:master-styles>
<office:body>
<draw:page draw:name="1">
<presentation:notes>
<draw:frame presentation:class="page-number"><draw:text-box>
<text:p>7</text:p></draw:text-box></draw:frame>
<draw:frame presentation:class="notes"><draw:text-box>
<text:p>{}</text:p><text:p/><text:p><text:span>b</text:span><text:line-break/>c &amp; d</text:p>
</draw:text-box></draw:frame>
</presentation:notes>
</draw:page>
</office:body></office:document>"""


def rewrite(tmp_path: Path, notes: str) -> str:
    source, target = tmp_path / "a.fodp", tmp_path / "b.fodp"
    source.write_text(FLAT.format(notes), encoding="utf-8")
    add_notes(source, target)
    return target.read_text(encoding="utf-8")


def test_numbers_of_pages_are_no_notes(tmp_path: Path) -> None:
    page = rewrite(tmp_path, "a").split("</presentation:notes>")[1]

    assert '-p">a</text:p>' in page
    assert '-p">b c &amp; d</text:p>' in page
    assert ">7<" not in page


def test_days_alone_are_no_notes(tmp_path: Path) -> None:
    text = rewrite(tmp_path, '<text:date text:fixed="false">28.11.26</text:date>')

    assert "28.11.26</text:p>" not in text


def test_long_notes_take_more_pages_and_lose_nothing(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(2000)]

    pages = rewrite(tmp_path, " ".join(words)).split("<draw:page ")[2:]

    assert len(pages) > 2
    assert all("Notes on slide 1" in page for page in pages)
    assert all(word in "".join(pages) for word in words)


@pytest.mark.parametrize(
    ("mime_type", "content", "expected"),
    [
        (PPTX.mime_type, make_pptx([("", "Сказать", False)]), True),
        (PPTX.mime_type, make_pptx([("", " ", False)]), False),
        (PPTX.mime_type, b"no package", False),
        (ODP.mime_type, make_odf("presentation", ODP_NOTES.format("Сказать")), True),
        (ODP.mime_type, make_odf("presentation", ODP_NOTES.format("")), False),
        (PPT.mime_type, bytes(600) + b"\x01\x00\xf1\x03\x08\x00\x00\x00", True),
        (PPT.mime_type, bytes(600), False),
    ],
)
def test_notes_are_found(tmp_path: Path, mime_type: str, content: bytes, expected: bool) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)

    assert has_notes(file, mime_type) is expected
