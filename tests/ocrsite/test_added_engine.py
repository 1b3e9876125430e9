"""The engine that docs/engines.md shows, installed as it says: a site reads with it."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from uv import find_uv_bin

from tests.ocr_worker.claims import scan
from tests.ocrsite.running_site import ADMIN_PASSWORD, ROOT, Site, eventually, free_port, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

#: A file of the example: its name, and its text in the block that follows.
_FILE = re.compile(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def install_example(directory: Path) -> Path:
    """Build and install the package of the document; the place where it is."""
    text = (ROOT / "docs/engines.md").read_text(encoding="utf-8")
    files = dict(_FILE.findall(text))
    assert set(files) == {"pyproject.toml", "src/ocrsite_lines/__init__.py"}
    for name, content in files.items():
        path = directory / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    place = directory / "installed"
    subprocess.run(
        [
            find_uv_bin(), "pip", "install", "--offline", "--no-cache", "--no-deps",
            "--target", str(place), str(directory / "source"),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return place


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("added")
    with running(
        directory / "data",
        port=free_port(),
        OCRSITE_WORKERS="1",
        OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD,
        OCRSITE_ENGINE="lines",
        PYTHONPATH=os.pathsep.join((str(install_example(directory)), str(ROOT))),
    ) as site:
        site.wait_for_ocr_workers()
        site.log_in()
        yield site


def test_a_page_is_read_with_it_and_every_door_knows_it(site: Site, tmp_path: Path) -> None:
    assert site.health()["ocr_engine"]["name"] == "lines"  # type: ignore[index]

    content = scan(tmp_path / "scan.pdf").read_bytes()
    uploaded = site.upload("scan.pdf", content, engine="lines").json()
    where = f"/api/v1/documents/{uploaded['id']}"
    eventually(lambda: site.document(uploaded["id"])["status"] == "ready", 90, "the document")
    page = site.call(f"{where}/pages/1/").json()
    assert page["engine"] == "lines"
    assert page["engine_version"].startswith("ocrsite-lines 1.0 tesseract ")
    assert "supplier" in page["text"].casefold()
    words = [word for block in page["blocks"] for line in block["lines"] for word in line["words"]]
    assert all(0 < word["confidence"] <= 1 for word in words)
    found = site.call("/api/v1/documents/?engine=lines").json()["results"]
    assert [each["id"] for each in found] == [uploaded["id"]]
    browser = site.browser()
    browser.submit("/login/", username="admin", password=ADMIN_PASSWORD)
    assert '<option value="lines">' in browser.get(f"/documents/{uploaded['id']}/").text
    again = site.call(f"{where}/reprocess/", "POST", json={"engine": "lines"})
    assert again.status_code == 202
