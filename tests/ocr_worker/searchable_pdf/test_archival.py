"""PDF/A-2b: made where nothing forbids it, and refused with the reason elsewhere."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from documents.errors import NotConformant
from ocr_worker.rendering import Renderer
from ocr_worker.searchable_pdf.metadata import PDFA
from tests.ocr_worker.searchable_pdf.making import (
    INK,
    covered_ink,
    encoded,
    is_sound,
    layout_of,
    make_pdf,
    picture,
    text_by_poppler,
)
from tests.ocr_worker.searchable_pdf.test_pdfs import scanned

READ = layout_of([("договор", INK)])


def scan_without_fonts(path: Path) -> Path:
    """As scanners write it: only a picture on the page."""
    scanned(path)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        del pdf.pages[0].obj.Resources.Font
        pdf.save(path)
    return path


def assert_says_archival(path: Path, title: str) -> None:
    with pikepdf.open(path) as pdf:
        metadata = pdf.Root.Metadata
        assert "/Filter" not in metadata
        packet = metadata.read_bytes().decode()
        assert "<pdfaid:part>2</pdfaid:part>" in packet
        assert "<pdfaid:conformance>B</pdfaid:conformance>" in packet
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == pikepdf.Name.GTS_PDFA1
        profile = intent.DestOutputProfile
        assert (profile.N, profile.read_bytes()[36:40]) == (3, b"acsp")
        assert str(pdf.docinfo["/Title"]) == title
        with pdf.open_metadata() as xmp:
            assert xmp["dc:title"] == title
        assert len(pdf.trailer.ID) == 2
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor":
                assert "/FontFile2" in thing
    assert path.read_bytes().startswith(b"%PDF-")
    assert path.read_bytes().endswith(b"%%EOF\n")


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_picture_can_be_archived(renderer: Renderer, tmp_path: Path, mode: str) -> None:
    path = tmp_path / "scan.jpg"
    path.write_bytes(encoded(picture(mode="RGB").convert(mode), "JPEG"))

    made = make_pdf(
        renderer, path, "image/jpeg", [READ], conformance=PDFA, title="Счёт <7> & «копия»"
    )

    assert_says_archival(made, "Счёт <7> & «копия»")
    assert b"/DeviceCMYK" not in made.read_bytes()
    assert covered_ink(made, "договор") > 0.9
    assert is_sound(made)


def test_a_scan_in_a_pdf_can_be_archived(renderer: Renderer, tmp_path: Path) -> None:
    path = scan_without_fonts(tmp_path / "scan.pdf")

    made = make_pdf(renderer, path, "application/pdf", [READ], conformance=PDFA, title="Скан")

    assert_says_archival(made, "Скан")
    assert made.read_bytes().startswith(path.read_bytes())
    assert text_by_poppler(made).split() == ["договор"]
    assert is_sound(made)


def spoil(path: Path, what: str) -> None:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        if what == "scripts or actions":
            pdf.Root.OpenAction = pdf.make_indirect(
                pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
            )
        elif what == "embedded files":
            pdf.attachments["a.txt"] = b"attached"
        elif what == "CMYK colours":
            page.Contents = pikepdf.Stream(pdf, page.Contents.read_bytes() + b"\n0 0 0 1 k\n")
        elif what == "layers":
            pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=pikepdf.Array())
        elif what == "interpolated pictures":
            page.Resources.XObject.Im.Interpolate = True
        elif what == "annotations that are not printed":
            note = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], F=2
            )
            page.Annots = pikepdf.Array([pdf.make_indirect(note)])
        elif what == "fonts that are not embedded":
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            page.Resources.Font = pikepdf.Dictionary(F1=pdf.make_indirect(font))
        pdf.save(path)


@pytest.mark.parametrize(
    "what",
    [
        "scripts or actions", "embedded files", "CMYK colours", "layers", "interpolated pictures",
        "annotations that are not printed", "fonts that are not embedded",
    ],
)  # fmt: skip
def test_what_forbids_it_is_said(renderer: Renderer, tmp_path: Path, what: str) -> None:
    path = scan_without_fonts(tmp_path / "scan.pdf")
    spoil(path, what)

    with pytest.raises(NotConformant, match=what):
        make_pdf(renderer, path, "application/pdf", [READ], conformance=PDFA)
    assert text_by_poppler(make_pdf(renderer, path, "application/pdf", [READ])).split() == [
        "договор"
    ]
