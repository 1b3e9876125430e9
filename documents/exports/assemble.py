"""Assemble a document's result files as drafts, and publish them together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents.exports.cross_page import RewrittenBlocks
from documents.exports.results import Summary, iterate_pages, write_results
from documents.files.hashing import file_sha256
from documents.files.keys import result_key
from documents.files.storage import archive
from documents.models import Document

KINDS = ("json", "md", "txt")
_NO_BLOCKS: RewrittenBlocks = {}


@dataclass(frozen=True)
class AssembledResults:
    """`drafts`: by kind, in the archive's staging directory."""

    document: Document
    summary: Summary
    drafts: dict[str, Path]

    @property
    def file_facts(self) -> dict[str, Any]:
        """The value of `Document.result_files`; empty where nothing was read."""
        if not self.summary.anything_read:
            return {}
        return {
            kind: {"sha256": file_sha256(path), "size": path.stat().st_size}
            for kind, path in self.drafts.items()
        }

    def publish(self) -> None:
        """Move the drafts to their keys; none where nothing was read. Raises StorageFull."""
        if self.summary.anything_read:
            for kind, path in self.drafts.items():
                archive().put(result_key(self.document.id, kind), path)


@contextmanager
def assemble_results(
    document: Document, rewritten: RewrittenBlocks = _NO_BLOCKS
) -> Iterator[AssembledResults]:
    """Write the results of what the database has now; the drafts are removed when the block ends.

    `rewritten`: see `cross_page`; without it the Markdown is that of the pages. Raises StorageFull.
    """
    with ExitStack() as stack:
        drafts = [stack.enter_context(archive().open_draft()) for _ in KINDS]
        as_json, as_md, as_txt = (file for _, file in drafts)
        pages = iterate_pages(document)
        summary = write_results(document, pages, as_json, as_md, as_txt, rewritten)
        for _, file in drafts:
            file.close()
        paths = {kind: path for kind, (path, _) in zip(KINDS, drafts, strict=True)}
        yield AssembledResults(document, summary, paths)
