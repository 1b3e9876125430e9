"""The formats that are made from a document's pages, read back by those who define them."""

from __future__ import annotations

import csv
import io
import json
import weakref
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from PIL import Image

from documents.errors import NoTables
from documents.exports.chunks import MOST_TOKENS, count_tokens
from documents.exports.options import WHOLE_DOCUMENT, parse_options
from documents.exports.results import iterate_pages
from documents.exports.writers import WRITERS
from documents.files.figures import figure_key, name_of
from documents.files.storage import archive
from documents.models import Document, Page
from documents.text.page_layout import Block, PageLayout
from tests.documents.exports.hocr_rules import find_faults
from tests.factories import make_document, make_layout, make_team

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TABLE = (
    "<table><tr><th colspan='2'>Итого</th><th>=1+1</th></tr>"
    "<tr><td rowspan='2'>да</td><td>12,50</td><td>007</td></tr>"
    "<tr><td>-3</td><td>+7</td></tr></table>"
)
NASTY = 'a<b>&"c" \x00\x0b № «ё» 𝑥 ]]>'


def block(label: str, text: str, number: int, **fields: Any) -> Block:
    top = 100.0 * number
    marks = {"doc_title": "# ", "paragraph_title": "## "}
    return Block(
        id=f"b{number}", label=label, bbox=(100, top, 900, top + 60), order=number, text=text,
        markdown=fields.pop("markdown", marks.get(label, "") + text), **fields,
    )  # fmt: skip


def page(*blocks: Block) -> PageLayout:
    return PageLayout(1240, 1754, 150.0, blocks=blocks)


def made(document: Document, kind: str, pages: str = "") -> bytes:
    options = WHOLE_DOCUMENT
    if pages:
        options = parse_options(kind, {"pages": pages}, document.page_count)
    target = io.BytesIO()
    WRITERS[kind](document, iterate_pages(document, options), options, target)
    return target.getvalue()


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (60, 30), "red").save(target, "WEBP")
    return target.getvalue()


@pytest.fixture
def rich(media: Path) -> Document:
    """A title, a section, a nasty paragraph, a table and a picture; then a page not read."""
    figure = name_of(1, picture())
    first = page(
        block("header", "Running head", 0),
        block("doc_title", "Договор\nаренды", 1),
        block("paragraph_title", "1. Предмет", 2),
        block("text", NASTY, 3),
        block("table", "Итого =1+1\nда 12,50 007", 4, html=TABLE),
        block("image", "", 5, figure=figure, markdown=f"![](figures/{figure})"),
    )
    document = make_document(
        make_team(), filename="a&b.pdf", title="A <b>", language="ru",
        pages=[first, make_layout("Plain words\n\nsecond block"), None],
    )  # fmt: skip
    archive().write(figure_key(document.id, figure), picture())
    return document


def attributes(root: ElementTree.Element, name: str, attribute: str) -> list[str]:
    space = "{http://www.loc.gov/standards/alto/ns-v4#}"
    return [each.attrib[attribute] for each in root.iter(space + name)]


def test_alto_has_every_page_and_every_word_in_order_with_its_place(rich: Document) -> None:
    root = ElementTree.fromstring(made(rich, "alto.xml"))
    space = "{http://www.loc.gov/standards/alto/ns-v4#}"
    assert [each.text for each in root.iter(f"{space}softwareVersion")] == ["test"]
    assert attributes(root, "Page", "PHYSICAL_IMG_NR") == ["1", "2", "3"]
    words = attributes(root, "String", "CONTENT")
    assert words[:4] == ["Running", "head", "Договор", "аренды"]
    assert words[-4:] == ["Plain", "words", "second", "block"]
    assert {"№", "«ё»", "𝑥", "]]>"} <= set(words)
    assert len(set(attributes(root, "String", "ID"))) == len(words)
    for left, width in zip(
        attributes(root, "String", "HPOS"), attributes(root, "String", "WIDTH"), strict=True
    ):
        assert float(left) >= 0 and float(width) > 0 and float(left) + float(width) <= 1240.1


