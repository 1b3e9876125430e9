"""Write what came of a batch into the bucket: the results of each object, and the report."""

from __future__ import annotations

import datetime

from documents.access import Ability, require
from documents.actions.send_result import get_result_file, send_file
from documents.bucket.errors import BucketError
from documents.bucket.store import Bucket
from documents.errors import ArchiveError, Busy, InvalidRequest, NotFound, StorageFull
from documents.exports.batch_report import REPORT_TYPES, report_key, write_report_file
from documents.exports.downloads import refuse_without_results
from documents.files.storage import archive
from documents.messages import Message
from documents.models import Batch, BatchObject, ObjectStatus, Status, User

_LONGEST_KEY = 1024


def write_results_of(each: BatchObject, batch: Batch, bucket: Bucket, *, actor: User) -> bool:
    """Write the results of an object whose document has been read; whether anything was done: files
    that are made on request may be under way still.

    Raises NotFound (the document is gone), NothingRead, InvalidRequest (the key), BucketError,
    StorageFull.
    """
    if each.document is None:
        raise NotFound(Message("The document was deleted before it was read."))
    document = require(actor, Ability.SEE, each.document.id)
    document.refuse_if_trashed()
    if document.status == Status.FAILED and not document.has_results:
        each.status = ObjectStatus.FAILED
        each.set_error(document)
        each.save()
        return True
    refuse_without_results(document)
    wanted = {kind: _key(each, batch, kind) for kind in batch.formats}
    left = {
        kind: key
        for kind, key in wanted.items()
        if key not in each.results and kind not in each.missing
    }
    for kind, key in left.items():
        try:
            download = get_result_file(document, kind, actor=actor)
            if download is None:
                continue
            send_file(download, bucket, key)
        except (BucketError, StorageFull, Busy):
            raise
        except ArchiveError as error:
            each.missing[kind] = error.code
            each.save(update_fields=["missing"])
            continue
        each.results.append(key)
        each.save(update_fields=["results"])
    is_whole = len(each.results) + len(each.missing) >= len(wanted)
    if is_whole:
        partial = document.status == Status.PARTIAL
        each.status = ObjectStatus.PARTIAL if partial else ObjectStatus.DONE
        each.pages, each.confidence = document.pages_done, document.confidence
        each.set_error(document if document.error_code else None)
        each.save()
    return is_whole or len(left) > len(wanted) - len(each.results) - len(each.missing)


def write_report(batch: Batch, bucket: Bucket, ended_at: datetime.datetime) -> None:
    """As JSON and as CSV, below the prefix of the results. Raises BucketError, StorageFull."""
    for kind, content_type in REPORT_TYPES.items():
        with archive().open_draft() as (path, file):
            write_report_file(batch, ended_at, kind, file)
            file.close()
            bucket.put_file(report_key(batch, kind), path, content_type=content_type)


def _key(each: BatchObject, batch: Batch, kind: str) -> str:
    """Raises InvalidRequest where it would be too long, or another name on the way."""
    key = f"{batch.target}{each.key[len(batch.source) :]}.{kind}"
    parts = key.split("/")
    if len(key.encode()) > _LONGEST_KEY or "\\" in key or any(p in ("", ".", "..") for p in parts):
        message = Message("The results of {key} can’t be written: no such name is possible.",
                          key=each.key)  # fmt: skip
        raise InvalidRequest.for_field("key", message)
    return key
