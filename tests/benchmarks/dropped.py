"""A folder of office files is dropped while scans are read: seconds until each is ready, memory.

    python -m tests.benchmarks.dropped [--files N] [--scans N] [--within SECONDS]
                                       [--chromium PICTURE]

Starts the site in a fresh data directory with two readers, uploads the scans and, once the first of
them is being read, N files of Word. With `--chromium` all of them lie in one folder that is dropped
on the page of a real browser; when its tray says that all are done, or time is over, the page is
saved as PICTURE. Seconds of a document are from its upload to its results.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import psutil
from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.processes import Repeatedly, held_by, part_of
from tests.benchmarks.product import (
    ENDED,
    Product,
    options,
    print_head,
    print_load,
    print_row,
    product,
)
from tests.chromium import FLAGS, NAMES
from tests.ocr_worker.files import ENGLISH, RUSSIAN, picture
from tests.ocrsite.running_site import ADMIN_PASSWORD


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--scans", type=int, default=20)
    parser.add_argument("--within", type=float, default=3600)
    parser.add_argument("--chromium", type=Path)
    given = parser.parse_args(arguments)
    print_load()
    with tempfile.TemporaryDirectory() as place, product() as site, Watch(site) as watch:
        folder = make_folder(Path(place), given.files, given.scans)
        if given.chromium:
            begun = time.time()
            drop(site, folder, given.chromium, given.files + given.scans, given.within)
        else:
            for path in sorted(folder.glob("*.png")):
                site.upload(path)
            while not any(d["status"] == "processing" for d in documents(site)):
                time.sleep(0.1)
            begun = time.time()
            for path in sorted(folder.glob("*.docx")):
                site.upload(path)
        wait(site, begun + given.within)
        report(documents(site), begun)
    print_head("process", "peak memory of one, MiB")
    for part, peak in sorted(watch.peaks.items()):
        print_row(part, round(peak / 2**20))
    print_load()
    return 0


def make_folder(place: Path, files: int, scans: int) -> Path:
    """`files` letters of one to three pages, and `scans` pictures of a page of print."""
    folder = place / "Входящие"
    folder.mkdir()
    for number in range(files):
        letter = docx.Document()
        letter.add_heading(f"Письмо № {number}", 1)
        for _ in range(4 * (1 + number % 3)):
            letter.add_paragraph(" ".join([*RUSSIAN, f"Номер {number}."]))
        table = letter.add_table(3, 3)
        for row in range(3):
            for column in range(3):
                table.cell(row, column).text = f"{number} {row} {column}"
        letter.save(str(folder / f"letter {number:03}.docx"))
    for number in range(scans):
        picture([f"Scan number {number}", *ENGLISH * 3]).save(folder / f"scan {number:03}.png")
    return folder


def drop(site: Product, folder: Path, target: Path, count: int, within: float) -> None:
    """Until the tray says that all are done; the page is saved as `target` in any case."""
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, NAMES)))
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page(locale="ru-RU")
        page.set_default_timeout(120_000)
        page.goto(site.site.url("/login/"))
        page.fill("[name=username]", "admin")
        page.fill("[name=password]", ADMIN_PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_selector(".rail")
        begun = time.monotonic()
        drop_folder(page, folder)
        summary = page.locator("[data-summary]")
        stored = False
        while time.monotonic() - begun < within:
            text = summary.text_content() or ""
            found = len(documents(site))
            if found == count and not stored:
                stored = True
                print(f"all {count} stored after {time.monotonic() - begun:.0f} s: {text!r}")
            if stored and re.findall(r"\d+", text) == [str(count)] * 2:  # done, of all
                print(f"the tray says {text!r} after {time.monotonic() - begun:.0f} s")
                break
            time.sleep(2)
        page.screenshot(path=target)
        browser.close()


def drop_folder(page: Page, folder: Path) -> None:
    """As a person drops it from the desktop: scripts can't make folders."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 300, "data": data})


def documents(site: Product) -> list[dict[str, Any]]:
    found, url = [], "/api/v1/documents/?page_size=100"
    while url:
        answer = site.get(url).json()
        found += answer["results"]
        url = answer["next"]
    return found


def wait(site: Product, until: float) -> None:
    while time.time() < until and any(d["status"] not in ENDED for d in documents(site)):
        time.sleep(2)


def report(found: list[dict[str, Any]], begun: float) -> None:
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in found:
        kinds[document["filename"].rpartition(".")[2]].append(document)
    print_head("kind", "documents", "states", "s until the last is ready", "s each, p50", "p95")
    for kind, mine in sorted(kinds.items()):
        states = Counter(
            f"{d['status']} {(d['error'] or {}).get('code', '')}".strip() for d in mine
        )
        said = ", ".join(f"{state} {count}" for state, count in states.most_common())
        ended = [d for d in mine if d["finished_at"]]
        took = sorted(moment(d["finished_at"]) - moment(d["created_at"]) for d in ended)
        last = max((moment(d["finished_at"]) for d in ended), default=begun)
        shares = [took[min(len(took) - 1, int(share * len(took)))] for share in (0.5, 0.95)]
        print_row(kind, len(mine), said, f"{last - begun:.0f}", *(f"{s:.0f}" for s in shares))


def moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Watch(Repeatedly):
    """The most that one process of each part has held, bytes; LibreOffice's, too."""

    def __init__(self, site: Product) -> None:
        super().__init__(self._measure, every=0.5)
        self.peaks: dict[str, int] = defaultdict(int)
        self._supervisor = psutil.Process(site.site.process.pid)

    def _measure(self) -> None:
        with contextlib.suppress(psutil.Error):
            for process in self._supervisor.children(recursive=True):
                with contextlib.suppress(psutil.Error, OSError, KeyError):
                    part, _ = part_of(process)
                    if "ocr_worker.conversion.child" in " ".join(process.cmdline()):
                        part = "LibreOffice, of one file"
                    if part:
                        _, highest = held_by(process.pid)
                        self.peaks[part] = max(self.peaks[part], highest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
