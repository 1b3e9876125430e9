"""Annotations are read as viewers show them: stamps by name, layers, fields without a form."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from ocr_worker.engines import Engine
from ocr_worker.reading import read_page
from ocr_worker.rendering import Renderer
from tests.ocr_worker.files import ENGLISH, PDF, pdf, write

from .annotations import annotate, leave_to_viewer


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    """A page of typed lines."""
    return pdf(tmp_path / "typed.pdf", lambda canvas: write(canvas, ENGLISH))


def read(renderer: Renderer, path: Path) -> str:
    reading = read_page(renderer, None, path, PDF, 1)
    assert reading.layout.flags == ()
    assert reading.layout.text.startswith(ENGLISH[0])
    return " ".join(reading.layout.text.split()).removeprefix(" ".join(ENGLISH)).strip()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Draft", "DRAFT"),
        ("NotApproved", "NOT APPROVED"),
        ("SBConfidential", "CONFIDENTIAL"),
        ("#NotForPublicRelease", "NOT FOR PUBLIC RELEASE"),
        (None, "DRAFT"),
    ],
)
def test_a_stamp_without_an_appearance_says_its_name(
    renderer: Renderer, typed: Path, name: str | None, words: str
) -> None:
    entries = {"Name": Name(f"/{name}")} if name else {}
    leave_to_viewer(annotate(typed, "", **entries))

    assert read(renderer, typed) == words
    word = next(
        word
        for word in read_page(renderer, None, typed, PDF, 1).layout.words()
        if word.text == words.split()[0]
    )
    scale = 2000 / 842
    assert 59 <= word.bbox[0] / scale < word.bbox[2] / scale <= 261
    assert 842 - 321 <= word.bbox[1] / scale < word.bbox[3] / scale <= 842 - 299


def test_a_stamp_without_an_appearance_is_read_on_a_page_read_by_ocr(
    renderer: Renderer, engine: Engine, typed: Path
) -> None:
    leave_to_viewer(annotate(typed, "", Name=Name.TopSecret))

    reading = read_page(renderer, engine, typed, PDF, 1, ocr="always")

    assert reading.layout.text.endswith("TOP SECRET")


@pytest.mark.parametrize("policy", [None, "AnyOn", "AllOn", "AnyOff", "AllOff"])
@pytest.mark.parametrize("listed", ["OFF", "ON"])
def test_an_annotation_is_read_where_its_layer_is_on(
    renderer: Renderer, typed: Path, policy: str | None, listed: str
) -> None:
    annotate(typed, "Quartermaster")
    with pikepdf.open(typed, allow_overwriting_input=True) as document:
        layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=String("Remarks")))
        state = Dictionary(OFF=Array([layer]))
        if listed == "ON":
            state = Dictionary(BaseState=Name.OFF, ON=Array([layer]))
        document.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=state)
        content = layer
        if policy is not None:
            content = Dictionary(Type=Name.OCMD, OCGs=Array([layer]), P=Name(f"/{policy}"))
        document.pages[0].Annots[0].OC = content
        document.save(typed)

    shown = (listed == "ON") != (policy in ("AnyOff", "AllOff"))
    assert read(renderer, typed) == ("Quartermaster" if shown else "")
    ink = renderer.render_page(typed, PDF, 1).image.crop((160, 1440, 730, 1510)).getextrema()
    assert (ink[0] < 128) == shown  # type: ignore[operator]


@pytest.mark.parametrize("drawn", [True, False])
def test_a_field_of_a_file_without_a_form_is_read(
    renderer: Renderer, typed: Path, drawn: bool
) -> None:
    value = String("Quartermaster")
    annotate(typed, "Quartermaster", Subtype=Name.Widget, FT=Name.Tx, T=String("rank"), V=value)
    if not drawn:
        leave_to_viewer(typed)

    assert read(renderer, typed) == "Quartermaster"
