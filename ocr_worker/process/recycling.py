"""When a reader process has done enough and is to be followed by a new one.

A library that handles pictures and models rarely gives back all it took. Users of PaddleOCR-VL see
it grow with every page. A process that ends between two pages costs nobody a page, only the time
to load its engine again.
"""

from __future__ import annotations

from ocr_worker.engines.base import Needs
from ocr_worker.memory import resident_bytes

MIB = 2**20


def find_recycling_reason(needs: Needs, pages: int) -> str | None:
    """Why the process should end now, having begun so many pages: a phrase for the log. None while
    it may go on."""
    if needs.pages is not None and pages >= needs.pages:
        return f"{pages} pages"
    if needs.rss_bytes is not None:
        taken = resident_bytes()
        if taken > needs.rss_bytes:
            return f"{taken // MIB} MiB of memory, {needs.rss_bytes // MIB} allowed"
    return None
