"""PaddleOCR-VL in the real site: from an upload to `result.json`, and a stop on request."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image, ImageDraw

from tests.busy import allow
from tests.ocrsite.running_site import ADMIN_PASSWORD, ROOT, Site, eventually, free_port

# The suites may be at work beside these: what is waited for is bounded, not measured.
pytestmark = pytest.mark.timeout(400)

SCHEMA = ROOT / "documents" / "exports" / "result.schema.json"


@pytest.fixture(scope="module")
def site(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(
        tmp_path_factory.mktemp("site") / "data",
        free_port(),
        {
            "OCRSITE_ENGINE": "paddleocr-vl",
            "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "OCRSITE_WORKERS": "1",
            "PADDLE_PDX_CACHE_HOME": str(models),
            "DJANGO_SETTINGS_MODULE": "tests.paddle.settings",
        },
    )
    site.start()
    try:
        site.wait_for_bootstrap()
        site.log_in()
        yield site
    finally:
        site.process.kill()
        site.process.wait(20)


def three_pages() -> bytes:
    """A scan: print, nothing, print."""
    pages = []
    for number in range(3):
        page = Image.new("RGB", (620, 877), "white")
        if number != 1:
            draw = ImageDraw.Draw(page)
            for line in range(12):
                draw.text((70, 80 + 30 * line), f"Page {number + 1} line {line + 1}", "black")
        pages.append(page)
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=75)
    return buffer.getvalue()


def finished(site: Site, document: str) -> dict[str, Any]:
    def over() -> dict[str, Any] | None:
        found = site.document(document)
        return found if found["status"] in ("ready", "partial", "failed") else None

    return dict(eventually(over, 300, "the document"))


def test_health_says_that_the_engine_loads_then_that_it_is_ready(site: Site) -> None:
    states: list[str] = []

    def ready() -> bool:
        health = site.health()
        if health is not None:
            states.append(health["ocr_engine"]["state"])
        return states[-1:] == ["ready"]

    eventually(ready, 240, "an engine")
    assert set(states) <= {"loading", "ready"}
    health = site.wait_for_health()
    assert health["ocr_engine"] == {"name": "paddleocr-vl", "state": "ready"}
    assert health["status"] == "healthy"


def test_a_scan_of_three_pages_becomes_a_result(site: Site) -> None:
    uploaded = site.upload("скан.x.bin.pdf", three_pages(), ocr="always").json()

    document = finished(site, uploaded["id"])

    assert (document["status"], document["engine"]) == ("ready", "paddleocr-vl")
    result = site.call(f"/api/v1/documents/{document['id']}/result.json").json()
    jsonschema.validate(result, json.loads(SCHEMA.read_text()))
    first, blank, third = result["pages"]
    assert blank["blocks"] == []
    for page in (first, third):
        # The small models do not see all the print of the page: what they leave is read by itself,
        # and gives further blocks.
        blocks = page["blocks"]
        assert any(block["html"].startswith("<table>") for block in blocks)
        assert "$$\nE=mc^2\n$$" in page["markdown"]
        assert "Sample text of a block." in [block["text"] for block in blocks]
        figure = next(block["figure"] for block in blocks if block["figure"])
        answer = site.call(f"/api/v1/documents/{document['id']}/figures/{figure}")
        assert answer.headers["Content-Type"] == "image/webp"
        assert Image.open(io.BytesIO(answer.content)).size[0] > 100


def test_what_the_second_reader_does_not_confirm_is_flagged_for_review(site: Site) -> None:
    uploaded = site.upload("scan.pdf", three_pages() + b"\n%\n", ocr="always").json()
    finished(site, uploaded["id"])

    page = site.call(f"/api/v1/documents/{uploaded['id']}/pages/1/").json()

    # The model recites; Tesseract reads what is printed.
    assert "disputed" in page["flags"] or "low_confidence" in page["flags"]


def test_a_stop_on_request_ends_it_at_once_although_paddle_wants_the_signal(site: Site) -> None:
    started_at = time.monotonic()

    site.process.terminate()

    assert site.process.wait(120) == 0
    assert time.monotonic() - started_at < allow(10)
    assert "Aborted" not in site.log
    assert "Termination signal is detected" not in site.log
