"""What annotations and form fields draw is among the words of a page, at its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Name, String
from reportlab.pdfgen.canvas import Canvas

from ocr_worker.rendering import LayerWord, Renderer, TextLayer
from tests.ocr_worker.files import ENGLISH, PDF, pdf, write

from .annotations import annotate, write_remark


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    """A page of typed lines."""
    return pdf(tmp_path / "typed.pdf", lambda canvas: write(canvas, ENGLISH))


def read(renderer: Renderer, path: Path) -> TextLayer:
    layer = renderer.read_text_layer(path, PDF, 1)
    assert layer is not None
    return layer


def text(layer: TextLayer) -> str:
    return " ".join(word.text for word in layer.words)


def find(layer: TextLayer, wanted: str) -> LayerWord:
    return next(word for word in layer.words if word.text == wanted)


def with_form(path: Path, draw: Any, *, appearances: bool = True) -> Path:
    def page(canvas: Canvas) -> None:
        write(canvas, ENGLISH)
        draw(canvas)

    pdf(path, page)
    if not appearances:
        with pikepdf.open(path, allow_overwriting_input=True) as document:
            for field in document.pages[0].Annots:
                del field["/AP"]
            document.save(path)
    return path


@pytest.mark.parametrize("kind", ["Stamp", "FreeText", "Square", "Text"])
def test_words_of_an_annotation_stand_at_their_place(
    renderer: Renderer, typed: Path, kind: str
) -> None:
    before = read(renderer, typed).words

    layer = read(renderer, annotate(typed, "Approved by Ottoline", Subtype=Name(f"/{kind}")))

    assert layer.words[: len(before)] == before
    x0, y0, x1, y1 = find(layer, "Ottoline").bbox
    assert 60 < x0 < x1 < 260
    assert 842 - 320 < y0 < y1 < 842 - 300


def test_a_stamp_on_a_turned_page_is_where_it_is_drawn(renderer: Renderer, typed: Path) -> None:
    annotate(typed, "Quartermaster")
    with pikepdf.open(typed, allow_overwriting_input=True) as document:
        document.pages[0].Rotate = 90
        document.save(typed)

    word = find(read(renderer, typed), "Quartermaster")

    drawn = renderer.render_page(typed, PDF, 1).image
    scale = drawn.width / 842
    low, _ = drawn.crop(tuple(round(v * scale) for v in word.bbox)).getextrema()  # type: ignore[arg-type]
    assert low < 100  # type: ignore[operator]
    assert word.turn == 90


@pytest.mark.parametrize("flags", [2, 32, 2 + 4])
def test_an_annotation_that_the_screen_does_not_show_is_not_read(
    renderer: Renderer, typed: Path, flags: int
) -> None:
    layer = read(renderer, annotate(typed, "Unseen remark", F=flags))

    assert "remark" not in text(layer)
    assert "supplier" in text(layer)


def test_a_page_is_read_alike_each_time(renderer: Renderer, typed: Path) -> None:
    annotate(typed, "Received in May")

    first, second = read(renderer, typed), read(renderer, typed)

    assert first == second
    assert text(first).endswith("Received in May")


@pytest.mark.parametrize("appearances", [True, False])
def test_values_of_a_form_are_read_as_the_viewer_draws_them(
    renderer: Renderer, tmp_path: Path, appearances: bool
) -> None:
    def form(canvas: Canvas) -> None:
        fields = canvas.acroForm
        fields.textfield(name="a", value="Peregrine Oakes", x=60, y=460, width=200, height=20)
        fields.choice(
            name="b", value="by boat", options=["by boat", "by rail"], x=60, y=400, width=150,
            height=20,
        )  # fmt: skip

    layer = read(renderer, with_form(tmp_path / "f.pdf", form, appearances=appearances))

    assert "Peregrine Oakes" in text(layer)
    assert "by boat" in text(layer)
    assert "by rail" not in text(layer)
    x0, y0, _, _ = find(layer, "Peregrine").bbox
    assert 60 <= x0 < 70
    assert 842 - 480 <= y0 < 842 - 460


def test_cyrillic_values_without_appearance_are_read(renderer: Renderer, tmp_path: Path) -> None:
    path = with_form(
        tmp_path / "f.pdf",
        lambda canvas: canvas.acroForm.textfield(name="a", x=60, y=460, width=300, height=20),
        appearances=False,
    )
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.pages[0].Annots[0].V = String("Щукина Евдокия, 19 мая")
        document.Root.AcroForm.NeedAppearances = True
        document.save(path)

    assert "Щукина Евдокия, 19 мая" in text(read(renderer, path))


def test_ticks_and_choices_become_marks(renderer: Renderer, tmp_path: Path) -> None:
    def form(canvas: Canvas) -> None:
        fields = canvas.acroForm
        fields.checkbox(name="yes", x=60, y=500, checked=True, buttonStyle="check")
        fields.checkbox(name="no", x=60, y=470, checked=False)
        fields.radio(name="r", value="one", selected=True, x=60, y=440)
        fields.radio(name="r", value="two", selected=False, x=60, y=410)
        for y, label in ((500, "insured"), (470, "fragile"), (440, "today"), (410, "later")):
            canvas.drawString(90, y + 5, label)

    layer = read(renderer, with_form(tmp_path / "f.pdf", form))

    marks = {word.text: word.bbox for word in layer.words if word.text in "☐☑○◉"}
    labels = {"☑": "insured", "☐": "fragile", "◉": "today", "○": "later"}
    assert marks.keys() == labels.keys()
    for mark, label in labels.items():
        x0, y0, _, y1 = find(layer, label).bbox
        assert marks[mark][2] <= x0
        assert marks[mark][1] < (y0 + y1) / 2 < marks[mark][3]


def test_a_value_of_single_boxes_is_one_word(renderer: Renderer, tmp_path: Path) -> None:
    path = with_form(
        tmp_path / "f.pdf",
        lambda canvas: canvas.acroForm.textfield(
            name="a", value="7203551298", x=60, y=460, width=300, height=20, maxlen=10,
            fieldFlags="comb",
        ),
        appearances=False,
    )  # fmt: skip

    layer = read(renderer, path)

    assert "7203551298" in text(layer)
    x0, _, x1, _ = find(layer, "7203551298").bbox
    assert x1 - x0 > 200


def test_a_value_in_the_middle_of_a_sentence_is_read_there(
    renderer: Renderer, tmp_path: Path
) -> None:
    def form(canvas: Canvas) -> None:
        canvas.drawString(60, 465, "I,")
        canvas.drawString(190, 465, "of Thornbury, agree")
        canvas.acroForm.textfield(
            name="a", value="Peregrine Oakes", x=75, y=460, width=110, height=20, fontSize=12,
            borderWidth=0,
        )  # fmt: skip

    layer = read(renderer, with_form(tmp_path / "f.pdf", form))

    assert "I, Peregrine Oakes of Thornbury, agree" in text(layer)


def test_free_text_without_an_appearance_is_read_in_its_place(
    renderer: Renderer, typed: Path
) -> None:
    before = read(renderer, typed).words
    remark = "Оплачено полностью 14 марта, акт принят без замечаний\rПодпись: Штольц"

    layer = read(renderer, write_remark(typed, remark))

    words = layer.words[len(before) :]
    assert [word.text for word in words] == remark.split()
    for word in words:
        x0, y0, x1, y1 = word.bbox
        assert 60 <= x0 < x1 <= 260
        assert 842 - 320 <= y0 < y1 <= 842 - 280
    tops = [word.bbox[1] for word in words]
    assert tops == sorted(tops)
    assert len(set(tops)) == 3


@pytest.mark.parametrize("flags", [2, 32])
def test_free_text_that_the_screen_does_not_show_is_not_read(
    renderer: Renderer, typed: Path, flags: int
) -> None:
    assert "Unseen" not in text(read(renderer, write_remark(typed, "Unseen", F=flags)))


def test_a_remark_is_read_as_well_after_the_page_was_drawn(renderer: Renderer, typed: Path) -> None:
    write_remark(typed, "Оплачено")

    for _ in range(2):
        renderer.render_page(typed, PDF, 1)
        assert text(read(renderer, typed)).endswith("Оплачено")


@pytest.mark.parametrize(
    "appearance",
    ["", "/Helv Tf", "/Helv 1.2.3 Tf", f"/Helv 0.{'0' * 310}1 Tf", "/Helv 99999999 Tf"],
)
def test_a_remark_of_any_stated_size_is_read_and_costs_no_page(
    renderer: Renderer, typed: Path, appearance: str
) -> None:
    write_remark(typed, "Оплачено полностью", DA=String(appearance))

    words = read(renderer, typed).words

    assert [word.text for word in words[-2:]] == ["Оплачено", "полностью"]
    assert all(60 <= x <= 260 for word in words[-2:] for x in (word.bbox[0], word.bbox[2]))


def test_a_remark_that_is_written_with_styles_only_is_read(renderer: Renderer, typed: Path) -> None:
    rich = (
        '<?xml version="1.0"?><body xmlns="http://www.w3.org/1999/xhtml">'
        "<p>Принято <b>Штольцем</b> &amp; К</p><p>14 марта</p></body>"
    )
    write_remark(typed, "", RC=String(rich))

    words = read(renderer, typed).words

    assert [word.text for word in words[-6:]] == ["Принято", "Штольцем", "&", "К", "14", "марта"]
    assert words[-2].bbox[1] > words[-3].bbox[1]  # a paragraph of its own
