"""Make the documents of pages that a person put together.

The jailed child writes the files; here they are only stored. A step may be killed anywhere: a part
that has its document keeps it, and what is made twice has the same bytes and so is the same one.
"""

from __future__ import annotations

import datetime
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import structlog
from django.utils import timezone

from documents.actions.store_arranged import (
    ArrangementClaim,
    end_arrangement,
    fail_arrangement,
    store_arranged,
)
from documents.bucket.errors import BucketError
from documents.errors import (
    ArchiveError,
    ArrangeFailed,
    LeaseLost,
    NotFound,
    RendererUnavailable,
    StorageFull,
)
from documents.exports.rendition import read_pages
from documents.files.storage import archive, original_file
from documents.messages import Message
from documents.models import Document
from documents.text.arranged import ArrangedPart
from ocr_worker.rendering.assemble import Assembler, SourcePage

log = structlog.get_logger(__name__)

POSTPONE_FOR = datetime.timedelta(seconds=20)

_CHUNK = 2**20
_PASSING = (StorageFull, RendererUnavailable, BucketError)

#: The file with the pages of a document, and its MIME type.
_Files = dict[uuid.UUID, tuple[Path, str]]


def run_arrangement(claim: ArrangementClaim) -> None:
    """Make what it asks for and record the outcome: every failure ends where the one who asked sees
    it."""
    where = {"arrangement": str(claim.arrangement_id), "document": str(claim.document_id)}
    try:
        arrangement = claim.load()
        with Assembler() as assembler:
            for part in arrangement.parts[len(arrangement.made) :]:
                _make(claim, part, assembler)
        end_arrangement(claim)
    except LeaseLost:
        log.info("arrangement_lease_lost", **where)
    except _PASSING as error:
        log.error("arrangement_postponed", code=error.code, reason=error.detail, **where)
        claim.release(free_at=timezone.now() + POSTPONE_FOR)
    except ArchiveError as error:
        log.warning("arrangement_failed", code=error.code, reason=error.detail, **where)
        fail_arrangement(claim, error)
    except Exception as error:
        log.exception("arrangement_raised_unexpected_error", **where)
        problem = f"{type(error).__name__}: {error}"
        fail_arrangement(
            claim, ArrangeFailed(Message("An unexpected error: {problem}", problem=problem))
        )


def _make(claim: ArrangementClaim, part: ArrangedPart, assembler: Assembler) -> None:
    with tempfile.TemporaryFile(dir=archive().staging) as target:

        def write(files: _Files) -> None:
            target.seek(0)
            target.truncate()
            assembler.assemble(
                [
                    SourcePage(*files[page.document], page.number, page.rotation)
                    for page in part.pages
                ],
                target,
            )

        _with_files(part.sources, {}, write)
        target.seek(0)
        store_arranged(claim, part, _pieces(target))


def _with_files(wanted: list[uuid.UUID], opened: _Files, write: Callable[[_Files], None]) -> None:
    """`write` with the files of all documents `wanted`: those that are not here are fetched, made,
    or unlocked, for as long as it takes."""
    if not wanted:
        write(opened)
        return
    document = Document.objects.filter(id=wanted[0]).first()
    if document is None:
        message = Message("A document whose pages were to be used was deleted meanwhile.")
        raise NotFound(message, document=wanted[0])
    document.refuse_if_trashed()

    def go_on(path: Path, mime_type: str) -> None:
        _with_files(wanted[1:], {**opened, wanted[0]: (path, mime_type)}, write)

    with original_file(document.id, document.filename) as original:
        read_pages(document.id, document.mime_type, original, go_on)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_CHUNK):
        yield piece
