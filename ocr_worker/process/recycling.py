"""When an OCR worker ends so that a new process takes its place.

Libraries that handle images and models rarely return all memory. Users of PaddleOCR-VL see its
process grow with every page. A process that ends between two pages loses no page; it costs only the
time to load the engine again.
"""

from __future__ import annotations

from ocr_worker.engines.base import Needs
from ocr_worker.memory import resident_bytes

MIB = 2**20


def find_recycling_reason(needs: Needs, pages: int) -> str | None:
    """Why a process that has started `pages` pages should end now, as a phrase for the log.

    None while it may go on.
    """
    if needs.pages is not None and pages >= needs.pages:
        return f"{pages} pages"
    if needs.rss_bytes is not None:
        used = resident_bytes()
        if used > needs.rss_bytes:
            return f"{used // MIB} MiB of memory, {needs.rss_bytes // MIB} allowed"
    return None
