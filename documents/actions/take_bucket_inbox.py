"""Take the objects below a prefix of the bucket: each state of each object once."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from itertools import islice

from documents.access import SYSTEM
from documents.actions.send_result import RESULT_SUFFIXES, get_result_file, send_file
from documents.actions.source_run import Checked, SourceRun
from documents.actions.take_item import ItemFacts, fail_item, note_item, take_item
from documents.actions.upload import Uploaded, upload
from documents.bucket.configured import configured_bucket
from documents.bucket.errors import BucketError
from documents.bucket.objects import ObjectFacts
from documents.bucket.store import Bucket
from documents.errors import ArchiveError, Busy, NoBucket, SourceItemGone, StorageFull
from documents.exports.downloads import refuse_without_results
from documents.files.bucket_objects import list_files, stage_object
from documents.messages import Message
from documents.models import (
    ItemStatus,
    Origin,
    OriginKind,
    Source,
    SourceItem,
    SourceMark,
    Status,
)
from documents.models.recognition import UNFINISHED

#: What becomes of an object that was taken in.
KEEP, MOVE, DELETE = "keep", "move", "delete"
AFTERWARDS = (KEEP, MOVE, DELETE)
#: Below the prefix: where objects are moved.
DONE = "done/"
_ROWS_AT_ONCE = 500
_MOST_RESULTS = 200


def take_bucket_inbox(run: SourceRun) -> None:
    """Take what is new, and write the results that are due.

    Raises LeaseLost, and the error for which the rest waits: NoBucket, BucketError, StorageFull.
    """
    bucket = _require_bucket()
    # First: a stream of new objects must not keep back what others wait for.
    _write_results(run, bucket)
    found: set[str] = set()
    objects = _list_waiting(run.source, bucket)
    while batch := list(islice(objects, _ROWS_AT_ONCE)):
        found |= {identify(each) for each in batch}
        marks = dict(
            SourceMark.objects.filter(
                source=run.source, identity__in=[identify(each) for each in batch]
            ).values_list("identity", "taken")
        )
        for each in batch:
            if run.should_end():
                return
            run.keep_alive()
            _take(run, bucket, each, marks.get(identify(each)))
    for item in run.to_try_again():
        if item.identity not in found:
            gone = Message("The object is not in the bucket any more, or is another one now.")
            fail_item(item, SourceItemGone(gone))


def check_bucket_inbox(source: Source) -> Checked:
    """Look below the prefix; how many objects lie there. Raises NoBucket, BucketError."""
    bucket = _require_bucket()
    return {"found": sum(1 for _each in islice(_list_waiting(source, bucket), 100_000))}


def identify(facts: ObjectFacts) -> str:
    """The object in this state."""
    state = facts.etag or f"{facts.size} {facts.modified.isoformat()}"
    return hashlib.sha256(f"{facts.key}\n{state}".encode()).hexdigest()


def is_result(name: str) -> bool:
    """Whether it is called as results that are written beside are."""
    return name.endswith(RESULT_SUFFIXES)


def _require_bucket() -> Bucket:
    bucket = configured_bucket()
    if bucket is None:
        raise NoBucket(
            Message("No bucket is configured: the CLOUDRU_S3_ variables name the one to use.")
        )
    return bucket


def _list_waiting(source: Source, bucket: Bucket) -> Iterator[ObjectFacts]:
    prefix = source.options["prefix"]
    for each in list_files(bucket, prefix):
        if not each.key.startswith(prefix + DONE) and not is_result(each.key):
            yield each


def _take(run: SourceRun, bucket: Bucket, facts: ObjectFacts, taken: bool | None) -> None:
    """`taken`: that of its mark, None where it is new."""
    if taken is not None:
        if taken:
            _finish(run, bucket, facts)
        return
    source = run.source
    item = note_item(
        source,
        ItemFacts(
            identify(facts),
            facts.key[len(source.options["prefix"]) :],
            facts.key,
            size=facts.size,
            target={"team": str(source.team_id), "tags": source.tags},
        ),
    )

    def take(item: SourceItem) -> Uploaded:
        staged = stage_object(bucket, facts.key, facts.size)
        return upload(
            SYSTEM,
            staged,
            facts.key.rpartition("/")[2],
            team_id=uuid.UUID(item.target["team"]),
            tags=item.target["tags"],
            origin=Origin(OriginKind.BUCKET, source.name, facts.key),
        )

    take_item(
        item, take, still_ours=run.still_ours, results_due=bool(source.options.get("results"))
    )
    if item.status == ItemStatus.TAKEN:
        _finish(run, bucket, facts)


def _finish(run: SourceRun, bucket: Bucket, facts: ObjectFacts) -> None:
    """What was refused stays as it is, where people see it."""
    options = run.source.options
    if options["afterwards"] == KEEP:
        return
    now = bucket.head(facts.key)
    if now is None or now.etag != facts.etag:
        return  # another file has come under its name: it is taken, too
    if options["afterwards"] == MOVE:
        bucket.copy(facts.key, _moved_key(options["prefix"], facts.key))
    bucket.delete(facts.key)


def _moved_key(prefix: str, key: str) -> str:
    return f"{prefix}{DONE}{key[len(prefix) :]}"


def _write_results(run: SourceRun, bucket: Bucket) -> None:
    due = run.source.items.filter(results_due=True).exclude(document__status__in=UNFINISHED)
    for item in due.select_related("document").order_by("id")[:_MOST_RESULTS]:
        if run.is_stopping():
            return
        run.keep_alive()
        _write_results_of(run, bucket, item)


def _write_results_of(run: SourceRun, bucket: Bucket, item: SourceItem) -> None:
    document, options = item.document, run.source.options
    if document is None or document.is_trashed:
        item.results_due = False
        item.save()
        return
    if document.status == Status.FAILED and not document.has_results:
        item.results_due, item.missing = False, {"": document.error_code}
        item.save()
        return
    prefix, base = options["prefix"], item.place
    if options["afterwards"] == MOVE:
        base = _moved_key(prefix, base)
    for kind in _left(item, options["results"]):
        key = f"{base}.result.{kind}"
        try:
            refuse_without_results(document)
            download = get_result_file(document, kind, actor=SYSTEM)
            if download is None:
                continue  # it is being made; the next run looks again
            send_file(download, bucket, key)
        except (BucketError, StorageFull, Busy):
            raise
        except ArchiveError as error:
            item.missing[kind] = error.code
        else:
            item.results.append(key)
        item.save()
    if not list(_left(item, options["results"])):
        item.results_due = False
        item.save()


def _left(item: SourceItem, kinds: Iterable[str]) -> list[str]:
    written = {key.rpartition(".result.")[2] for key in item.results}
    return [kind for kind in kinds if kind not in written and kind not in item.missing]
