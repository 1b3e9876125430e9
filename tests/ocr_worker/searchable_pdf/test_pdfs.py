"""A PDF keeps its bytes, and its pages get the text that counts: theirs, or ours in its place."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from documents.text.page_layout import Box
from ocr_worker.place_blocks import insert_blocks
from ocr_worker.rendering import Renderer
from ocr_worker.searchable_pdf.make import write_searchable_pdf
from ocr_worker.searchable_pdf.source import ADD, KEEP, REPLACE, PageText, Source
from tests.ocr_worker.searchable_pdf.making import (
    INK,
    box_of,
    covered_ink,
    encoded,
    is_sound,
    layout_of,
    look_alike,
    make_pdf,
    picture,
    text_by_pdfium,
    text_by_poppler,
)

READ = layout_of([("договор", INK)])


def scanned(
    path: Path, *, rotate: int = 0, crop: Box | None = None, unit: float = 1.0, text: str = "",
    pages: int = 1, **saving: Any,
) -> Path:  # fmt: skip
    """A PDF of the picture, 400 x 600 points; rotated so that it is shown upright with /Rotate."""
    pdf = pikepdf.new()
    image = picture().rotate(rotate, expand=True)
    for _ in range(pages):
        width, height = image.size
        x, y = (crop[0], crop[1]) if crop else (0.0, 0.0)
        content = f"q {width} 0 0 {height} {x} {y} cm /Im Do Q ".encode()
        if text:
            content += f"BT /F1 20 Tf 60 {height - 102} Td ({text}) Tj ET".encode()
        page = pdf.add_blank_page(page_size=(width, height))
        stream = pikepdf.Stream(
            pdf, encoded(image, "JPEG", quality=95), Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image, Width=width, Height=height, BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceGray, Filter=pikepdf.Name.DCTDecode,
        )  # fmt: skip
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.obj.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Im=stream), Font=pikepdf.Dictionary(F1=font)
        )
        page.obj.Contents = pikepdf.Stream(pdf, content)
        page.obj.Rotate = rotate
        if crop:
            page.obj.MediaBox = [0, 0, width + 200, height + 200]
            page.obj.CropBox = [x, y, x + width, y + height]
        if unit != 1.0:
            page.obj.UserUnit = unit
    pdf.save(path, **saving)
    return path


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (30.0, 50.0, 0.0, 0.0)])
def test_words_lie_on_their_ink_however_the_page_is_shown(
    renderer: Renderer, tmp_path: Path, rotate: int, crop: Box | None
) -> None:
    path = scanned(tmp_path / "scan.pdf", rotate=rotate, crop=crop)

    made = make_pdf(renderer, path, "application/pdf", [READ])

    assert text_by_pdfium(made).split() == text_by_poppler(made).split() == ["договор"]
    assert covered_ink(made, "договор") > 0.9
    assert look_alike(path, made)
    assert is_sound(made)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_that_was_read_on_its_side_is_shown_upright(
    renderer: Renderer, tmp_path: Path, rotation: int
) -> None:
    # Scanned on its side, and nothing in the file says so.
    path = scanned(tmp_path / "scan.pdf", rotate=rotation)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.Rotate = 0
        pdf.save(path)

    made = make_pdf(
        renderer, path, "application/pdf", [layout_of([("договор", INK)], rotation=rotation)]
    )

    assert covered_ink(made, "договор") > 0.9
    with pikepdf.open(made) as pdf:
        assert pdf.pages[0].obj.Rotate == rotation


def test_the_unit_of_a_page_changes_nothing(renderer: Renderer, tmp_path: Path) -> None:
    made = make_pdf(renderer, scanned(tmp_path / "scan.pdf", unit=2.5), "application/pdf", [READ])

    box, _ = box_of(made, "договор")
    assert box == pytest.approx(INK, abs=2)


@pytest.mark.parametrize(
    "saving",
    [
        {},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"linearize": True},
    ],
)
def test_the_bytes_of_the_original_are_kept(
    renderer: Renderer, tmp_path: Path, saving: dict[str, Any]
) -> None:
    path = scanned(tmp_path / "scan.pdf", pages=3, **saving)

    made = make_pdf(renderer, path, "application/pdf", [READ, None, READ])

    assert made.read_bytes().startswith(path.read_bytes())
    assert made.stat().st_size - path.stat().st_size < 8000
    assert text_by_poppler(made).split() == ["договор", "договор"]
    assert is_sound(made)


@pytest.mark.parametrize("maker", ["Сканер 3", ""])
def test_what_read_a_file_stands_beside_what_made_it(
    renderer: Renderer, tmp_path: Path, maker: str
) -> None:
    path = scanned(tmp_path / "scan.pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.docinfo["/Author"] = "Анна"
        if maker:
            pdf.docinfo["/Producer"] = maker
            with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
                xmp["pdf:Producer"], xmp["dc:title"] = maker, "Акт"
        pdf.save()
    system = "ocrsite 1; tesseract 5.5.4 rus+eng"

    made = make_pdf(renderer, path, "application/pdf", [READ], system=system)
    again = make_pdf(renderer, made, "application/pdf", [READ], system=f"{system}!")

    assert is_sound(made) and is_sound(again)
    for file, read_by in ((made, system), (again, f"{system}!")):
        with pikepdf.open(file) as pdf:
            producer = f"{maker}; read by {read_by}" if maker else read_by
            assert str(pdf.docinfo["/Author"]) == "Анна"
            assert str(pdf.docinfo["/Producer"]) == producer
            metadata = pdf.open_metadata()
            assert metadata.get("pdf:Producer") == (producer if maker else None)
            assert metadata.get("dc:title") == ("Акт" if maker else None)


def test_a_page_with_good_text_of_its_own_is_left_alone(renderer: Renderer, tmp_path: Path) -> None:
    path = scanned(tmp_path / "born.pdf", text="agreement")

    made = make_pdf(renderer, path, "application/pdf", [READ], own=KEEP)

    assert made.read_bytes() == path.read_bytes()


def test_words_that_were_read_beside_a_pages_own_are_added(
    renderer: Renderer, tmp_path: Path
) -> None:
    path = scanned(tmp_path / "born.pdf", text="agreement")
    own = layout_of([("agreement", (100, 100, 300, 120))])  # of a scanner: with confidences
    beside = layout_of([("печать", (200, 400, 300, 420))])
    read = insert_blocks(replace(own, blocks=(replace(own.blocks[0], id="b1"),)), beside.blocks)

    made = make_pdf(renderer, path, "application/pdf", [read], own=ADD)

    assert set(text_by_pdfium(made).split()) == {"agreement", "печать"}
    assert set(text_by_poppler(made).split()) == {"agreement", "печать"}


@pytest.mark.parametrize("rotate", [0, 90])
def test_text_that_was_not_believed_is_found_no_more(
    renderer: Renderer, tmp_path: Path, rotate: int
) -> None:
    path = scanned(tmp_path / "lying.pdf", text="6e3yMHoe", rotate=rotate)

    made = make_pdf(renderer, path, "application/pdf", [READ], own=REPLACE)

    assert text_by_pdfium(made).split() == text_by_poppler(made).split() == ["договор"]
    assert look_alike(path, made), "what is seen stays"
    assert is_sound(made)


def test_a_damaged_file_is_written_anew(renderer: Renderer, tmp_path: Path) -> None:
    path = scanned(tmp_path / "scan.pdf")
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"startxref")])

    made = make_pdf(renderer, path, "application/pdf", [READ])

    assert text_by_poppler(made).split() == ["договор"]
    assert is_sound(made)


def test_a_protected_file_that_opens_is_written_without_protection(
    renderer: Renderer, tmp_path: Path
) -> None:
    path = scanned(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user=""))

    made = make_pdf(renderer, path, "application/pdf", [READ])

    assert text_by_pdfium(made).split() == ["договор"]
    with pikepdf.open(made) as pdf:
        assert not pdf.is_encrypted


def test_some_pages_only(renderer: Renderer, tmp_path: Path) -> None:
    path = scanned(tmp_path / "scan.pdf", pages=4)
    target = io.BytesIO()
    pages = [PageText(n, layout_of([(f"лист{n}", INK)]), REPLACE) for n in (2, 4)]
    source = Source(path, "application/pdf", pages, numbers=[2, 4])
    write_searchable_pdf(renderer, source, target)

    made = tmp_path / "made.pdf"
    made.write_bytes(target.getvalue())
    assert text_by_poppler(made).split() == ["лист2", "лист4"]
    assert is_sound(made)