def test_hocr_keeps_its_rules_and_has_every_word(rich: Document) -> None:
    content = made(rich, "hocr")
    root = ElementTree.fromstring(content)

    assert find_faults(content) == []
    assert find_faults(made(rich, "hocr", pages="2-3")) == []
    assert find_faults(content.replace(b"ocr_photo ", b"")) == [
        "ocr_photo photo_1_6: without the capability"
    ]
    by_class: dict[str, list[str]] = {}
    for element in root.iter():
        name = element.attrib.get("class", "")
        by_class.setdefault(name, []).append("".join(element.itertext()).strip())
    assert len(by_class["ocr_page"]) == 3
    assert by_class["ocrx_word"][-4:] == ["Plain", "words", "second", "block"]
    assert len(by_class["ocr_photo"]) == 1


def test_some_pages_only(rich: Document) -> None:
    root = ElementTree.fromstring(made(rich, "alto.xml", pages="2"))

    assert attributes(root, "Page", "PHYSICAL_IMG_NR") == ["2"]
    assert made(rich, "txt", pages="2").decode() == "Plain words\n\nsecond block\n"
    assert json.loads(made(rich, "json", pages="2-3"))["pages"][0]["number"] == 2


def test_json_has_the_fields_that_are_asked_for(rich: Document) -> None:
    options = parse_options("json", {"fields": "text,number"}, 3)
    target = io.BytesIO()

    WRITERS["json"](rich, iterate_pages(rich, options), options, target)

    pages = json.loads(target.getvalue())["pages"]
    assert pages[1] == {"number": 2, "text": "Plain words\n\nsecond block"}


def test_word_opens_the_headings_tables_and_pictures(rich: Document) -> None:
    opened = docx.Document(io.BytesIO(made(rich, "docx")))

    styled = [(p.style.name, p.text) for p in opened.paragraphs if p.text and p.style]
    assert ("Heading 1", "Договор аренды") in styled
    assert ("Heading 2", "1. Предмет") in styled
    assert ("Normal", 'a<b>&"c"  № «ё» 𝑥 ]]>') in styled
    (table,) = opened.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Итого", "Итого", "=1+1"], ["да", "12,50", "007"], ["да", "-3", "+7"],
    ]  # fmt: skip
    assert "; tesseract " in opened.core_properties.comments
    (shape,) = opened.inline_shapes
    assert shape.width > 0
    part = opened.part.related_parts["figure1"]
    assert Image.open(io.BytesIO(part.blob)).format == "PNG"


def test_a_workbook_has_a_sheet_for_each_table_and_runs_no_formula(rich: Document) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(rich, "xlsx")))

    assert "; tesseract " in book.properties.description
    assert book.sheetnames == ["p1 t1"]
    rows = [[cell.value for cell in row] for row in book["p1 t1"].iter_rows()]
    assert rows == [["Итого", None, "=1+1"], ["да", 12.5, "007"], [None, -3, "+7"]]
    assert book["p1 t1"]["C1"].data_type == "s"


def test_csv_runs_no_formula_either(rich: Document) -> None:
    content = made(rich, "csv")

    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        ["Итого", "", "'=1+1"], ["да", "12,50", "007"], ["", "-3", "'+7"],
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_without_tables_there_is_no_empty_file(rich: Document, kind: str) -> None:
    with pytest.raises(NoTables):
        made(rich, kind, pages="2")


def test_markdown_comes_with_its_pictures(rich: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(made(rich, "md.zip"))) as packed:
        text = packed.read("result.md").decode()
        (name,) = (name for name in packed.namelist() if name.startswith("figures/"))
        assert packed.read(name) == picture()

    assert f"![]({name})" in text
    assert "\n\n---\n\nPlain words" in text
    assert text.startswith("---\ntitle: ") and '\nread_by:\n- "tesseract ' in text


def test_a_lost_picture_is_named(rich: Document) -> None:
    for path in archive().path(f"documents/{rich.id}/figures").iterdir():
        path.unlink()

    with zipfile.ZipFile(io.BytesIO(made(rich, "md.zip"))) as packed:
        assert packed.namelist() == ["result.md", "MISSING.txt"]


