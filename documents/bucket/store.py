"""The bucket: keys in, objects out, in object storage that speaks S3.

Keys are those of `documents.files.storage`. Whatever goes wrong is a BucketError that says so to a
person (documents/bucket/error_mapping.py); errors of this machine's disk stay OSError.
"""

from __future__ import annotations

import contextlib
import datetime
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from django.conf import settings

from documents.bucket.settings import BucketAddress
from documents.errors import BucketRefused, ObjectMissing, ObjectTooLarge

#: Bytes that are held in memory of an object on its way to a file.
_CHUNK = 2**20


@dataclass(frozen=True)
class ObjectFacts:
    """What the server says of an object. `size` in bytes, `modified` in UTC; the names in
    `metadata` are in lower case."""

    key: str
    size: int
    modified: datetime.datetime
    metadata: dict[str, str]
    #: What the server calls this state of the object; "" where it was found in a list.
    etag: str = ""


@dataclass(frozen=True)
class Patience:
    """Seconds that a connection and the next byte of an answer are waited for, and how often a
    request is made at most."""

    connect: float = 3.0
    read: float = 20.0
    attempts: int = 2


class Bucket:
    """One bucket, for all threads of a process. It is asked nothing before the first call.

    Every method raises BucketError: its subclass names what is wrong.
    """

    def __init__(self, address: BucketAddress, patience: Patience | None = None) -> None:
        self.address = address
        self._patience = patience or Patience()
        self._lock = threading.Lock()
        self._made: Any = None

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the content of the file at `path`, of any size, under `key`.

        The object appears whole or not at all. `metadata`: ASCII only, else ValueError.
        Raises OSError where the file can't be read.
        """
        from documents.bucket.s3_client import upload

        extra = _described(content_type, metadata)
        with self._named_errors(key):
            upload(self._client(), path, self.address.name, _checked(key), extra)

    def put_bytes(
        self,
        key: str,
        content: bytes,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        over: ObjectFacts | None = None,
    ) -> None:
        """Keep `content` under `key`. `metadata`: ASCII only, else ValueError.

        `over`: write only if the object is still in the state that `head` found it in. Raises
        NewerCopy where it is not, ObjectMissing where it is gone. A server that knows no
        conditions is asked without one.
        """
        extra = {**self._object(key), "Body": content, **_described(content_type, metadata)}
        with self._named_errors(key):
            if over is not None and over.etag:
                try:
                    self._client().put_object(**extra, IfMatch=over.etag)
                    return
                except ClientError as error:
                    if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 501):
                        raise
            self._client().put_object(**extra)

    def get_file(self, key: str, path: Path) -> None:
        """Write the object into a new file at `path`; when that fails, there is none.

        Raises ObjectMissing, FileExistsError and other OSErrors of the disk.
        """
        pieces = self.read_range(key, chunk_bytes=_CHUNK)
        first = next(pieces, b"")  # before there is a file: the object may be missing
        with path.open("xb") as file:
            try:
                file.write(first)
                file.writelines(pieces)
                file.flush()
            except BaseException:
                path.unlink(missing_ok=True)
                raise

    def read_range(
        self, key: str, *, start: int = 0, end: int | None = None, chunk_bytes: int = 128 * 1024
    ) -> Iterator[bytes]:
        """The object's bytes from `start` up to `end` (None: to its end), as they come, at most
        `chunk_bytes` at a time.

        Raises ObjectMissing, and BucketRefused where the server ignores the range.
        """
        part = start > 0 or end is not None
        asked = {"Range": f"bytes={start}-{'' if end is None else end - 1}"} if part else {}
        with self._named_errors(key):
            answer = self._client().get_object(**self._object(key), **asked)
            with contextlib.closing(answer["Body"]) as body:
                if part and "ContentRange" not in answer:
                    raise BucketRefused(
                        f"The object storage at {self.address.endpoint} does not send parts of "
                        "objects."
                    )
                while piece := body.read(chunk_bytes):
                    yield piece

    def get_bytes(self, key: str, *, most: int = 64 * 2**20) -> bytes:
        """The object's content. Raises ObjectMissing, and ObjectTooLarge past `most` bytes."""
        with self._named_errors(key):
            body = self._client().get_object(**self._object(key))["Body"]
            with contextlib.closing(body):
                # An answer that ends too soon is told only by reading on to its end.
                content = b"".join(_read(body, most + 1))
        if len(content) > most:
            raise ObjectTooLarge(
                f"The object {key} in the bucket {self.address.name} is larger than {most} bytes, "
                "which is more than it may have: it was not written by this archive."
            )
        return content

    def head(self, key: str) -> ObjectFacts | None:
        """What is known of the object; None where there is none.

        A key that may not list is told by some servers that it may not see an object that does not
        exist: BucketForbidden.
        """
        try:
            with self._named_errors(key):
                try:
                    answer = self._client().head_object(**self._object(key))
                except ClientError as error:
                    if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (400, 403, 404):
                        raise
                    # The answer to a HEAD has no body, so its error has no name. A GET tells
                    # whether it is the object that is missing or the bucket, and what is refused.
                    answer = self._client().get_object(**self._object(key))
                    answer["Body"].close()
        except ObjectMissing:
            return None
        return ObjectFacts(
            key=key,
            size=int(answer["ContentLength"]),
            modified=answer["LastModified"].astimezone(datetime.timezone.utc),
            metadata={name.lower(): text for name, text in answer["Metadata"].items()},
            etag=answer.get("ETag", ""),
        )

    def list(self, prefix: str) -> Iterator[ObjectFacts]:
        """Every object whose key begins with `prefix`, in the server's order (not always by key),
        asked for a thousand at a time. `metadata` is empty: a list does not have it.
        """
        from documents.bucket.s3_client import entries

        with self._named_errors():
            for entry in entries(self._client(), self.address, prefix):
                modified = entry["LastModified"].astimezone(datetime.timezone.utc)
                yield ObjectFacts(entry["Key"], int(entry["Size"]), modified, {})

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens where there is none."""
        with contextlib.suppress(ObjectMissing), self._named_errors(key):
            self._client().delete_object(**self._object(key))

    def _object(self, key: str) -> dict[str, str]:
        return {"Bucket": self.address.name, "Key": _checked(key)}

    def _client(self) -> Any:
        # Loading boto3 takes half a second, which a site without a bucket need not spend.
        from documents.bucket.s3_client import make_client

        with self._lock:
            if self._made is None:
                self._made = make_client(
                    self.address,
                    connect_seconds=self._patience.connect,
                    read_seconds=self._patience.read,
                    attempts=self._patience.attempts,
                )
            return self._made

    @contextlib.contextmanager
    def _named_errors(self, key: str = "") -> Iterator[None]:
        """What fails in here raises the BucketError that names it."""
        try:
            yield
        except Exception as error:
            from documents.bucket.error_mapping import named

            found = named(error, self.address, key)
            if found is None or found is error:
                raise
            raise found from error


def bucket() -> Bucket | None:
    """The bucket that the settings name, the same one for all of this process; None: there is
    none, and everything is kept on this machine's disk only."""
    address: BucketAddress | None = settings.OCRSITE_BUCKET
    return None if address is None else _of(address)


