"""Tables and titles over several pages, by the genuine library where it knows how."""

from __future__ import annotations

from typing import Any

import pytest

from ocr_worker.cross_page import restructure_pages
from tests.paddle.conftest import VERSION


def table(first: int, last: int) -> str:
    rows = "".join(f"<tr><td>{n}</td><td>Item {n}</td></tr>" for n in range(first, last))
    return f"<table><tbody><tr><td>No</td><td>Name</td></tr>{rows}</tbody></table>"


def block(id: str, label: str, top: int, bottom: int, content: str) -> dict[str, Any]:  # noqa: A002
    return {"id": id, "label": label, "bbox": [100, top, 900, bottom], "content": content}


def page(number: int, *blocks: dict[str, Any]) -> dict[str, Any]:
    return {"number": number, "width": 1000, "height": 1400, "blocks": list(blocks)}


REPORT = [
    page(
        1,
        block("b1", "doc_title", 50, 110, "Report"),
        block("b2", "paragraph_title", 150, 190, "1. Introduction"),
        block("b3", "paragraph_title", 250, 280, "1.1 Scope"),
        block("b4", "table", 600, 1380, table(1, 9)),
    ),
    page(
        2,
        block("b1", "table", 30, 400, table(9, 15)),
        block("b2", "paragraph_title", 500, 540, "2. Results"),
    ),
]


@pytest.mark.skipif(VERSION == "v1", reason="paddleocr 3.3 joins nothing")
def test_a_table_that_continues_is_joined_and_titles_have_levels() -> None:
    rewritten = restructure_pages(REPORT)

    joined = rewritten[1, "b4"].splitlines()
    assert joined[0] == "| No | Name |"
    assert joined[-1] == "| 14 | Item 14 |"
    assert len(joined) == 1 + 1 + 14, "its head once"
    assert rewritten[2, "b1"] == ""
    assert rewritten[1, "b2"] == "## 1. Introduction"
    assert rewritten[1, "b3"] == "### 1.1 Scope"
    assert rewritten[2, "b2"] == "## 2. Results"


@pytest.mark.skipif(VERSION != "v1", reason="later versions join")
def test_a_library_that_can_not_join_changes_nothing() -> None:
    assert restructure_pages(REPORT) == {}
