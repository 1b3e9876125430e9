"""Storage keys: the names of the archive's files, the same on disk and in the bucket.

A key is a relative path with "/". Figures have theirs in `figures`, readings
and corrections in `documents.replication.reading_files`.
"""

from __future__ import annotations

import uuid

MANIFEST = "manifest.json"
DOCUMENTS = "documents/"
TOMBSTONES = "tombstones/"


def document_prefix(document_id: uuid.UUID) -> str:
    """What the keys of all of a document's files begin with."""
    return f"{DOCUMENTS}{document_id}/"


def original_key(document_id: uuid.UUID, filename: str) -> str:
    return f"{document_prefix(document_id)}original/{filename}"


def manifest_key(document_id: uuid.UUID) -> str:
    return document_prefix(document_id) + MANIFEST


def tombstone_key(document_id: uuid.UUID) -> str:
    """Says that the document was purged: files left of it anywhere are not restored."""
    return f"{TOMBSTONES}{document_id}.json"


def result_key(document_id: uuid.UUID, kind: str) -> str:
    """`kind` is the result's suffix: "json", "md" or "txt"."""
    return f"{document_prefix(document_id)}result.{kind}"


def exports_prefix(document_id: uuid.UUID) -> str:
    """What the keys of the files made on request begin with; derived."""
    return f"{document_prefix(document_id)}exports/"


def export_key(document_id: uuid.UUID, name: str) -> str:
    return exports_prefix(document_id) + name


def page_images_prefix(document_id: uuid.UUID) -> str:
    """What the keys of a document's page images and thumbnails begin with."""
    return f"{document_prefix(document_id)}pages/"


def page_image_key(document_id: uuid.UUID, number: int, rotation: int) -> str:
    """The upright image of page `number` (from 1); derived.

    `rotation`: degrees clockwise. It is in the name because the readings of a page may differ in
    it, and boxes fit only the image that is rotated as their reading was.
    """
    return f"{page_images_prefix(document_id)}{number:04d}{_rotation_suffix(rotation)}.webp"


def unlocked_key(document_id: uuid.UUID) -> str:
    """A protected PDF without its protection; derived, and kept with the page images."""
    return f"{page_images_prefix(document_id)}unlocked.pdf"


def rendition_key(document_id: uuid.UUID) -> str:
    """The PDF that is made of an office file; derived, and kept with the page images."""
    return f"{page_images_prefix(document_id)}rendition.pdf"


def thumbnail_key(document_id: uuid.UUID, rotation: int = 0) -> str:
    """The thumbnail of the first page; derived, and named by its rotation like a page image."""
    return f"{page_images_prefix(document_id)}thumbnail{_rotation_suffix(rotation)}.webp"


def page_thumbnail_key(document_id: uuid.UUID, number: int, rotation: int) -> str:
    """The thumbnail of page `number` (from 1); that of the first page is the document's."""
    if number == 1:
        return thumbnail_key(document_id, rotation)
    name = f"{number:04d}{_rotation_suffix(rotation)}.small.webp"
    return page_images_prefix(document_id) + name


def _rotation_suffix(rotation: int) -> str:
    return f".r{rotation}" if rotation else ""
