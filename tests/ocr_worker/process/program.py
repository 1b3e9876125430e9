"""A real reader or chores process on the suite's own database: `python -m` this module.

Its engine is a pretended one, its limit for a page may be short; all else is as `manage.py worker`
has it.
"""

from __future__ import annotations

import argparse
import time
import uuid

from ocrsite.environment import use_settings

PAGE_TAKES_SECONDS = 0.4
#: An engine that comes later is absent for so long.
BEGUN, ABSENT_SECONDS = time.monotonic(), 6.0
ENGINES = ("works", "hangs", "breaks-once", "absent", "comes-later", "never-loads")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("reader", "chores"))
    parser.add_argument("--slot", type=int, required=True)
    parser.add_argument("--life", type=uuid.UUID, required=True)
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

    from ocr_worker.process import base, engine_loading, reader
    from ocr_worker.process.chores import ChoresProcess

    base.BEAT_SECONDS = 0.5
    reader.PAGE_SECONDS = given.page_seconds
    reader.STAND_BACK_SECONDS = 0.2
    engine_loading.AGAIN_SECONDS = 0.5
    setattr(engine_loading, "create_engine", lambda *_: engine(given.engine))  # noqa: B010
    if given.kind == "reader":
        reader.ReaderProcess(given.slot, given.life).run()
    else:
        ChoresProcess(given.slot, given.life, sole=True).run()


def engine(how: str) -> object:
    from PIL import Image

    from documents.errors import EngineUnavailable
    from documents.layout import PageLayout
    from tests.ocr_worker.claims import Pretending

    class Engine(Pretending):
        def load(self) -> None:
            if how == "absent":
                raise EngineUnavailable("Install the language data.")
            if how == "comes-later" and time.monotonic() < BEGUN + ABSENT_SECONDS:
                raise EngineUnavailable("Install the language data.")
            if how == "never-loads":
                raise MemoryError("no room for the models")

        def read(
            self, image: Image.Image, *, dpi: float, language: str, seconds: float
        ) -> PageLayout:
            if how == "hangs":
                time.sleep(3600)
            if how == "breaks-once" and self.pages == 0:
                self.pages += 1
                raise ZeroDivisionError("division by zero")
            time.sleep(PAGE_TAKES_SECONDS)
            return super().read(image, dpi=dpi, language=language, seconds=seconds)

    return Engine()


if __name__ == "__main__":
    main()
