"""A file as an upload brings it, and the files that are kept."""

from __future__ import annotations

from pathlib import Path

from documents.files.upload_staging import StagedFile, stage

PDF = b"%PDF-1.4 some content"


def staged(content: bytes = PDF) -> StagedFile:
    return stage([content])


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]
