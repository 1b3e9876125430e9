"""The whole site with the batched recogniser, whose processes are killed while pages are read."""

from __future__ import annotations

import contextlib
import io
import os
import random
import time
from collections.abc import Iterator
from itertools import product
from typing import Any

import psutil
import pytest

from tests.ocr_worker.files import ENGLISH, picture
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, free_port
from tests.paddle import standin
from tests.paddle.conftest import VERSION, require_pytorch
from tests.paddle.standin.language import ANSWERS

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.chaos,
    pytest.mark.skipif(
        VERSION != "v1.6", reason="once is enough: the seam is tested for each line"
    ),
]

#: By hand, 50: then it takes some minutes.
KILLS = int(os.environ.get("OCRSITE_TEST_KILLS", "3"))
PAGES, DOCUMENTS = 6, 2

#: Long enough to be killed in the middle of it, and nothing that an endless repetition looks like.
WORDS = ["".join(letters) for letters in product("bdkmprst", "aeiou", "lnvz")][::-1]
SENTENCE = ("Long", *(f"▁{word}" for word in WORDS))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    require_pytorch()
    directory = tmp_path_factory.mktemp("site")
    models = standin.build(directory / "models", VERSION, answers={**ANSWERS, "ocr": SENTENCE})
    site = Site(
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
    site.start()
    try:
        site.wait_for_bootstrap()
        site.log_in()
        site.wait_for_ocr_workers(300)
        yield site
    finally:
        site.process.kill()
        site.process.wait(20)


def scan(number: int) -> bytes:
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
    result = site.call(f"/api/v1/documents/{document}/result.json").json()
    return [[block["text"] for block in page["blocks"]] for page in result["pages"]]


def test_no_page_is_lost_or_read_twice_whatever_is_killed(site: Site) -> None:
    chance = random.Random(3)
    documents = [
        site.upload(f"scan{number}.pdf", scan(number), ocr="always").json()["id"]
        for number in range(DOCUMENTS)
    ]
    for kill in range(KILLS):
        victim = "worker ocr" if kill % 3 == 2 else "ocr_worker.vlm.serve"
        eventually(lambda: running_pages(site) > 1, 120, "pages in flight")
        process = eventually(lambda what=victim: find(site, what), 120, victim)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 1.5))
        process.kill()
        if all(site.document(each)["status"] == "ready" for each in documents):
            break

    for document in documents:
        eventually(
            lambda each=document: site.document(each)["status"] == "ready",  # type: ignore[misc]
            300,
            "every page",
        )
    readings = site.rows("select page_id, count(*) from documents_reading group by page_id")
    assert sorted(count for _, count in readings) == [1] * PAGES * DOCUMENTS
    versions = site.rows("select distinct engine_version from documents_reading")
    assert all(" batched + " in version for (version,) in versions), versions
    for document in documents:
        for page in texts(site, document):
            assert " ".join(("Long", *WORDS)) in page


def test_a_stop_gives_all_pages_in_flight_back(site: Site) -> None:
    for number in range(DOCUMENTS, 2 * DOCUMENTS):
        site.upload(f"scan{number}.pdf", scan(number), ocr="always")
    eventually(lambda: running_pages(site) > 3, 120, "pages in flight")
    recogniser = find(site, "ocr_worker.vlm.serve")
    assert recogniser is not None
    recogniser.suspend()  # no page ends by itself

    seconds = site.stop(within=20)

    assert seconds < 10
    assert running_pages(site) == 0
    attempts = site.rows("select distinct attempts from documents_page where status = 'pending'")
    assert attempts == [(0,)]
    assert not recogniser.is_running()
