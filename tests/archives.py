"""Archives for tests, made on the spot."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import libarchive

PDF = b"%PDF-1.4 "


def make_zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def make_tar(
    files: Mapping[str, bytes], mode: Literal["w", "w:gz", "w:bz2", "w:xz"] = "w"
) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in files.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(content)
            archive.addfile(facts, io.BytesIO(content))
    return out.getvalue()


def make_by_libarchive(
    path: Path, format_name: str, files: Mapping[str, bytes], **options: str
) -> None:
    with libarchive.file_writer(str(path), format_name, **options) as archive:
        for name, content in files.items():
            archive.add_file_from_memory(name, len(content), content)
