"""What a searchable PDF is made from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from documents.text.page_layout import PageLayout

#: Whether text of a page stays as the file has it.
KEEP, ADD, REPLACE = "keep", "add", "replace"


@dataclass(frozen=True)
class PageText:
    """A page (from 1) and its current text.

    `own`: what becomes of the text that the file itself has on the page: it stays, and the layout
    has nothing else (KEEP); it stays, and words that were read beside it are added (ADD); nobody
    finds it any more, and all of the layout is put in its place (REPLACE).
    """

    number: int
    layout: PageLayout | None
    own: str


@dataclass(frozen=True)
class Source:
    """A document's file. `pages`: all that the PDF is to have, in order, one by one.

    `numbers`: which of the file they are, None for all. `title`, `language`: what the PDF says of
    itself. `conformance`: "" or "pdfa-2b". `system`: what read it. `beat`: called after each page;
    may raise to stop.
    """

    path: Path
    mime_type: str
    pages: Iterable[PageText]
    numbers: list[int] | None = None
    title: str = ""
    language: str = ""
    conformance: str = ""
    system: str = "ocrsite"
    beat: Callable[[], None] = lambda: None
