"""A whole site with the batched recogniser, on the processor and with small models."""

from __future__ import annotations

import contextlib
import io
from itertools import product
from pathlib import Path
from typing import Any

import psutil

from tests.ocr_worker.files import ENGLISH, picture
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, free_port
from tests.paddle import standin
from tests.paddle.standin.language import ANSWERS
from tests.paddle.standin.layout import BOXES, Boxes

#: Of each document that `scan` makes.
PAGES = 6

#: In the command lines of the two processes that read pages together.
RECOGNISER, READER = "ocr_worker.vlm.serve", "worker ocr"

#: Long enough to be killed in the middle of it, and nothing that an endless repetition looks like.
WORDS = ["".join(letters) for letters in product("bdkmprst", "aeiou", "lnvz")][::-1]
SENTENCE = " ".join(("Long", *WORDS))


def make_site(directory: Path, boxes: Boxes = BOXES) -> Site:
    """Not started. Each text of its pages is `SENTENCE`."""
    from tests.paddle.conftest import VERSION  # asks for paddleocr, which not every caller has yet

    said = ("Long", *(f"▁{word}" for word in WORDS))
    answers = {**ANSWERS, "ocr": said}
    models = standin.build(directory / "models", VERSION, answers=answers, boxes=boxes)
    return Site(
        directory / "data",
        free_port(),
        {
            "OCRSITE_ENGINE": "paddleocr-vl",
            "OCRSITE_RECOGNISER": "batched",
            "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD,
            "OCRSITE_WORKERS": "1",
            "PADDLE_PDX_CACHE_HOME": str(models),
            "DJANGO_SETTINGS_MODULE": "tests.paddle.settings",
        },
    )


def scan(number: int) -> bytes:
    """A PDF of `PAGES` pictures of print; another one for each number."""
    pages = [
        picture(ENGLISH[page % 3 :], width=620 + 4 * (PAGES * number + page), height=877)
        for page in range(PAGES)
    ]
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=75)
    return buffer.getvalue()


def find(site: Site, name: str) -> psutil.Process | None:
    """The site's process with `name` in its command line."""
    for process in psutil.Process(site.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if name in " ".join(process.cmdline()):
                return process
    return None


def running_pages(site: Site) -> int:
    [(count,)] = site.rows("select count(*) from documents_page where status = 'running'")
    return int(count)


def texts(site: Site, document: str) -> list[Any]:
    """Of each page's blocks."""
    result = site.call(f"/api/v1/documents/{document}/result.json").json()
    return [[block["text"] for block in page["blocks"]] for page in result["pages"]]
