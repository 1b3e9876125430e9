"""PaddleOCR-VL's results as layouts: real outputs, and forms that the real ones do not show."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from documents.errors import EngineFailed
from documents.review.flag_rules import CUT
from documents.text.page_layout import Block, PageLayout
from ocr_worker.engines.paddleocr_vl.results import build_layout

#: Real outputs of this pipeline, by their place among the samples; and two of PP-StructureV3, which
#: gives the same blocks without numbers and order.
REAL = (
    "demo_newspaper_a/res.json",
    "exam_ru/markdown/page_1/page_1_res.json",
    "exam_ru/markdown/page_2/page_2_res.json",
    "exam_ru/markdown/page_3/page_3_res.json",
    "table_en/table_res.json",
    "tiny/618186_res.json",
    "contrast_ppstructurev3/dilthey_test_res.json",
    "contrast_ppstructurev3/form_page_1_res.json",
    "issues/issue_17066_merged_lines.json",
    "issues/issue_17126_merged_columns.json",
)


def convert(*blocks: dict[str, Any], **options: Any) -> PageLayout:
    result = {"res": {"parsing_res_list": list(blocks)}}
    return build_layout(result, **{"width": 1000, "height": 1400, "dpi": 150, **options})


def raw(content: str, label: str = "text", **fields: Any) -> dict[str, Any]:
    return {"block_label": label, "block_content": content, "block_bbox": [10, 20, 500, 60],
            **fields}  # fmt: skip


def only(content: str, label: str = "text") -> Block:
    (block,) = convert(raw(content, label)).blocks
    return block


def letters(text: str) -> str:
    """What can't be lost: everything but white space, tags and the marks around formulas."""
    return re.sub(r"[\s$]", "", re.sub(r"<[^<>]*>", "", text))


@pytest.fixture(params=REAL)
def real(request: pytest.FixtureRequest, shared: Path) -> list[dict[str, Any]]:
    path = shared / "samples" / "paddleocr-vl" / request.param
    found = json.loads(path.read_text(encoding="utf-8"))
    blocks: list[dict[str, Any]] = found if isinstance(found, list) else found["parsing_res_list"]
    assert blocks
    return blocks


@pytest.mark.shared
def test_nothing_of_a_real_output_is_lost(real: list[dict[str, Any]]) -> None:
    layout = convert(*real, width=5000, height=5000)

    assert len(layout.blocks) == len(real)
    for block, source in zip(layout.blocks, real, strict=True):
        assert letters(block.text) == letters(source["block_content"] or "")
        assert block.text in layout.text


@pytest.mark.shared
def test_a_real_outputs_order_is_its_list_and_its_numbers(real: list[dict[str, Any]]) -> None:
    layout = convert(*real, width=5000, height=5000)

    at = {block.id: place for place, block in enumerate(layout.blocks_in_order())}
    ranked = [
        (source["block_order"], at[block.id])
        for block, source in zip(layout.blocks, real, strict=True)
        if source.get("block_order") is not None
    ]
    assert [place for _, place in sorted(ranked)] == sorted(place for _, place in ranked)
    inside = [at[block.id] for block in layout.blocks if block.order is not None]
    assert inside == sorted(inside)


