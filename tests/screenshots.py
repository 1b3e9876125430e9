"""Pictures of every page of people: desktop and phone, light and dark, English and Russian.

    python -m tests.screenshots DIRECTORY [--url http://... --password ...] [--few] [--only WORD]

Without `--url` a site is started, the samples beside the checkout are uploaded and read. `--few`
makes four of the eight pictures of each page; `--only` pages with the word in their address.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from playwright.sync_api import BrowserContext, sync_playwright

from tests.chromium import FLAGS, NAMES
from tests.ocrsite.running_site import ADMIN_PASSWORD, ROOT, Site, free_port

SAMPLES = ROOT.parent / "shared" / "samples" / "docs"
#: What is uploaded: some of each kind, quickly read.
CHOSEN = (
    "ru/ru-zakupki-71d88ddf.pdf",
    "ru/ru-zakupki-75324975-p1.pdf",
    "ru/ru-zakupki-543a857f-p2.pdf",
    "ru/ru-zakupki-515bf98f-p1.pdf",
    "ru/ru-dedoc-fstek17.pdf",
    "ru/ru-dedoc-mixed_pdf.pdf",
    "ru/ru-dedoc-vvp_6_tables.pdf",
    "ru/ru-dedoc-plat_por_png-1.png",
    "en/en-docs-einstein-roosevelt-letter.png",
    "en/en-invoice2data-azureinterior.pdf",
    "en/en-sroie-030.jpg",
    "en/en-docspell-letter-en.pdf",
)
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1366, "height": 768}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
LANGUAGES = {"en": "en-GB", "ru": "ru-RU"}
SCHEMES = ("light", "dark")
PAGES = (
    "/",
    "/documents/",
    "/documents/?layout=grid",
    "/search/",
    f"/search/?q={quote('договор')}",
    f"/search/?q={quote('ljujdjh')}",
    "/documents/{document}/",
    "/documents/{document}/?page=1&hit=" + quote("договор"),
    "/review/",
    "/review/{review}/",
    "/review/group/",
    "/review/rules/",
    "/team/",
    "/team/audit/",
    "/trash/",
    "/account/tokens/",
    "/nowhere/",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("--url")
    parser.add_argument("--password", default=ADMIN_PASSWORD)
    parser.add_argument("--few", action="store_true")
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    asked.directory.mkdir(parents=True, exist_ok=True)
    with _site(asked.url) as url:
        pages = [page for page in _fill_in(url, asked.password) if asked.only in page]
        path = next(filter(None, map(shutil.which, NAMES)))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
            for size, scheme, language in _variants(few=asked.few):
                context = browser.new_context(
                    base_url=url,
                    color_scheme=scheme,
                    locale=LANGUAGES[language],
                    timezone_id="Europe/Moscow",
                    **SIZES[size],
                )
                name = f"{size}-{scheme}-{language}"
                _shoot_all(context, asked.directory, name, pages, asked.password)
                context.close()
            browser.close()


def _variants(*, few: bool) -> Iterator[tuple[str, Any, str]]:
    for number, variant in enumerate(itertools.product(SIZES, SCHEMES, LANGUAGES)):
        # A light and a dark one of each size, both languages for each.
        if not few or number in (0, 3, 5, 6):
            yield variant


@contextmanager
def _site(url: str | None) -> Iterator[str]:
    if url:
        yield url
        return
    base = Path(tempfile.mkdtemp(prefix="ocrsite-pictures-"))
    site = Site(base / "data", free_port(), {"OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD})
    site.start()
    try:
        site.wait_for_ocr_workers()
        site.log_in()
        for name in CHOSEN:
            sample = SAMPLES / name
            site.upload(sample.name, sample.read_bytes(), tags=sample.name.split("-")[1])
        site.wait_until_read(within=900)
        time.sleep(3)  # the index follows
        yield site.url("")
    finally:
        site.destroy()
        shutil.rmtree(base, ignore_errors=True)


def _fill_in(url: str, password: str) -> list[str]:
    """PAGES with the ids of a document with hits and of one to be reviewed."""
    given = {"username": "admin", "password": password}
    token = requests.post(f"{url}/api/v1/auth/token/", json=given, timeout=30).json()["token"]

    def first(path: str) -> str:
        headers = {"Authorization": f"Token {token}"}
        results = requests.get(f"{url}{path}", headers=headers, timeout=30).json()["results"]
        return str((results[0].get("document") or results[0])["id"]) if results else ""

    found = first(f"/api/v1/search/?q={quote('договор')}") or first("/api/v1/documents/")
    flagged = first("/api/v1/documents/?review_status=unreviewed&flag=low_confidence") or found
    return [page.format(document=found, review=flagged) for page in PAGES]


def _shoot_all(
    context: BrowserContext, directory: Path, name: str, pages: list[str], password: str
) -> None:
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"{name} {page.url}: {error}"))
    page.goto("/login/")
    page.screenshot(path=directory / f"log-in-{name}.png")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", password)
    page.click("main button")
    page.wait_for_load_state("networkidle")
    page.context.request.post("/setup/end/")
    for number, address in enumerate(pages):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(400)
        slug = address.partition("?")[0].strip("/").replace("/", "-") or "inbox"
        page.screenshot(path=directory / f"{number:02d}-{slug[:20]}-{name}.png")


if __name__ == "__main__":
    main()
