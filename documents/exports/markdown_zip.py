"""A document's Markdown together with the pictures that it names, as a zip."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from documents.bucket.errors import BucketError
from documents.exports.front_matter import write_front_matter
from documents.exports.options import ExportOptions
from documents.exports.results import PAGE_BREAK_MARKDOWN
from documents.files.figures import figure_key
from documents.files.storage import archive
from documents.models import Document, Page


def write_markdown_zip(
    document: Document, pages: Iterable[Page], options: ExportOptions, target: BinaryIO
) -> None:
    """`result.md` and `figures/`; a picture that is lost is named in `MISSING.txt` instead."""
    figures: list[str] = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        with packed.open("result.md", "w", force_zip64=True) as text:
            text.write(write_front_matter(document).encode())
            for index, page in enumerate(pages):
                if index:
                    text.write(PAGE_BREAK_MARKDOWN.encode())
                if page.layout is not None:
                    text.write(page.layout.markdown.encode())
                    figures += [block.figure for block in page.layout.blocks if block.figure]
            text.write(b"\n")
        missing = [name for name in dict.fromkeys(figures) if not _add(packed, document, name)]
        if missing:
            packed.writestr("MISSING.txt", "\n".join(missing) + "\n")


def _add(packed: zipfile.ZipFile, document: Document, name: str) -> bool:
    try:
        with (
            archive().open(figure_key(document.id, name)) as source,
            packed.open(zipfile.ZipInfo(f"figures/{name}"), "w", force_zip64=True) as member,
        ):
            shutil.copyfileobj(source, member)
    except (FileNotFoundError, BucketError, ValueError):
        return False
    return True