class Tags(HTMLParser):
    """Fails where a tag is not closed in order, or is none of a table's."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("table", "thead", "tbody", "tr", "td", "th", "br", "sub", "sup", "b", "i")
        assert {name for name, _ in attrs} <= {"colspan", "rowspan"}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.shared
def test_a_real_outputs_tables_are_well_formed_and_harmless(real: list[dict[str, Any]]) -> None:
    layout = convert(*real, width=5000, height=5000)

    for block in layout.blocks:
        tags = Tags()
        tags.feed(block.html)
        tags.close()
        assert not tags.open
        assert bool(block.html) == (block.label == "table")
        assert "<" not in re.sub(r"\\<", "", block.markdown) or "$" in block.markdown


@pytest.mark.shared
def test_an_empty_text_of_a_real_output_continues_one_that_has_it(
    real: list[dict[str, Any]],
) -> None:
    blocks = {block.id: block for block in convert(*real, width=5000, height=5000).blocks}

    empty = [block for block in blocks.values() if block.label == "text" and not block.text]
    assert all(blocks[block.continues].text for block in empty)


def test_an_unknown_label_is_text() -> None:
    assert only("что-то новое", "hologram").text == "что-то новое"


@pytest.mark.parametrize(
    ("content", "latex"), [(" $$ E=mc^2 $$ ", "E=mc^2"), ("\\frac{a}{b}", "\\frac{a}{b}")]
)
def test_a_formula_is_latex_without_and_with_its_marks(content: str, latex: str) -> None:
    block = only(content, "display_formula")
    assert (block.text, block.markdown) == (latex, f"$$\n{latex}\n$$")


def test_a_formula_inside_of_a_text_is_not_escaped_and_the_text_around_it_is() -> None:
    block = only("Пусть *a* и  $ \\vec{a}_1 $ даны <b>так</b>")
    assert block.markdown == "Пусть \\*a\\* и $ \\vec{a}_1 $ даны \\<b>так\\</b>"


def test_a_title_is_a_heading() -> None:
    assert only("Договор\nпоставки", "doc_title").markdown == "# Договор поставки"


def test_a_cell_over_two_rows_and_columns_keeps_its_neighbours_in_their_places() -> None:
    block = only(
        '<table><tr><td rowspan="2">A</td><td colspan="2">B</td></tr>'
        "<tr><td>c</td><td>d</td></tr><tr><td>e</td><td>f|g</td><td></td></tr></table>",
        "table",
    )
    assert block.text == "A\tB\n\tc\td\ne\tf|g"
    assert block.markdown.splitlines() == [
        "| A | B |  |", "| --- | --- | --- |", "|  | c | d |", "| e | f\\|g |  |",
    ]  # fmt: skip
    assert 'rowspan="2"' in block.html


def test_what_is_active_in_a_table_is_gone_and_its_text_is_not() -> None:
    block = only(
        "<table onclick=x()><tr><td><img src=x onerror=alert(1)>Цена<script>alert(1)</script>"
        '</td><td style="color:red"><a href="javascript:x">10</a></td></tr></table>',
        "table",
    )
    assert block.html == "<table><tbody><tr><td>Цена</td><td>10</td></tr></tbody></table>"
    assert "Цена\t10" in block.text


@pytest.mark.parametrize("cell", ["a<b и c>d", "при t<0", "<5 мг", "x < y", "1<<2"])
def test_a_less_than_in_a_cell_is_no_tag(cell: str) -> None:
    assert only(f"<table><tr><td>{cell}</td><td>1</td></tr></table>", "table").text == f"{cell}\t1"


def test_a_table_that_the_library_made_no_html_of_is_read_by_its_marks() -> None:
    assert only("<fcel>Болт<fcel>12<nl><fcel>Гайка<ecel><nl>", "table").text == "Болт\t12\nГайка"


def test_an_empty_block_of_another_group_is_an_empty_region() -> None:
    first, merged, empty = convert(
        raw("Текст", group_id=1), raw("", group_id=1), raw("", group_id=3)
    ).blocks
    assert merged.continues == first.id
    assert empty.continues == ""


def test_a_picture_between_two_parts_of_a_text_changes_nothing() -> None:
    first, picture, second = convert(raw("Текст"), raw("", "image"), raw("")).blocks
    assert (picture.continues, second.continues) == ("", first.id)


def test_boxes_end_at_the_pages_edges() -> None:
    (block,) = convert(raw("x") | {"block_bbox": [-5, 1300.7, 1020, 1500]}).blocks
    assert block.bbox == (0, 1300.7, 1000, 1400)


def test_a_block_that_was_cut_is_marked() -> None:
    loop = "Пункт договора исполнен. " * 200
    one, other, table = convert(
        raw(loop),
        raw("Текст, который остался"),
        raw("<table><tr><td>Болт</td></tr></table>", "table"),
        cut=["<fcel>Болт<nl>"],
    ).blocks
    assert (one.confidence, other.confidence, table.confidence) == (CUT, None, CUT)
    assert len(one.text) < 100


@pytest.mark.parametrize(
    "result",
    [{}, {"res": {}}, {"rec_texts": ["a"]}, {"parsing_res_list": [{"block_label": "text"}]}],
)
def test_what_is_no_result_fails_the_page_for_now(result: dict[str, Any]) -> None:
    with pytest.raises(EngineFailed) as caught:
        build_layout(result, width=10, height=10, dpi=100)
    assert not caught.value.permanent
