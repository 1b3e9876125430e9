"""Split a stack of sheets: look at its pages, find the cuts, make a document of each part.

The jailed child draws the pages for a look and writes the parts' files; here they are only stored.
A step may be killed anywhere: what was seen on the pages is kept, a part that has its document
keeps it, and what is made twice has the same bytes and so is the same document.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import structlog

from documents.actions.store_part import (
    PARTS_FROM,
    drop_other_parts,
    end_splitting,
    record_cuts,
    record_sheets,
    store_part,
)
from documents.errors import DamagedFile, ReadingError, RendererUnavailable
from documents.exports import page_images
from documents.exports.rendition import read_pages
from documents.files.storage import archive
from documents.messages import Message
from documents.models import Document, Stack
from documents.models.claim import TaskClaim
from documents.text.split import PageLook, Split, choose_code, cut
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.assemble import Assembler, SourcePage

log = structlog.get_logger(__name__)

_CHUNK = 2**20


def split_up(claim: TaskClaim, document: Document, original: Path, renderer: Renderer) -> None:
    """Make documents of the stack's parts and record the end.

    Raises LeaseLost, ReadingError where the stack can't be opened; RendererUnavailable, StorageFull
    and other errors that pass: then the task is to be tried again.
    """
    read_pages(
        document.id,
        document.mime_type,
        original,
        lambda path, mime_type: _split(claim, document, path, mime_type, renderer),
    )


def _split(
    claim: TaskClaim, document: Document, path: Path, mime_type: str, renderer: Renderer
) -> None:
    count = renderer.count_pages(path, mime_type)
    stack = record_sheets(claim, count)
    if stack.cuts is None:
        stack = _find_cuts(claim, stack, path, mime_type, count, renderer)
    drop_other_parts(claim, stack.parts)
    _make_parts(claim, document, stack, path, mime_type)
    if not stack.parts:
        message = Message("Every page of the stack is empty or a separator sheet.")
        end_splitting(claim, DamagedFile(message))
        return
    end_splitting(claim)


def _find_cuts(
    claim: TaskClaim, stack: Stack, path: Path, mime_type: str, count: int, renderer: Renderer
) -> Stack:
    way = stack.way
    assert way is not None, "a stack without cuts says how it is split"
    looks = stack.page_looks
    if len(looks) != count:
        looks = [
            _look(claim, stack, path, mime_type, number, way, renderer)
            for number in range(1, count + 1)
        ]
    return record_cuts(claim, looks, cut(way, looks))


def _look(
    claim: TaskClaim, stack: Stack, path: Path, mime_type: str, number: int, way: Split,
    renderer: Renderer,
) -> PageLook:  # fmt: skip
    claim.refuse_lost()
    try:
        blank, codes, thumbnail = renderer.look(
            path, mime_type, number, codes=way.looks_for_codes, bars=bool(way.prefix)
        )
    except RendererUnavailable:
        raise
    except ReadingError as error:
        if not error.permanent and not claim.is_last_attempt:
            raise
        # It belongs to the part that it lies in, and fails there with the reason.
        log.info("sheet_not_seen", document=str(claim.document_id), page=number, code=error.code)
        return PageLook()
    page_images.store_page_thumbnail(claim.document_id, number, 0, thumbnail)
    if number == 1:
        page_images.store_thumbnail(claim.document_id, thumbnail)
    return PageLook(blank, choose_code(codes, way))


def _make_parts(
    claim: TaskClaim, document: Document, stack: Stack, path: Path, mime_type: str
) -> None:
    done = set(document.members.values_list("number", flat=True))
    with Assembler() as assembler:
        for part in stack.parts:
            if PARTS_FROM + part.pages[0] in done:
                continue
            claim.refuse_lost()
            with tempfile.TemporaryFile(dir=archive().staging) as target:
                assembler.assemble(
                    [SourcePage(path, mime_type, number) for number in part.pages], target
                )
                target.seek(0)
                store_part(claim, document, part, _pieces(target))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_CHUNK):
        yield piece
