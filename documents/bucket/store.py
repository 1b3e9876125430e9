"""One bucket of S3-compatible object storage: keys in, objects out.

Keys are those of `documents.files.keys`. Every failure is a BucketError that a person can act on
(documents/bucket/error_mapping.py); errors of this machine's disk stay OSError.

Objects are saved through Django's storage API (`s3_storage`). The rest uses the storage's client:

- reading: `open` asks for the facts first and then loads the whole object; here bytes are streamed,
  ranges requested and sizes limited;
- conditional writes, metadata and ETags: the API has none;
- `list`: `listdir` returns one level, and neither sizes nor times;
- `head` and `delete`: `exists` and `delete` take the 404 of a missing bucket for a missing object,
  and normalise the key, which may then be another object's.
"""

from __future__ import annotations

import contextlib
import datetime
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from documents.bucket.errors import BucketRefused, ObjectMissing, ObjectTooLarge
from documents.bucket.objects import ObjectFacts, check_key, check_new_object
from documents.bucket.settings import BucketAddress, Timeouts
from documents.messages import Message

if TYPE_CHECKING:
    from documents.bucket.s3_storage import BucketStorage

#: Bytes of an object in memory on its way to a file.
_CHUNK_BYTES = 2**20


class Bucket:
    """One bucket, for all threads of a process. Nothing is sent before the first call.

    Every method raises BucketError, whose subclass names the problem.
    """

    def __init__(self, address: BucketAddress, timeouts: Timeouts | None = None) -> None:
        self.address = address
        self._timeouts = timeouts or Timeouts()
        self._lock = threading.Lock()
        self._made: BucketStorage | None = None

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Save the content of the file at `path`, of any size, under `key`; it is read as it is
        sent.

        The object appears whole or not at all. `metadata`: ASCII only, else ValueError.
        Raises OSError where the file can't be read.
        """
        from documents.bucket.s3_storage import NewObject

        check_new_object(key, metadata)
        with path.open("rb") as file, self._mapped_errors(key):
            self._storage().save(key, NewObject(file, path, content_type, metadata or {}))

    def put_bytes(
        self,
        key: str,
        content: bytes,
        *,
        content_type: str = "application/octet-stream",
        metadata: Mapping[str, str] | None = None,
        if_unchanged: ObjectFacts | None = None,
    ) -> None:
        """Save `content` under `key`. `metadata`: ASCII only, else ValueError.

        `if_unchanged`: write only if the object is still in the state that `head` found. Raises
        NewerCopy where it is not, ObjectMissing where it is gone. A server without conditional
        requests gets an unconditional one.
        """
        from documents.bucket.s3_storage import NewObject

        check_new_object(key, metadata)
        new = NewObject.from_bytes(content, content_type, metadata or {})
        with self._mapped_errors(key):
            if if_unchanged is None or not self._put_conditionally(key, new, if_unchanged.etag):
                self._storage().save(key, new)

    def get_file(self, key: str, path: Path) -> None:
        """Write the object into a new file at `path`; on failure there is no file.

        Raises ObjectMissing, FileExistsError and other OSErrors of the disk.
        """
        chunks = self.read_range(key, chunk_bytes=_CHUNK_BYTES)
        first = next(chunks, b"")  # before the file is created: the object may be missing
        with path.open("xb") as file:
            try:
                file.write(first)
                file.writelines(chunks)
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
        is_partial = start > 0 or end is not None
        parameters = self._object(key)
        if is_partial:
            parameters["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        with self._mapped_errors(key):
            answer = self._storage().client.get_object(**parameters)
            with contextlib.closing(answer["Body"]) as body:
                if is_partial and "ContentRange" not in answer:
                    raise BucketRefused(
                        Message(
                            "The object storage at {endpoint} does not send parts of objects.",
                            endpoint=self.address.endpoint,
                        )
                    )
                while chunk := body.read(chunk_bytes):
                    yield chunk

    def get_bytes(self, key: str, *, max_bytes: int = 64 * 2**20) -> bytes:
        """The object's content. Raises ObjectMissing, and ObjectTooLarge past `max_bytes`."""
        with self._mapped_errors(key):
            body = self._storage().client.get_object(**self._object(key))["Body"]
            with contextlib.closing(body):
                # Only reading on to the end shows that an answer ends too soon.
                content = b"".join(_read_at_most(body, max_bytes + 1))
        if len(content) > max_bytes:
            raise ObjectTooLarge(
                Message(
                    "The object {key} in the bucket {bucket} is larger than {most} bytes, so this "
                    "archive did not write it.",
                    key=key,
                    bucket=self.address.name,
                    most=max_bytes,
                )
            )
        return content

    def head(self, key: str) -> ObjectFacts | None:
        """The facts of the object; None where there is none.

        Some servers answer BucketForbidden for a missing object where the key may not list.
        """
        try:
            with self._mapped_errors(key):
                answer = self._head_or_get(key)
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
        requested a thousand at a time. `metadata` is empty: a list does not contain it.

        Raises BucketRefused where the answer is not a list.
        """
        with self._mapped_errors():
            pages = self._storage().client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.address.name, Prefix=prefix):
                # A web page has no objects either, and must not pass for an empty bucket: a new
                # archive would start beside the one that is in the bucket.
                if "IsTruncated" not in page and "Name" not in page:
                    from documents.bucket.error_messages import not_object_storage

                    raise BucketRefused(not_object_storage(self.address))
                for entry in page.get("Contents", ()):
                    modified = entry["LastModified"].astimezone(datetime.timezone.utc)
                    etag = entry.get("ETag", "")
                    yield ObjectFacts(entry["Key"], int(entry["Size"]), modified, {}, etag)

    def delete(self, key: str) -> None:
        """Remove the object, if there is one."""
        with contextlib.suppress(ObjectMissing), self._mapped_errors(key):
            self._storage().client.delete_object(**self._object(key))

    def copy(self, key: str, to: str) -> None:
        """Copy the object inside the bucket, whatever its size. Raises ObjectMissing."""
        check_new_object(to, None)
        with self._mapped_errors(key):
            storage = self._storage()
            storage.client.copy(
                self._object(key), self.address.name, to, Config=storage.transfer_config
            )

    def _put_conditionally(self, key: str, new: Any, etag: str) -> bool:
        """False where nothing was written because the server knows no conditional requests."""
        if not etag:
            return False
        storage = self._storage()
        parameters = {**self._object(key), **storage.get_write_parameters(new)}
        try:
            storage.client.put_object(**parameters, Body=new.read(), IfMatch=etag)
        except ClientError as error:
            if _http_status(error) in (400, 501):
                return False
            raise
        return True

    def _head_or_get(self, key: str) -> Any:
        client = self._storage().client
        try:
            return client.head_object(**self._object(key))
        except ClientError as error:
            if _http_status(error) not in (400, 403, 404):
                raise
        # The answer to a HEAD has no body, so its error has no name. A GET shows whether the
        # object or the bucket is missing, and what is refused.
        answer = client.get_object(**self._object(key))
        answer["Body"].close()
        return answer

    def _object(self, key: str) -> dict[str, Any]:
        check_key(key)
        return {"Bucket": self.address.name, "Key": key}

    def _storage(self) -> BucketStorage:
        # Loading boto3 takes half a second, which a site without a bucket need not spend.
        from documents.bucket.s3_storage import BucketStorage

        with self._lock:
            if self._made is None:
                storage = BucketStorage(self.address, self._timeouts)
                storage.client  # noqa: B018  made here, once for all threads
                self._made = storage
            return self._made

    @contextlib.contextmanager
    def _mapped_errors(self, key: str = "") -> Iterator[None]:
        """Raise the BucketError that names the problem of an error in the block."""
        try:
            yield
        except Exception as error:
            from documents.bucket.error_mapping import map_error

            mapped = map_error(error, self.address, key)
            if mapped is None or mapped is error:
                raise
            raise mapped from error


def _read_at_most(body: Any, max_bytes: int) -> Iterator[bytes]:
    left = max_bytes
    while left > 0 and (chunk := body.read(min(left, _CHUNK_BYTES))):
        left -= len(chunk)
        yield chunk


def _http_status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
