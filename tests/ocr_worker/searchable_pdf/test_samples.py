"""Real documents: what two libraries take out of the PDF is what was read, on its ink."""

from __future__ import annotations

import io
import re
import statistics
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pikepdf
import pytest
from PIL import Image

from documents.files.sniff import sniff
from documents.text.page_layout import Box, PageLayout
from ocr_worker.engines import Engine
from ocr_worker.reading import TEXT_LAYER, read_page
from ocr_worker.rendering import Renderer
from ocr_worker.searchable_pdf.make import write_searchable_pdf
from ocr_worker.searchable_pdf.overlay import has_recognised_words
from ocr_worker.searchable_pdf.source import ADD, KEEP, REPLACE, PageText, Source
from tests.ocr_worker.searchable_pdf.making import is_sound, text_by_pdfium, text_by_poppler

pytestmark = [
    pytest.mark.long,
    pytest.mark.shared,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

DOCUMENTS = (
    # Scans: a photograph of a page, one on its side, several pages, askew, in black and white.
    "ru/ru-dedoc-example.jpg", "ru/ru-dedoc-orient_1.png", "en/en-ocrmypdf-skew.pdf",
    "en/en-paperless-ngx-multi-page-images-2.tif", "en/en-docling-ocr_test_rotated_90.pdf",
    "en/en-ocrmypdf-ccitt.pdf", "en/en-sroie-030.jpg",
    # Layers: none of which is believed, one that is, pages with and without, tables.
    "ru/ru-zakupki-515bf98f-p1.pdf", "en/en-unstructured-fake-memo.pdf",
    "ru/ru-dedoc-mixed_pdf.pdf", "ru/ru-dedoc-vvp_6_tables.pdf",
)  # fmt: skip

#: A hyphen at the end of a line, as each library has it.
_HYPHEN = re.compile("[-\u00ad\ufffe\x02]\\s*")

#: By document: the size of its PDF, as a share of the original's.
sizes: dict[str, float] = {}


def words_of(text: str) -> list[str]:
    return _HYPHEN.sub("", text.replace("\r", "")).split()


def common_share(one: Sequence[str], other: Sequence[str]) -> float:
    if not one and not other:
        return 1.0
    shared = Counter(one) & Counter(other)
    return 2 * sum(shared.values()) / (len(one) + len(other))


def found_places(path: Path) -> list[dict[str, list[Box]]]:
    """By page: where poppler finds each word, as shares of the page's width and height."""
    done = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True)
    root = ElementTree.fromstring(re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"", done.stdout))
    pages = [each for each in root.iter() if each.tag.endswith("page")]
    found: list[dict[str, list[Box]]] = []
    with pikepdf.open(path) as pdf:
        for page, element in zip(pdf.pages, pages, strict=True):
            size = [float(element.get(name, 1)) for name in ("width", "height")]
            if int(page.obj.get("/Rotate", 0)) % 180:
                size.reverse()
            places: dict[str, list[Box]] = {}
            for word in element:
                x0, y0, x1, y1 = (float(word.get(n, 0)) for n in ("xMin", "yMin", "xMax", "yMax"))
                box = (x0 / size[0], y0 / size[1], x1 / size[0], y1 / size[1])
                places.setdefault(word.text or "", []).append(box)
            found.append(places)
    return found


def covered_words(layout: PageLayout, image: bytes, places: dict[str, list[Box]]) -> list[bool]:
    """For each word with ink: whether the box that poppler finds has 0.8 of it."""
    with Image.open(io.BytesIO(image)) as opened:
        dark = opened.convert("L").point(lambda value: 255 if value < 128 else 0)
    outcome = []
    for word in layout.words():
        x0, y0, x1, y1 = word.bbox
        ink = dark.crop((round(x0), round(y0), round(x1), round(y1))).histogram()[255]
        if ink < 20:
            continue
        boxes = [
            (a * dark.width, b * dark.height, c * dark.width, d * dark.height)
            for a, b, c, d in places.get(word.text, [])
        ]
        if not boxes:
            outcome.append(False)
            continue
        box = min(boxes, key=lambda each: abs(each[0] - x0) + abs(each[3] - y1))
        inner = (
            round(max(box[0], x0)), round(max(box[1], y0)),
            round(min(box[2], x1)), round(min(box[3], y1)),
        )  # fmt: skip
        has_area = inner[2] > inner[0] and inner[3] > inner[1]
        covered = dark.crop(inner).histogram()[255] if has_area else 0
        outcome.append(covered >= 0.8 * ink)
    return outcome


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_text_and_its_places_are_what_was_read(
    renderer: Renderer, engine: Engine, shared: Path, tmp_path: Path, name: str
) -> None:
    path = shared / "samples" / "docs" / name
    kind = sniff(path.read_bytes()[:4096]).mime_type
    readings = [
        read_page(renderer, engine, path, kind, number)
        for number in range(1, renderer.count_pages(path, kind) + 1)
    ]
    pages = []
    for number, reading in enumerate(readings, start=1):
        own = REPLACE
        if reading.engine == TEXT_LAYER:
            own = ADD if has_recognised_words(reading.layout) else KEEP
        pages.append(PageText(number, reading.layout, own))
    made = tmp_path / "made.pdf"

    with made.open("wb") as file:
        write_searchable_pdf(renderer, Source(path, kind, pages, title=path.stem), file)

    sizes[name] = made.stat().st_size / path.stat().st_size
    assert is_sound(made)
    wanted = words_of("\n".join(reading.layout.text for reading in readings))
    assert common_share(wanted, words_of(text_by_pdfium(made))) > 0.99
    assert common_share(wanted, words_of(text_by_poppler(made))) > 0.985
    covered: list[bool] = []
    for page, places in zip(pages, found_places(made), strict=True):
        if page.own == REPLACE and page.layout is not None:
            image = renderer.render_page_image(
                path, kind, page.number, rotation=page.layout.rotation
            )
            covered += covered_words(page.layout, image.data, places)
    assert not covered or statistics.fmean(covered) > 0.96


def test_they_are_about_as_large_as_their_originals() -> None:
    if len(sizes) < len(DOCUMENTS):
        pytest.skip("only with all of them")

    assert statistics.median(sizes.values()) <= 1.1
