"""What makes a site's engine slow to load, without a word of it in the product."""

from __future__ import annotations

import os
from pathlib import Path

from tests.ocrsite.running_site import ROOT


def slow_engine(seconds: float) -> dict[str, str]:
    """Variables of a site whose readers load their engine for so long (see `slow_engine/`)."""
    directory = Path(__file__).with_name("slow_engine")
    return {
        "PYTHONPATH": os.pathsep.join((str(directory), str(ROOT))),
        "SLOW_ENGINE_SECONDS": str(seconds),
    }
