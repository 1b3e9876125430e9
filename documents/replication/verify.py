"""Verify that a copy has every file of the archive, unchanged.

Originals, results and figures are hashed again; readings and corrections are unpacked and hashed.
A file that belongs to no document, or that no manifest names, is an orphan.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from documents.errors import DamagedCopy
from documents.files.figures import NAME, figure_key
from documents.files.hashing import file_sha256
from documents.files.keys import DOCUMENTS, manifest_key
from documents.models import Document
from documents.models.identity import identity
from documents.replication.manifest import build_manifest, list_figures, parse_manifest
from documents.replication.reading_files import TextFile, decode_text_file, list_text_files
from documents.replication.sources import Source, StoredFile

#: Page images, and the figures of readings that were never recorded (see `store_figures`).
_DERIVED = re.compile(rf"documents/[0-9a-f-]{{36}}/(pages/|figures/{NAME.pattern}$)")


@dataclass
class VerifyReport:
    """Sentences by kind, for a person. `behind`: copies to be written. `elsewhere`: how many files
    are in the bucket only, and fetched when they are needed."""

    documents: int = 0
    files: int = 0
    elsewhere: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    orphaned: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        return not (self.missing or self.damaged)


def verify(
    source: Source, *, documents: Iterable[Document], hashes: bool, partial: bool = False
) -> VerifyReport:
    """Compare `source` with the database. `hashes`: hash every file, else compare sizes only.
    `partial`: `source` is a disk beside a bucket, which may lack mirrored files.

    A manifest older than its document is `behind`, not damaged. Raises BucketError, OSError.
    """
    report = VerifyReport()
    found = {file.key: file for file in source.files(DOCUMENTS)}
    named: set[str] = set()
    for document in documents:
        report.documents += 1
        may_lack = partial and document.mirrored_version >= document.version
        before = len(report.missing)
        named |= _verify_document(source, document, found, report, hashes=hashes)
        if may_lack:
            report.elsewhere += len(report.missing) - before
            del report.missing[before:]
    for key in found.keys() - named:
        if not _is_derived(key):
            report.orphaned.append(key)
    report.orphaned.sort()
    return report


def _verify_document(
    source: Source,
    document: Document,
    found: dict[str, StoredFile],
    report: VerifyReport,
    *,
    hashes: bool,
) -> set[str]:
    """Report on one document; return the keys that belong to it."""
    key = manifest_key(document.id)
    expected = build_manifest(document, identity().archive)
    named = {key, *(file["key"] for file in expected["files"])}
    named |= {text.key for text in list_text_files(expected)}
    named |= _figure_keys(document, expected)
    written = document.mirrored_version if source.is_mirror else document.manifest_version
    if written < document.version:
        report.behind.append(f"{document.id}: version {written} of {document.version} is written.")
    if not written:
        return named
    try:
        manifest = parse_manifest(source.read(key), key)
    except DamagedCopy as error:
        (report.damaged if key in found else report.missing).append(error.detail)
        return named
    for file in manifest["files"]:
        _verify_file(source, file["key"], file["sha256"], file["size"], found, report, hashes)
    for text in list_text_files(manifest):
        _verify_text(source, text, found, report, hashes)
    for figure in list_figures(manifest):
        key = figure_key(document.id, figure.name)
        _verify_file(source, key, figure.sha256, figure.size, found, report, hashes)
    named |= {text.key for text in list_text_files(manifest)}
    return named | _figure_keys(document, manifest)


def _figure_keys(document: Document, manifest: dict[str, Any]) -> set[str]:
    return {figure_key(document.id, figure.name) for figure in list_figures(manifest)}


def _verify_file(
    source: Source,
    key: str,
    digest: str,
    size: int,
    found: dict[str, StoredFile],
    report: VerifyReport,
    hashes: bool,
) -> None:
    report.files += 1
    if key not in found:
        report.missing.append(key)
    elif found[key].size != size:
        report.damaged.append(f"{key}: {found[key].size} bytes instead of {size}.")
    elif hashes and _hash_file(source, key) != digest:
        report.damaged.append(f"{key}: its content is not what it was.")


def _verify_text(
    source: Source,
    text: TextFile,
    found: dict[str, StoredFile],
    report: VerifyReport,
    hashes: bool,
) -> None:
    report.files += 1
    if text.key not in found:
        report.missing.append(text.key)
    elif hashes:
        try:
            decode_text_file(source.read(text.key), text.digest, text.key)
        except DamagedCopy as error:
            report.damaged.append(error.detail)


def _hash_file(source: Source, key: str) -> str:
    with tempfile.TemporaryDirectory(prefix="ocrsite-verify-") as directory:
        path = Path(directory) / "file"
        source.copy(key, path)
        return file_sha256(path)


def _is_derived(key: str) -> bool:
    return bool(_DERIVED.match(key))