def bucket_for_reading() -> Bucket | None:
    """The same bucket, for somebody who waits in front of a page: it is asked once, and not for
    long. They ask again; a reader's page is tried again."""
    address: BucketAddress | None = settings.OCRSITE_BUCKET
    return None if address is None else _of(address, Patience(read=8.0, attempts=1))


def bucket_for_asking() -> Bucket | None:
    """The same bucket, for a small question whose answer tells whether anybody is there: who does
    not answer it soon is not given a file either."""
    address: BucketAddress | None = settings.OCRSITE_BUCKET
    return None if address is None else _of(address, Patience(read=4.0, attempts=1))


@lru_cache(maxsize=8)
def _of(address: BucketAddress, patience: Patience | None = None) -> Bucket:
    return Bucket(address, patience)


def _read(body: Any, most: int) -> Iterator[bytes]:
    left = most
    while left > 0 and (chunk := body.read(min(left, _CHUNK))):
        left -= len(chunk)
        yield chunk


def _checked(key: str) -> str:
    """S3's own limit, said before a request is made."""
    if not key or len(key.encode()) > 1024:
        raise ValueError(f"not a key of a bucket: {key!r}")
    return key


def _described(content_type: str, metadata: Mapping[str, str] | None) -> dict[str, Any]:
    for name, text in (metadata or {}).items():
        if not (name + text).isascii():
            raise ValueError(f"metadata travels in headers and must be ASCII: {name}")
    return {"ContentType": content_type, "Metadata": dict(metadata or {})}
