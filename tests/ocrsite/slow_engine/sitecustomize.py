"""A reader whose engine takes long to load, as a large model does: Python runs this module at its
start where its directory is named by PYTHONPATH (tests/ocrsite/slow_engines.py).

The engine is the real one, and nothing in the product knows that its `load` is made slow here.
"""

import os
import sys
import time
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from ocr_worker.engines import Engine


def _slow_down() -> None:
    from ocr_worker.engines import select_engine

    create, seconds = select_engine.create_engine, float(os.environ["SLOW_ENGINE_SECONDS"])

    def create_slow(*asked: Any, **how: Any) -> "Engine":
        engine: Any = create(*asked, **how)
        load = engine.load

        def slowly() -> None:
            # The first time alone: who reads asks for what is loaded already.
            engine.load = load
            time.sleep(seconds)
            load()

        engine.load = slowly
        return cast("Engine", engine)

    select_engine.create_engine = create_slow


if "ocr" in sys.orig_argv:
    _slow_down()
