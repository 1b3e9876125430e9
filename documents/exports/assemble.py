"""A document's result files made aside, described, and put in place all at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents.exports.cross_page import Rewritten
from documents.exports.results import Summary, pages_to_write, write_results
from documents.files.hashing import file_sha256
from documents.files.keys import result_key
from documents.files.storage import archive
from documents.models import Document

KINDS = ("json", "md", "txt")
_NOTHING: Rewritten = {}


@dataclass(frozen=True)
class Assembled:
    """`drafts`: by kind, in the archive's staging directory."""

    document: Document
    summary: Summary
    drafts: dict[str, Path]

    @property
    def facts(self) -> dict[str, Any]:
        """What `Document.result_files` keeps; empty where nothing was read."""
        if not self.summary.anything_read:
            return {}
        return {
            kind: {"sha256": file_sha256(path), "size": path.stat().st_size}
            for kind, path in self.drafts.items()
        }

    def put_in_place(self) -> None:
        """Where nothing was read there are no files, instead of empty ones. Raises StorageFull."""
        if self.summary.anything_read:
            for kind, path in self.drafts.items():
                archive().put(result_key(self.document.id, kind), path)


@contextmanager
def assembled(document: Document, rewritten: Rewritten = _NOTHING) -> Iterator[Assembled]:
    """The results as the database has them now; the drafts are gone when the block ends.
    `rewritten`: see `restructuring`; without it the Markdown is that of the pages.

    Raises StorageFull.
    """
    with ExitStack() as stack:
        drafts = [stack.enter_context(archive().open_draft()) for _ in KINDS]
        as_json, as_md, as_txt = (file for _, file in drafts)
        pages = pages_to_write(document)
        summary = write_results(document, pages, as_json, as_md, as_txt, rewritten)
        for _, file in drafts:
            file.close()
        paths = {kind: path for kind, (path, _) in zip(KINDS, drafts, strict=True)}
        yield Assembled(document, summary, paths)
