"""What a language model repeats without end is cut; what print repeats stays."""

from __future__ import annotations

import json
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_worker.repetition import cut_repetition

BEGIN = "Договор поставки № 12 от 3 мая. "

LOOPS = {
    "a letter": ("а" * 500, "а"),
    "a digit": ("0" * 400, "0"),
    "a syllable": ("ха" * 200, "ха"),
    "a word": ("the " * 300, "the"),
    "a phrase": ("и в связи с этим " * 60, "и в связи с этим"),
    "a phrase broken off": ("и в связи с этим " * 60 + "и в св", "и в связи с этим"),
    "a line": ("Итого по разделу за весь год\n" * 40, "Итого по разделу за весь год"),
    "an ideogram": ("哈" * 300, "哈"),
    "dots": ("." * 4000, "."),
    "numbers that grow": (" ".join(f"{n}." for n in range(1, 400)), "1"),
    "a word and a number": (" ".join(f"item {n}" for n in range(12, 200)), "item 12"),
    "numbers that fall": (" ".join(f"шаг {n}," for n in range(300, 100, -1)), "шаг 300,"),
    "a formula": ("$$ x" + " \\quad" * 300 + " $$", "$$ x \\quad"),
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_is_cut_after_its_first_round(loop: str) -> None:
    endless, once = LOOPS[loop]

    text, cut = cut_repetition(BEGIN + endless)

    assert cut
    assert text == BEGIN + once


class Balance(HTMLParser):
    """Notes the tags that are open at the end, and ends of what is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


ROW = "<tr><td>Болт М6 оцинкованный</td><td>шт по ГОСТ</td><td>10</td></tr>"
TABLES = {
    "rows": "<tr><td>№</td></tr>" + ROW * 60,
    "rows, broken off": "<tr><td>№</td></tr>" + ROW * 60 + "<tr><td>Болт М6 оц",
    "rows, closed": "<tr><td>№</td></tr>" + ROW * 60 + "</table>",
    "rows with a number": "".join(
        f"<tr><td>{n}</td><td>Болт М6 оцинкованный по ГОСТ</td></tr>" for n in range(1, 80)
    ),
    "words in a cell": "<tr><td>Болт</td><td>" + "не применимо для " * 80 + "</td></tr></table>",
    "empty cells": "<tr>" + "<td></td>" * 1500,
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_looping_table_ends_between_tags_that_can_be_closed(kind: str) -> None:
    text, cut = cut_repetition("<table>" + TABLES[kind])

    assert cut
    assert len(text) < 150
    html = Balance()
    html.feed(text)
    html.close()
    assert html.open[:1] == ["table"], "nothing was closed that was not open"
    assert "<" not in "".join(html.text), "no half of a tag is left as text"


HONEST = {
    "a column of zeros": "0,00\n" * 60,
    "a table of zeros": "<table>" + ("<tr>" + "<td>0,00</td>" * 10 + "</tr>") * 50 + "</table>",
    "a table of one word": "<table>" + ("<tr>" + "<td>нет</td>" * 6 + "</tr>") * 40 + "</table>",
    "an empty form": "<table>" + ("<tr>" + "<td></td>" * 10 + "</tr>") * 30 + "</table>",
    "a column of one word": "нет\n" * 60,
    "a dotted leader": "Введение " + "." * 120 + " 5",
    "contents": "\n".join(f"Глава {n} {'.' * 80} {n * 3}" for n in range(1, 40)),
    "a leader and nothing after it": "Подпись " + "." * 150,
    "a refrain": "Эй, ухнем! " * 4,
    "rows of dashes": "—\n" * 60,
    "lines to write on": ("_" * 80 + "\n") * 30,
    "line numbers": "\n".join(str(n) for n in range(1, 61)),
    "days of a month": " ".join(str(n) for n in range(1, 32)),
    "a list": "\n".join(f"{n}. Приложение {n}" for n in range(1, 31)),
    "numbered rows": "<table>"
    + "".join(f"<tr><td>{n}</td><td>{n * 7 % 13} руб.</td></tr>" for n in range(60))
    + "</table>",
    "a short text": "да да да",
    "nothing": "",
}


@pytest.mark.parametrize("kind", HONEST)
def test_what_print_repeats_stays(kind: str) -> None:
    text = BEGIN + HONEST[kind]

    assert cut_repetition(text) == (text, False)


@pytest.mark.shared
def test_no_true_text_and_no_real_reading_is_cut(shared: Path) -> None:
    samples = shared / "samples"
    texts = [path.read_text(encoding="utf-8") for path in (samples / "gt").glob("*.txt")]
    for path in (samples / "paddleocr-vl").rglob("*res.json"):
        page = json.loads(path.read_text(encoding="utf-8"))
        blocks = page.get("res", page).get("parsing_res_list") or []
        texts += [block["block_content"] for block in blocks]

    assert len(texts) > 100
    assert [text[:80] for text in texts if cut_repetition(text)[1]] == []


@pytest.mark.parametrize(
    "text",
    [
        "a" * 50_000 + "b" * 50_000,
        "ab " * 33_000,
        "1 2 3 " * 16_000,
        ". " * 50_000,
        "<td>" * 25_000,
        "".join(chr(97 + n * n * 7919 % 26) for n in range(100_000)),
        "0" * 1_000_000,
    ],
    ids=range(7),
)
def test_a_long_text_takes_no_time(text: str) -> None:
    started_at = time.process_time()
    cut_repetition(text)

    assert time.process_time() - started_at < 3


@given(st.text(alphabet="ab1 \n<>.$", max_size=300))
def test_what_is_left_is_the_beginning_of_what_was_there(text: str) -> None:
    left, cut = cut_repetition(text)

    assert text.startswith(left)
    assert cut or left == text
