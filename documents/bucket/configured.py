"""The bucket that the settings name, one `Bucket` per process and kind of caller."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from documents.bucket.settings import BucketAddress, Timeouts
from documents.bucket.store import Bucket

#: For work in the background.
BACKGROUND = Timeouts()
#: For a request that a person waits for: one attempt, and not for long. The person asks again; the
#: page of an OCR worker is tried again.
FOREGROUND = Timeouts(read=8.0, attempts=1)
#: For a small request that shows whether the bucket answers: a server that does not answer it soon
#: is not sent a file either.
PROBE = Timeouts(read=4.0, attempts=1)


def configured_bucket(timeouts: Timeouts = BACKGROUND) -> Bucket | None:
    """The bucket of the settings, the same object for all threads of this process.

    None: no bucket is configured, and everything is on this machine's disk only.
    """
    address: BucketAddress | None = settings.OCRSITE_BUCKET
    return None if address is None else _make_bucket(address, timeouts)


@lru_cache(maxsize=8)
def _make_bucket(address: BucketAddress, timeouts: Timeouts) -> Bucket:
    return Bucket(address, timeouts)
