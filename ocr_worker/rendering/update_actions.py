"""The actions of the child on the objects of the open PDF, for an update that is appended to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from .pdf_update import PdfUpdate, rebuild_whole

Answer = tuple[dict[str, Any], bytes]


class UpdateActions:
    """`get_file`: the open file and its MIME type. `count_letters`: those that a page has of its
    own. What is read of the PDF is kept until `close`. Raises ReadingError."""

    def __init__(
        self, get_file: Callable[[], tuple[BinaryIO, str]], count_letters: Callable[[int], int]
    ) -> None:
        self._get_file = get_file
        self._count_letters = count_letters
        self._opened: PdfUpdate | None = None
        self.actions: dict[str, Callable[..., Answer]] = {
            "update_facts": self.update_facts,
            "rebuild": self.rebuild,
            "page_place": self.page_place,
            "catalog": self.catalog,
            "producer": self.producer,
            "page_update": self.page_update,
        }

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened = None

    def update_facts(self) -> Answer:
        return self._pdf.facts(), b""

    def rebuild(self, numbers: list[int] | None) -> Answer:
        return {}, rebuild_whole(self._get_file()[0], numbers)

    def catalog(self, entries: str) -> Answer:
        return self._pdf.describe_catalog(entries)

    def producer(self, system: str) -> Answer:
        return self._pdf.describe_producer(system)

    def page_place(self, number: int) -> Answer:
        """Also whether the page has text of its own (`letters`)."""
        place = self._pdf.describe_page(number)
        return place | {"letters": self._count_letters(number)}, b""

    def page_update(self, number: int, **options: Any) -> Answer:
        return self._pdf.build_page(number, **options)

    @property
    def _pdf(self) -> PdfUpdate:
        if self._opened is None:
            self._opened = PdfUpdate(self._get_file()[0])
        return self._opened
