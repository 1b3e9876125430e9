"""A PDF whose page only stands in for its content is flagged, and what it holds is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, String

from documents.text.page_layout import PageLayout
from ocr_worker.contents import add_contents
from ocr_worker.rendering import Renderer
from tests.ocr_worker.files import ENGLISH, PDF, pdf, write

DATA = """<xfa:datasets xmlns:xfa="http://www.xfa.org/schema/xfa-data/1.0/"><xfa:data>
<order><buyer><name>Евлампия Костыль</name><note/></buyer><total>  61 340  </total></order>
</xfa:data></xfa:datasets>"""


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """A page that says only to wait."""
    return pdf(tmp_path / "wait.pdf", lambda canvas: write(canvas, ["Please wait..."]))


def with_xfa(path: Path, *, whole: bool, **root: Any) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        if whole:
            package = f'<xdp:xdp xmlns:xdp="http://ns.adobe.com/xdp/">{DATA}</xdp:xdp>'
            xfa: Any = document.make_stream(package.encode())
        else:
            parts = {"preamble": "<xdp>", "datasets": DATA, "postamble": "</xdp>"}
            xfa = Array()
            for name, part in parts.items():
                xfa.append(String(name))
                xfa.append(document.make_stream(part.encode()))
        document.Root.AcroForm = Dictionary(Fields=Array(), XFA=xfa)
        for name, value in root.items():
            document.Root[f"/{name}"] = value
        document.save(path)
    return path


def attach(document: pikepdf.Pdf, name: str) -> None:
    make: Any = AttachedFileSpec  # whose other arguments are optional
    document.attachments[name] = make(document, b"content", filename=name)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("root", [{"NeedsRendering": True}, {}])
def test_the_values_of_a_dynamic_form_are_told(
    renderer: Renderer, waiting: Path, whole: bool, root: dict[str, Any]
) -> None:
    path = with_xfa(waiting, whole=whole, **root)

    assert renderer.read_contents(path, PDF) == ("name: Евлампия Костыль", "total: 61 340")


def test_a_dynamic_form_with_damaged_data_is_read_as_its_page(
    renderer: Renderer, waiting: Path
) -> None:
    with pikepdf.open(with_xfa(waiting, whole=True), allow_overwriting_input=True) as document:
        document.Root.AcroForm.XFA = document.make_stream(b"<xdp><unfinished>")
        document.save(waiting)

    assert renderer.read_contents(waiting, PDF) is None
    assert renderer.count_pages(waiting, PDF) == 1


def test_the_files_of_a_portfolio_are_named(renderer: Renderer, waiting: Path) -> None:
    with pikepdf.open(waiting, allow_overwriting_input=True) as document:
        for name in ("смета.pdf", "ferry.pdf"):
            attach(document, name)
        document.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)
        document.save(waiting)

    assert renderer.read_contents(waiting, PDF) == ("ferry.pdf", "смета.pdf")


def test_a_page_with_an_attachment_is_what_there_is_to_see(
    renderer: Renderer, waiting: Path
) -> None:
    with pikepdf.open(waiting, allow_overwriting_input=True) as document:
        attach(document, "a.txt")
        document.save(waiting)

    assert renderer.read_contents(waiting, PDF) is None


def test_an_ordinary_file_and_a_picture_hold_nothing_else(
    renderer: Renderer, tmp_path: Path
) -> None:
    path = pdf(tmp_path / "page.pdf", lambda canvas: write(canvas, ENGLISH))

    assert renderer.read_contents(path, PDF) is None


def test_what_is_told_follows_the_text_of_the_page() -> None:
    layout = add_contents(PageLayout(100, 200, 72.0), ("name: a_b", "total: 1"))

    assert layout.text == "name: a_b\ntotal: 1"
    assert layout.flags == ("content_elsewhere",)
    assert PageLayout.from_dict(layout.to_dict()) == layout


def test_a_page_of_a_file_without_more_is_left_alone() -> None:
    layout = PageLayout(100, 200, 72.0)

    assert add_contents(layout, None) is layout
