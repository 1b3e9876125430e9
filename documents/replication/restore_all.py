"""Restore the archive from a copy of it, or bring it up to date with the copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import structlog

from documents.errors import DamagedCopy
from documents.events import delete_document
from documents.files.figures import figure_key
from documents.files.hashing import file_sha256
from documents.files.keys import document_prefix, manifest_key
from documents.files.storage import archive
from documents.messages import Message
from documents.models import Document, Tombstone
from documents.replication.manifest import dump_manifest, list_figures, parse_manifest
from documents.replication.reading_files import decode_text_file, list_text_files
from documents.replication.restore_document import Outcome, restore_document
from documents.replication.sources import Source, list_manifests, list_purged_documents

log = structlog.get_logger(__name__)

#: Manifests fetched at a time.
MAX_FETCHES = 12


@dataclass
class RestoreReport:
    """What became of the copy's documents; `problems` are sentences for a person, `files` counts
    the files copied."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    files: int = 0


def restore_all(
    source: Source,
    *,
    with_files: bool,
    report_line: Callable[[str], None] = lambda line: None,
) -> RestoreReport:
    """Restore every document of `source` that is newer than the archive's, or unknown here.

    `with_files`: originals, results, texts and figures are copied onto this disk too, each checked
    against its manifest; otherwise they are fetched when they are needed. `report_line` is called
    with one line per document. A damaged document is reported and does not stop the others.

    Raises BucketError, OSError, StorageFull.
    """
    report = RestoreReport()
    _delete_purged_documents(source, report, report_line)
    for key, read in _read_ahead(source):
        try:
            manifest = parse_manifest(read(), key)
            outcome = restore_document(manifest, source)
            report.outcomes[outcome] += 1
            report_line(f"{manifest['document']['id']}: {outcome.value}")
            if outcome is Outcome.DUPLICATE:
                report.problems.append(f"{key}: {outcome.value}.")
            elif with_files and outcome is not Outcome.PURGED:
                _copy_files(source, manifest, report)
        except DamagedCopy as error:
            report.problems.append(error.detail)
            log.error("document_not_restored", key=key, code=error.code, reason=error.detail)
    return report


def _delete_purged_documents(
    source: Source, report: RestoreReport, report_line: Callable[[str], None]
) -> None:
    """Apply the copy's tombstones, so that an older database does not bring documents back."""
    purged = list_purged_documents(source)
    Tombstone.objects.bulk_create(
        (Tombstone(document_id=document_id, mirrored=source.is_mirror) for document_id in purged),
        ignore_conflicts=True,
        batch_size=1000,
    )
    # Intersected here and not in SQL: there may be more tombstones than a query takes.
    for document_id in purged.intersection(Document.objects.values_list("id", flat=True)):
        delete_document(document_id)
        archive().delete_tree(document_prefix(document_id))
        report.outcomes[Outcome.PURGED] += 1
        report_line(f"{document_id}: {Outcome.PURGED.value}")


def _read_ahead(source: Source) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Every manifest's key, with a function that returns its content or raises why it can't be
    read. A bucket takes a while for each, so several are fetched at a time; few are in memory."""
    with ThreadPoolExecutor(MAX_FETCHES, thread_name_prefix="manifests") as pool:
        keys = list_manifests(source)
        while batch := list(islice(keys, 4 * MAX_FETCHES)):
            reads = [(key, pool.submit(source.read, key)) for key in batch]
            for key, read in reads:
                yield key, read.result


def _copy_files(source: Source, manifest: dict[str, Any], report: RestoreReport) -> None:
    document = Document.objects.get(id=manifest["document"]["id"])
    if document.version != manifest["version"]:
        return  # the archive is ahead of the copy; its own files are newer
    for file in manifest["files"]:
        _copy_file(source, file["key"], file["sha256"], report)
    for text in list_text_files(manifest):
        if not archive().exists(text.key):
            content = source.read(text.key)
            decode_text_file(content, text.digest, text.key)
            archive().write(text.key, content)
            report.files += 1
    for figure in list_figures(manifest):
        _copy_file(source, figure_key(document.id, figure.name), figure.sha256, report)
    archive().write(manifest_key(document.id), dump_manifest(manifest))
    Document.objects.filter(id=document.id, version=document.version).update(
        manifest_version=document.version
    )


def _copy_file(source: Source, key: str, digest: str, report: RestoreReport) -> None:
    if archive().exists(key) and file_sha256(archive().path(key)) == digest:
        return
    with archive().open_draft() as (path, file):
        file.close()
        path.unlink()
        source.copy(key, path)
        if file_sha256(path) != digest:
            raise DamagedCopy(Message("{key} is damaged: it differs from its manifest.", key=key))
        archive().put(key, path)
        report.files += 1
