"""Build the archive anew from a copy of it, or bring it up to date: every manifest is adopted."""

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
from documents.files.keys import manifest_key
from documents.files.storage import archive
from documents.models import Document, Tombstone
from documents.replication import manifest as manifests
from documents.replication import reading_files
from documents.replication.restore_document import Outcome, adopt
from documents.replication.sources import Source, manifest_keys, tombstones

log = structlog.get_logger(__name__)


#: Manifests that are fetched at a time.
READERS = 12


@dataclass
class Rebuilt:
    """What became of the copy's documents; `problems` are sentences for a person."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    files: int = 0


def rebuild(
    source: Source,
    *,
    with_files: bool,
    tell: Callable[[str], None] = lambda line: None,
) -> Rebuilt:
    """Adopt every manifest of `source` that is newer than the archive's document, or unknown.

    `with_files`: originals, results, texts and figures are copied onto this disk too, each checked
    against its manifest; else they are fetched when somebody wants them. `tell` is called with a
    line a document. A damaged document is reported and does not stop the others. Raises
    BucketError, OSError, StorageFull.
    """
    report = Rebuilt()
    _purge_again(source, report, tell)
    for key, content in _read_ahead(source):
        try:
            manifest = manifests.parsed(content(), key)
            outcome = adopt(manifest, source)
            report.outcomes[outcome] += 1
            tell(f"{manifest['document']['id']}: {outcome.value}")
            if outcome is Outcome.DUPLICATE:
                report.problems.append(f"{key}: {outcome.value}.")
            elif with_files and outcome is not Outcome.PURGED:
                _copy_files(source, manifest, report)
        except DamagedCopy as error:
            report.problems.append(error.detail)
            log.error("document_not_restored", key=key, reason=error.detail)
    return report


def _purge_again(source: Source, report: Rebuilt, tell: Callable[[str], None]) -> None:
    """What the copy knows to be purged: a database that is older does not bring it back."""
    purged = tombstones(source)
    Tombstone.objects.bulk_create(
        (Tombstone(document_id=document_id, mirrored=source.is_mirror) for document_id in purged),
        ignore_conflicts=True,
        batch_size=1000,
    )
    # Met here and not in SQL: there may be more tombstones than a query takes.
    for document_id in purged.intersection(Document.objects.values_list("id", flat=True)):
        delete_document(document_id)
        archive().delete_tree(f"documents/{document_id}")
        report.outcomes[Outcome.PURGED] += 1
        tell(f"{document_id}: {Outcome.PURGED.value}")


def _read_ahead(source: Source) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Every manifest's key, and what returns its content or raises why it can't be read. A bucket
    takes a while for each, so many are asked for at a time; few are in memory."""
    with ThreadPoolExecutor(READERS, thread_name_prefix="manifests") as pool:
        keys = manifest_keys(source)
        while batch := list(islice(keys, 4 * READERS)):
            asked = [(key, pool.submit(source.read, key)) for key in batch]
            for key, content in asked:
                yield key, content.result


def _copy_files(source: Source, manifest: dict[str, Any], report: Rebuilt) -> None:
    document = Document.objects.get(id=manifest["document"]["id"])
    if document.version != manifest["version"]:
        return  # the archive is ahead of the copy; its own files are newer
    for file in manifest["files"]:
        _copy(source, file["key"], file["sha256"], report)
    for text in reading_files.named_in(manifest):
        if not archive().exists(text.key):
            content = source.read(text.key)
            reading_files.decoded(content, text.digest, text.key)
            archive().write(text.key, content)
            report.files += 1
    for figure in manifests.figures_in(manifest):
        _copy(source, figure_key(document.id, figure.name), figure.sha256, report)
    archive().write(manifest_key(document.id), manifests.written(manifest))
    Document.objects.filter(id=document.id, version=document.version).update(
        manifest_version=document.version
    )


def _copy(source: Source, key: str, digest: str, report: Rebuilt) -> None:
    if archive().exists(key) and file_sha256(archive().path(key)) == digest:
        return
    with archive().open_draft() as (path, file):
        file.close()
        path.unlink()
        source.copy(key, path)
        if file_sha256(path) != digest:
            raise DamagedCopy(f"{key} is damaged: it is not what its manifest says.")
        archive().put(key, path)
        report.files += 1