def chunks_of(document: Document) -> list[dict[str, Any]]:
    return [json.loads(line) for line in made(document, "chunks.jsonl").splitlines()]


def test_chunks_know_their_headings_and_places(rich: Document) -> None:
    chunks = chunks_of(rich)

    assert [chunk["headings"] for chunk in chunks] == [["Договор аренды", "1. Предмет"]] * 3
    paragraph, table, rest = chunks
    assert [read.split()[0] for read in rest["read_by"]] == ["tesseract"]
    assert "№" in paragraph["text"] and paragraph["pages"] == [1]
    assert table["blocks"][0] | {"bbox": 0} == {
        "page": 1, "id": "b4", "label": "table", "bbox": 0, "width": 1240, "height": 1754,
    }  # fmt: skip
    assert rest["text"] == "Plain words\n\nsecond block"
    assert rest["token_count"] == 4
    assert not any("Running head" in chunk["text"] for chunk in chunks)


def test_a_long_text_is_cut_at_sentences_and_loses_nothing(media: Path) -> None:
    sentences = [f"Предложение номер {n} о погоде." for n in range(400)]
    document = make_document(make_team(), pages=[page(block("text", " ".join(sentences), 0))])

    chunks = chunks_of(document)

    assert len(chunks) > 3
    assert all(chunk["token_count"] <= MOST_TOKENS for chunk in chunks)
    assert all(chunk["token_count"] == count_tokens(chunk["text"]) for chunk in chunks)
    assert " ".join(chunk["text"] for chunk in chunks).split() == " ".join(sentences).split()


@pytest.mark.parametrize("kind", sorted(set(WRITERS) - {"xlsx", "csv"}))
def test_memory_does_not_grow_with_the_pages(media: Path, kind: str) -> None:
    document = make_document(make_team(), pages=["some text on a page"] * 90)
    seen: list[weakref.ref[Page]] = []
    most = 0

    def pages() -> Iterator[Page]:
        nonlocal most
        for page in iterate_pages(document):
            seen.append(weakref.ref(page))
            most = max(most, sum(ref() is not None for ref in seen))
            yield page

    WRITERS[kind](document, pages(), WHOLE_DOCUMENT, io.BytesIO())

    assert len(seen) == 90
    assert most <= 45, "the database's chunks of 20, two of them at a time"


def test_words_without_places_share_their_line(media: Path) -> None:
    layout = page(block("text", "слово за словом и ещё одно слово здесь", 1))
    document = make_document(make_team(), pages=[replace(layout)])

    root = ElementTree.fromstring(made(document, "alto.xml"))

    words = attributes(root, "String", "CONTENT")
    assert words == ["слово", "за", "словом", "и", "ещё", "одно", "слово", "здесь"]
    assert all(float(each) >= 100 for each in attributes(root, "String", "HPOS"))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("1\u00a0234,50", 1234.5), ("12 345 678.90", 12345678.9), ("\u22127,5", -7.5),
        ("2\u202f000", 2000), ("40 817", "40 817"), ("12 %", "12 %"), ("007", "007"),
    ],
)  # fmt: skip
def test_numbers_with_thousands_set_apart_are_numbers_in_a_workbook(
    cell: str, value: object
) -> None:
    html = (
        "<table><tr><td rowspan='2'>Name</td><td colspan='2'>Year</td></tr>"
        f"<tr><td>{cell}</td><td>2025</td></tr></table>"
    )
    block = Block("b0", "table", (0, 0, 90, 20), 0, cell, html=html)
    document = make_document(pages=[PageLayout(100, 100, 100.0, 0, (block,))])

    [sheet] = openpyxl.load_workbook(io.BytesIO(made(document, "xlsx"))).worksheets

    # A merged cell takes its room: what follows stands in its column.
    assert [list(row) for row in sheet.values] == [["Name", "Year", None], [None, value, 2025]]
    assert {str(place) for place in sheet.merged_cells.ranges} == {"A1:A2", "B1:C1"}
