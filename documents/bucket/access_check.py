"""What the access key may do in the bucket, tested with one small object.

A request for the bucket itself (HeadBucket) proves nothing: some keys may write without it.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from documents.bucket.errors import (
    BucketBusy,
    BucketError,
    BucketForbidden,
    BucketUnreachable,
    BucketUnreliable,
    ClockSkew,
    NoSuchBucket,
    WrongAccessKey,
    WrongSecretKey,
)
from documents.bucket.store import Bucket
from documents.messages import Message

log = structlog.get_logger(__name__)

#: Seconds that the whole check may take.
MAX_SECONDS = 15.0

_CONTENT = b"ocrsite looks whether it may use this bucket"

#: After one of these nothing else will work either.
_FATAL = (
    BucketUnreachable,
    BucketBusy,
    WrongAccessKey,
    WrongSecretKey,
    ClockSkew,
    NoSuchBucket,
)


def _describe_forbidden(what: str, name: str) -> Message:
    """The consequence where the key may not do `what` (one of the four) in the bucket `name`."""
    return {
        "write": Message(
            "This access key may not write to the bucket {name}, so documents are kept on this "
            "machine's disk only.",
            name=name,
        ),
        "read": Message(
            "This access key may not read from the bucket {name}, so what this machine's disk "
            "loses can't be fetched from there.",
            name=name,
        ),
        "list": Message(
            "This access key may not list the bucket {name}, so this key cannot restore an "
            "archive from it.",
            name=name,
        ),
        "delete": Message(
            "This access key may not delete from the bucket {name}, so what is purged here stays "
            "there.",
            name=name,
        ),
    }[what]


@dataclass(frozen=True)
class BucketReport:
    """`ok`: an object written to the bucket can be read back, so documents are safe there.

    `can_list`: an archive can be restored with this key. `problems`: one sentence each for an
    administrator, nothing secret; there may be some although the bucket is `ok`.
    """

    ok: bool
    can_list: bool
    can_read: bool
    can_delete: bool
    problems: tuple[Message, ...]


def check_access(bucket: Bucket, *, within: float = MAX_SECONDS) -> BucketReport:
    """Write, read, list and delete an object under `probe/`.

    Never raises, and never takes longer than `within` seconds: a step without an outcome by then
    counts as failed.
    """
    probe = _Probe(bucket)
    # In a thread: a server that sends its answer byte by byte never exceeds the client's timeouts.
    thread = threading.Thread(target=probe.run, name="bucket-check", daemon=True)
    thread.start()
    thread.join(within)
    problems = tuple(probe.problems)
    if thread.is_alive():
        late = Message(
            "The object storage at {endpoint} did not answer all of the check within {seconds} s.",
            endpoint=bucket.address.endpoint,
            seconds=f"{within:g}",
        )
        problems += (late,)
    done = tuple(probe.done)
    return BucketReport(
        ok="read" in done,
        can_list="list" in done,
        can_read="read" in done,
        can_delete="delete" in done,
        problems=problems,
    )


class _Probe:
    """`done`: the steps that succeeded. Another thread may read both lists meanwhile."""

    def __init__(self, bucket: Bucket) -> None:
        self.done: list[str] = []
        self.problems: list[Message] = []
        self._bucket = bucket
        self._key = f"probe/{uuid.uuid4()}"

    def run(self) -> None:
        try:
            refused = self._try("write", lambda: self._bucket.put_bytes(self._key, _CONTENT))
            if isinstance(refused, _FATAL):
                return
            if not refused:
                self._try("read", self._read)
            # A key that may not write may still be able to restore.
            self._try("list", lambda: self._list(written=not refused))
            if not refused:
                self._try("delete", lambda: self._bucket.delete(self._key))
        except Exception as error:
            log.exception("bucket_access_check_failed")
            self.problems.append(
                Message("The bucket can't be checked ({error}).", error=type(error).__name__)
            )

    def _try(self, what: str, step: Callable[[], None]) -> BucketError | None:
        """The error of `step`; None where it succeeded."""
        try:
            step()
        except BucketError as error:
            problem = error.message
            if isinstance(error, BucketForbidden):
                problem = _describe_forbidden(what, self._bucket.address.name)
            if isinstance(error, NoSuchBucket):
                # For a write to a missing bucket some servers answer "forbidden".
                self.problems.clear()
            if problem not in self.problems:
                self.problems.append(problem)
            return error
        self.done.append(what)
        return None

    def _read(self) -> None:
        if self._bucket.get_bytes(self._key) != _CONTENT:
            raise BucketUnreliable(
                Message("What was written to the bucket comes back as something else.")
            )

    def _list(self, *, written: bool) -> None:
        found = self._bucket.list(self._key if written else "probe/")
        if next(found, None) is None and written:
            raise BucketUnreliable(
                Message(
                    "The list of the bucket lacks what was just written, so an archive might not "
                    "be restored from it as a whole."
                )
            )
