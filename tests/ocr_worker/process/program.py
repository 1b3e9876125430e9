"""A real OCR or background worker on the suite's own database: `python -m` this module.

Its engine is a pretended one, its limit for a page may be short; all else is as `manage.py worker`
has it.
"""

from __future__ import annotations

import argparse
import os
import signal
import threading
import time
import uuid
from pathlib import Path

from ocrsite.environment import use_settings

PAGE_TAKES_SECONDS = 0.4
#: The pages that an engine is given at the same time that can read several.
ABREAST = 4
MIB = 2**20
#: The same for the engine that reads a page once the test gives a ticket for one. It asks for
#: tickets in a named pipe of the data directory, and gets them in another.
IN_FLIGHT = 16
ARRIVALS, TICKETS = "arrivals", "tickets"
#: An engine that comes later is absent until the data directory has this file.
INSTALLED = "engine-installed"
ENGINES = (
    "works", "hangs", "breaks-once", "absent", "comes-later", "never-loads", "grows", "dies",
    "abreast", "one-hangs", "all-hang", "abreast-for-six-pages", "dies-of-one",
    "by-ticket",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("ocr", "background"))
    parser.add_argument("--slot", type=int, required=True)
    parser.add_argument("--start-id", type=uuid.UUID, required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--media", required=True)
    parser.add_argument("--engine", choices=ENGINES)
    parser.add_argument("--page-seconds", type=float, default=600)
    given = parser.parse_args()

    use_settings()
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    connection.settings_dict["NAME"] = given.database
    settings.MEDIA_ROOT = given.media

    from ocr_worker.process import base, engine_loading
    from ocr_worker.process import ocr as ocr_process
    from ocr_worker.process.background import BackgroundProcess

    base.HEARTBEAT_SECONDS = 0.5
    setattr(ocr_process, "page_time_limit", lambda _: given.page_seconds)  # noqa: B010
    ocr_process.STAND_BACK_SECONDS = 0.2
    engine_loading.RETRY_SECONDS = 0.5
    setattr(ocr_process, "load_engine", lambda *_, **__: loaded(given.engine))  # noqa: B010
    if given.kind == "ocr":
        ocr_process.OcrProcess(given.slot, given.start_id).run()
    else:
        BackgroundProcess(given.slot, given.start_id, sole=True).run()


def loaded(how: str) -> object:
    from PIL import Image

    from documents.errors import EngineUnavailable
    from documents.text.page_layout import PageLayout
    from ocr_worker.engines.base import Needs
    from ocr_worker.engines.select_engine import LoadedEngine
    from ocr_worker.memory import resident_bytes
    from tests.ocr_worker.claims import Pretending

    class Engine(Pretending):
        taken: list[bytes] = []
        if how == "grows":
            needs = Needs(rss_bytes=resident_bytes() + 250 * MIB)
        if how in ("abreast", "one-hangs", "all-hang", "dies-of-one"):
            needs = Needs(pages_in_flight=ABREAST)
        if how == "abreast-for-six-pages":
            needs = Needs(pages_in_flight=ABREAST, pages=6)
        if how == "by-ticket":
            needs = Needs(pages_in_flight=IN_FLIGHT)
            arrivals, tickets = (
                os.open(Path(os.environ["OCRSITE_DATA_DIR"], name), os.O_RDWR)
                for name in (ARRIVALS, TICKETS)
            )
        all_here = threading.Barrier(ABREAST)
        hangs = threading.Lock()

        def load(self) -> None:
            if how == "absent":
                raise EngineUnavailable("Install the language data.")
            if (
                how == "comes-later"
                and not Path(os.environ["OCRSITE_DATA_DIR"], INSTALLED).exists()
            ):
                raise EngineUnavailable("Install the language data.")
            if how == "never-loads":
                raise MemoryError("no room for the models")

        def read(
            self, image: Image.Image, *, dpi: float, language: str, seconds: float
        ) -> PageLayout:
            if how in ("hangs", "all-hang") or (how == "one-hangs" and self.hangs.acquire(False)):
                time.sleep(3600)
            if how == "by-ticket":
                os.write(self.arrivals, b".")
                os.read(self.tickets, 1)  # whoever asked first is answered first
                return super().read(image, dpi=dpi, language=language, seconds=seconds)
            if how == "abreast":
                self.all_here.wait(30)  # fails unless so many pages are read at once
            if how == "breaks-once" and self.pages == 0:
                self.pages += 1
                raise ZeroDivisionError("division by zero")
            if how == "dies-of-one":  # of a page that lies on its side, and others are in flight
                time.sleep(1.0 if image.width > image.height else 1.5)
            if how == "dies" or (how == "dies-of-one" and image.width > image.height):
                os.kill(os.getpid(), signal.SIGKILL)
            if how == "grows":
                self.taken.append(b"\1" * 100 * MIB)  # pages of it that are really there
                return super().read(image, dpi=dpi, language=language, seconds=seconds)
            time.sleep(PAGE_TAKES_SECONDS)
            return super().read(image, dpi=dpi, language=language, seconds=seconds)

    engine = Engine()
    engine.load()
    return LoadedEngine(engine)


if __name__ == "__main__":
    main()
