"""The document's Markdown across pages: what the restructurer changes, and what stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from documents.actions.claim_task import claim_task
from documents.actions.finish import finish
from documents.exports.front_matter import strip_front_matter
from documents.files.keys import result_key
from documents.files.storage import archive
from documents.models import Document, Status, Task
from documents.text.page_layout import PageLayout
from tests.factories import make_document, make_layout

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ASKED: list[Sequence[Mapping[str, Any]]] = []


def second_table_goes_into_the_first(
    pages: Sequence[Mapping[str, Any]],
) -> dict[tuple[int, str], str]:
    ASKED.append(pages)
    return {(1, "b0"): "| a |\n| --- |\n| 1 |\n| 2 |", (2, "b0"): ""}


@pytest.fixture(autouse=True)
def restructurer(settings: Any) -> None:
    ASKED.clear()
    settings.OCRSITE_RESTRUCTURER = f"{__name__}.second_table_goes_into_the_first"


def table(rows: str) -> PageLayout:
    layout = make_layout(rows)
    (block,) = layout.blocks
    html = f"<table><tbody><tr><td>{rows}</td></tr></tbody></table>"
    changed = replace(block, label="table", html=html, markdown=f"| {rows} |")
    return replace(layout, blocks=(changed,))


def finished(*layouts: PageLayout, engine: str = "paddleocr-vl") -> Document:
    make_document(status=Status.PROCESSING, task=Task.FINISH, pages=layouts, engine=engine)
    claim = claim_task()
    assert claim is not None
    return finish(claim)


def result(document: Document, kind: str) -> str:
    return archive().path(result_key(document.id, kind)).read_text(encoding="utf-8")


def test_a_table_across_pages_is_one_in_the_documents_markdown() -> None:
    document = finished(table("1"), table("2"))

    assert strip_front_matter(result(document, "md")) == "| a |\n| --- |\n| 1 |\n| 2 |\n\n---\n\n\n"


def test_what_was_read_stays_as_it_was() -> None:
    document = finished(table("1"), table("2"))

    assert "<td>2</td>" in result(document, "json")
    assert result(document, "txt") == "1\n\f2\n"
    layouts = [page.layout for page in document.pages.order_by("number")]
    assert [layout and layout.markdown for layout in layouts] == ["| 1 |", "| 2 |"]


def test_it_is_asked_with_the_text_that_counts_and_its_places() -> None:
    finished(table("1"), table("2"))

    ((first, second),) = ASKED
    assert (first["number"], second["number"]) == (1, 2)
    (block,) = first["blocks"]
    assert set(block) == {"id", "label", "bbox", "content"}
    assert block["content"].startswith("<table>")


@pytest.mark.parametrize(
    ("layouts", "engine"),
    [
        ([table("1")], "paddleocr-vl"),
        ([table("1"), make_layout("text")], "paddleocr-vl"),
        ([table("1"), table("2")], "tesseract"),
    ],
    ids=["one page", "one table", "another engine"],
)
def test_the_restructurer_is_not_called_where_there_is_nothing_to_join(
    layouts: list[PageLayout], engine: str
) -> None:
    finished(*layouts, engine=engine)

    assert ASKED == []
