"""What a page shows of its reading: disputes, tables, pictures, other readings."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from documents.actions.correct import correct
from documents.models import Document, Team, User
from documents.text.page_layout import Dispute, PageLayout
from tests.factories import (
    FIGURE,
    layout_with_figure,
    make_document,
    make_layout,
    make_ocr_worker,
    make_reading,
)

Url = Callable[..., str]


def content(browser: Client, address: str) -> str:
    return browser.get(address).content.decode().partition('id="content"')[2]


def without_tags(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def disputed(text: str = "No 12 of July") -> PageLayout:
    layout = make_layout(text)
    words = {word.text: word.bbox for word in layout.words()}
    block = replace(
        layout.blocks[0],
        disputes=(
            Dispute(words["12"], "12", "<b>13</b>"),
            Dispute(words["July"], "July", ""),
            Dispute((0, 0, 5, 5), "nowhere", "here"),
        ),
    )
    return replace(layout, blocks=(block,), flags=("disputed", "odd_thing"))


@pytest.fixture
def document(team: Team) -> Document:
    return make_document(team, pages=[disputed(), "plain"], flags=["disputed"])


def test_disputed_words_are_marked_in_the_text_and_on_the_image(
    browser: Client, document: Document, url: Url
) -> None:
    page = content(browser, url("change", document))

    assert page.count('class="dispute-place"') == 3
    assert page.count("<mark>") == 3
    text = page.partition('<p class="disputed-text')[2].partition("</p>")[0].partition(">")[2]
    seen = without_tags(re.sub(r'<span class="readings">.*?</button></span>', "", text))
    assert seen == "No 12 of July", "nothing parts the words"


def test_both_readings_are_told_to_who_looks_and_to_who_hears_escaped(
    browser: Client, document: Document, url: Url
) -> None:
    page = content(browser, url("change", document))

    assert "Disputed: “12”, the second reader read “&lt;b&gt;13&lt;/b&gt;”" in page
    assert "Disputed: “July”, the second reader found nothing here" in page
    assert "Also disputed here:" in page
    assert "<b>13</b>" not in page


def test_who_may_only_read_sees_them_and_can_take_nothing(
    reader_browser: Client, document: Document, url: Url
) -> None:
    page = content(reader_browser, url("change", document))

    assert page.count("<mark>") == 3
    assert 'class="button take"' not in page
    assert "<textarea" not in page
    assert page.count("plain") == 1


def test_a_page_says_what_to_look_at_and_the_document_which_pages(
    browser: Client, document: Document, url: Url
) -> None:
    page = content(browser, url("change", document))

    assert "Look at the marked words and choose the right reading of each." in page
    assert "odd thing" in page
    pages = page.partition('<nav class="flagged-pages"')[2].partition("</nav>")[0]
    assert re.findall(r">(\d+)</a>", pages) == ["1"]


def test_a_table_is_shown_as_one_and_runs_nothing(browser: Client, team: Team, url: Url) -> None:
    layout = make_layout("a\tb")
    html = '<table onclick="x()"><tr><td colspan=2 style="x">a<script>alert(1)</script>'
    block = replace(layout.blocks[0], label="table", html=html)
    document = make_document(team, pages=[replace(layout, blocks=(block,))])

    page = content(browser, url("change", document))

    assert '<table><tbody><tr><td colspan="2">a</td></tr></tbody></table>' in page
    assert "alert(1)" not in page


def test_a_picture_is_shown(browser: Client, team: Team, url: Url) -> None:
    document = make_document(team, pages=[layout_with_figure()])
    name = layout_with_figure(FIGURE).blocks[0].figure

    page = content(browser, url("change", document))

    assert f'src="/api/v1/documents/{document.id}/figures/{name}"' in page
    assert 'alt="Picture cut out of page 1"' in page


def test_a_name_that_is_no_figures_is_no_address(browser: Client, team: Team, url: Url) -> None:
    layout = layout_with_figure()
    block = replace(layout.blocks[0], figure="../../manifest.json")

    page = content(
        browser,
        url("change", make_document(team, pages=[replace(layout, blocks=(block,))])),
    )

    assert "manifest.json" not in page


def test_a_newer_reading_shows_how_it_differs_from_the_correction(
    browser: Client, reviewer: User, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["No 12 of July"])
    correct(document.id, 1, {"b0": "No 13 of July"}, revision=0, actor=reviewer)
    page = document.pages.get()
    page.current_reading = make_reading(page, "No 14 of July", run=2)
    page.save()

    shown = content(browser, url("change", document))
    offer = shown.partition('<p class="differences"')[2].partition("</p>")[0].partition(">")[2]

    assert without_tags(offer) == "No only here: 13 only in the other: 14 of July"
    assert "<del>" in offer and "<ins>" in offer


def test_an_earlier_reading_by_another_engine_can_be_compared(
    browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["No 12 of July"], run=2)
    make_reading(document.pages.get(), "No 13 of July", run=1, engine="paddleocr-vl")
    make_reading(document.pages.get(), "Nothing at all", run=0, engine="text-layer")
    address = url("readings", document, 1)

    assert address in content(browser, url("change", document))
    newest_other = without_tags(content(browser, address))
    asked = without_tags(content(browser, f"{address}?with=0"))

    assert "No only here: 12 only in the other: 13 of July" in newest_other
    assert "Nothing at all" in asked
    assert "Take the newer reading" not in newest_other


def test_the_newer_reading_is_accepted_where_it_is_compared(
    browser: Client, reviewer: User, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["Helo"])
    correct(document.id, 1, {"b0": "Hello"}, revision=0, actor=reviewer)
    page = document.pages.get()
    page.current_reading = make_reading(page, "Hullo", run=2)
    page.save()

    shown = content(browser, url("readings", document, 1))
    assert "Use the newer reading instead of the correction" in shown
    browser.post(url("accept", document, 1), {"revision": page.revision})

    layout = document.pages.get().layout
    assert layout is not None and layout.text == "Hullo"


def test_readings_are_for_the_team(stranger_browser: Client, document: Document, url: Url) -> None:
    answer = stranger_browser.get(url("readings", document, 1))

    assert answer.status_code == 302
    assert stranger_browser.get(url("readings", document, 9)).status_code == 302


def test_an_engine_is_chosen_among_those_that_there_are(
    browser: Client, document: Document, url: Url
) -> None:
    make_ocr_worker("tesseract", id="a:ocr:0")
    assert 'name="engine"' not in content(browser, url("change", document)), "there is no choice"
    make_ocr_worker("paddleocr-vl", id="a:ocr:1")

    assert '<option value="paddleocr-vl">PaddleOCR-VL</option>' in content(
        browser, url("change", document)
    )
    browser.post(url("verb", document, "read-again"), {"engine": "paddleocr-vl"})

    document.refresh_from_db()
    assert (document.requested_engine, document.run) == ("paddleocr-vl", 2)
    assert document.pages.get(number=1).readings.count() == 1
