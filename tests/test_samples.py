"""A handful of real documents through a real site: one of every kind that is awkward."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, running

pytestmark = [
    pytest.mark.long,
    pytest.mark.shared,
    pytest.mark.chaos,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

CYRILLIC, LETTER = re.compile("[а-яё]", re.IGNORECASE), re.compile(r"[^\W\d_]")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("samples") / "data"
    with running(data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD) as site:
        site.wait_for_ocr_workers()
        site.log_in()
        yield site


def read(site: Site, path: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The document and its pages, once it is ready."""
    sent = site.upload(path.name, path.read_bytes())
    assert sent.status_code == 201, sent.text

    def over() -> dict[str, Any] | None:
        found = site.document(sent.json()["id"])
        return found if found["status"] not in ("queued", "processing") else None

    document = eventually(over, 200, path.name)
    assert (document["status"], document["error"]) == ("ready", None)
    result = site.call(f"/api/v1/documents/{document['id']}/result.json").json()
    return document, result["pages"]


def test_a_gibberish_layer_is_not_believed(site: Site, shared: Path) -> None:
    document, [page] = read(site, shared / "samples/docs/ru/ru-zakupki-515bf98f-p1.pdf")

    letters = LETTER.findall(page["text"])
    assert document["engine"] == "tesseract"
    assert len(letters) > 200
    assert len([x for x in letters if CYRILLIC.match(x)]) >= 0.9 * len(letters)


def test_a_born_digital_file_is_read_from_its_layer(site: Site, shared: Path) -> None:
    document, pages = read(site, shared / "samples/docs/en/en-pdf.js-tracemonkey.pdf")

    assert document["engine"] == "text-layer"
    assert len(pages) == 14
    assert "Trace-based" in pages[0]["text"]


def test_a_scan_on_its_side_is_read_upright(site: Site, shared: Path) -> None:
    _, [page] = read(site, shared / "samples/docs/en/en-test-phototest-rotated-r.png")

    assert page["rotation"] in (90, 270)
    assert "quick brown" in page["text"]


def test_every_page_of_a_tiff_is_read(site: Site, shared: Path) -> None:
    _, pages = read(site, shared / "samples/docs/en/en-paperless-ngx-multi-page-images-2.tif")

    assert [page["number"] for page in pages] == list(range(1, len(pages) + 1))
    assert len(pages) > 1
    assert all(page["text"] for page in pages)


def test_a_blank_page_is_ready_and_empty(site: Site, shared: Path) -> None:
    _, pages = read(site, shared / "samples/docs/en/en-ocrmypdf-blank.pdf")

    assert [page["text"] for page in pages] == [""] * len(pages)


def test_pictures_of_phones_are_read(site: Site, shared: Path) -> None:
    files = sorted((shared / "hostile/exif-rotation").iterdir())
    assert files

    for path in files:
        _, pages = read(site, path)
        assert len(pages) == 1


def test_the_files_of_an_archive_become_documents(site: Site, shared: Path) -> None:
    path = shared / "hostile/archive/letters.zip"

    container = site.upload(path.name, path.read_bytes()).json()

    def held() -> list[dict[str, Any]]:
        found = site.call(f"/api/v1/documents/{container['id']}/members/").json()
        return list(found["results"])

    eventually(lambda: site.document(container["id"])["status"] == "ready", 60, "it is unpacked")
    assert {(member["path"], member["outcome"]) for member in held()} == {
        ("letter-de.pdf", "created"),
        ("letter-en.txt", "created"),
    }
