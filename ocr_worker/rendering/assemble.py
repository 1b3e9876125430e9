"""Make a PDF of pages of files: the parent's side.

The pages keep their own data: nothing is drawn, nothing compressed again (see `pdf_assembly`). The
child writes into the file that it is given; its size, memory and time are limited.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from documents import errors
from documents.files.disk_space import require_room
from documents.files.filetypes import PDF
from documents.files.storage import archive
from documents.messages import Message, message_from_json

from .child_owner import ChildOwner
from .child_process import ChildProcess
from .renderer import ERRORS, open_original
from .types import MIB, Limits

#: One PDF has pages of at most so many files: each is open in the child.
MOST_SOURCES = 100

#: The objects of 20,000 pages are held at once, their data never.
LIMITS = Limits(cpu_seconds=300, wall_seconds=600.0, peak_bytes=1024 * MIB)


@dataclass(frozen=True)
class SourcePage:
    """A page of the file at `path`, by its number from 1, turned clockwise by `rotation` (0, 90,
    180, 270) from how it is shown now. `path`: what `documents.exports.rendition.read_pages` gives
    for the document, a PDF or an image."""

    path: Path
    mime_type: str
    number: int
    rotation: int = 0


def assemble(pages: Sequence[SourcePage], target: BinaryIO) -> None:
    """Write a PDF of these pages, in this order, to the empty file `target`.

    The same pages give the same bytes. Raises a ReadingError: DamagedFile, DamagedPage (a page that
    the file has not), PasswordNeeded, OriginalMissing, NoPages, LimitExceeded (also for a PDF that
    would be larger than an upload may be), ReadingTimeout, RendererUnavailable; StorageFull.
    """
    with Assembler() as assembler:
        assembler.assemble(pages, target)


class Assembler(ChildOwner):
    """As `assemble`, for many PDFs by one child. One assembler serves one thread."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        super().__init__(
            ChildProcess(
                limits, "ocr_worker.rendering.assembly_child", lambda: (str(_most_bytes()),)
            )
        )

    def assemble(self, pages: Sequence[SourcePage], target: BinaryIO) -> None:
        """See the function `assemble`."""
        if not pages:
            raise errors.NoPages(
                Message("There is no page to make a PDF of. Choose at least one page.")
            )
        sources = list(dict.fromkeys((page.path, page.mime_type) for page in pages))
        if len(sources) > MOST_SOURCES:
            raise errors.LimitExceeded(
                Message(
                    "A PDF can be made of at most {most} files. Choose pages of fewer files.",
                    most=MOST_SOURCES,
                )
            )
        require_room(archive().staging, sum(_size(path) for path, _ in sources))
        kinds = {mime_type == PDF.mime_type for _, mime_type in sources}
        if len(kinds) == 1:
            self._ask(pages, sources, target)
            return
        # Pages of images become a PDF of their own first: then all are.
        with contextlib.ExitStack() as stack:
            self._ask_with_images(pages, stack, target)

    def _ask_with_images(
        self, pages: Sequence[SourcePage], stack: contextlib.ExitStack, target: BinaryIO
    ) -> None:
        images = [page for page in pages if page.mime_type != PDF.mime_type]
        path = archive().staging / f"assembly-{os.getpid()}-{id(images):x}.pdf"
        stack.callback(path.unlink, missing_ok=True)
        with path.open("xb") as drawn:
            sources = list(dict.fromkeys((page.path, page.mime_type) for page in images))
            self._ask(images, sources, drawn)
        numbers = iter(range(1, len(images) + 1))
        pages = [
            page
            if page.mime_type == PDF.mime_type
            # It is turned already.
            else replace(page, path=path, mime_type=PDF.mime_type, number=next(numbers), rotation=0)
            for page in pages
        ]
        sources = list(dict.fromkeys((page.path, page.mime_type) for page in pages))
        self._ask(pages, sources, target)

    def _ask(
        self, pages: Sequence[SourcePage], sources: list[tuple[Path, str]], target: BinaryIO
    ) -> None:
        index = {source: at for at, source in enumerate(sources)}
        target.flush()
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(open_original(path)) for path, _ in sources]
            header, _ = self._child.ask(
                {
                    "mime_types": [mime_type for _, mime_type in sources],
                    "pages": [
                        [index[page.path, page.mime_type], page.number, page.rotation % 360]
                        for page in pages
                    ],
                    "cpu_seconds": self._limits.cpu_seconds,
                },
                target.fileno(),
                *(file.fileno() for file in files),
            )
        if "error" in header:
            cls = ERRORS.get(str(header["error"]), errors.DamagedFile)
            raise cls(message_from_json(header.get("message", "")))
        target.seek(0, os.SEEK_END)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # opening it says why


def _most_bytes() -> int:
    return int(settings.OCRSITE_MAX_UPLOAD_BYTES)
