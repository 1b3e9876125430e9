"""Errors of the bucket. Documents stay safe on this machine's disk in all of them."""

from __future__ import annotations

from documents.errors.base import ArchiveError
from documents.messages import gettext_noop

_SETTINGS = "Check the CLOUDRU_S3_ variable that the detail names."
_WAIT = "Nothing: it is tried again."


class BucketError(ArchiveError):
    """The bucket did not do what it was asked to. Most of these pass, by themselves or when a
    setting is corrected."""

    code = "bucket-error"
    permanent = False
    title = gettext_noop("The object storage did not do what it was asked to.")
    next_step = "See `/health` for the reason."


class BucketUnreachable(BucketError):
    """No answer: no route, an unknown name, refused, cut off, too slow, or not trusted (TLS)."""

    code = "bucket-unreachable"
    title = gettext_noop("The object storage can't be reached.")
    next_step = "Check the network and CLOUDRU_S3_ENDPOINT."


class BucketOpen(BucketUnreachable):
    """Not asked at all: the bucket did not answer several times in a row, so the circuit breaker
    is open."""

    code = "bucket-open"
    title = gettext_noop(
        "The object storage did not answer several times and is left alone for a moment."
    )
    next_step = _WAIT


class BucketBusy(BucketError):
    """The object storage is too busy, or answers with an internal error."""

    code = "bucket-busy"
    title = gettext_noop("The object storage is too busy or broken at the moment.")
    next_step = _WAIT


class BucketFull(BucketError):
    """The bucket has reached its quota."""

    code = "bucket-full"
    title = gettext_noop("The object storage has no room left.")
    next_step = "Raise the quota of the bucket, or remove something from it."


class WrongAccessKey(BucketError):
    """The object storage does not know the access key."""

    code = "bucket-wrong-access-key"
    title = gettext_noop("The object storage does not know the access key.")
    next_step = "Check CLOUDRU_S3_ACCESS_KEY."


class WrongSecretKey(BucketError):
    """The signature of the request does not match the access key."""

    code = "bucket-wrong-secret-key"
    title = gettext_noop("The secret key does not belong to the access key of the object storage.")
    next_step = "Check CLOUDRU_S3_SECRET_KEY."


class ClockSkew(BucketError):
    """This machine's clock differs from the server's by more than 15 minutes."""

    code = "bucket-clock-skew"
    title = gettext_noop(
        "The clock of this machine differs too much from that of the object storage."
    )
    next_step = "Set this machine's clock."


class NoSuchBucket(BucketError):
    """There is no bucket of this name at the endpoint."""

    code = "bucket-missing"
    title = gettext_noop("The object storage has no bucket of this name.")
    next_step = "Create the bucket, or check CLOUDRU_S3_BUCKET."


class BucketForbidden(BucketError):
    """The access key may not do this in the bucket."""

    code = "bucket-forbidden"
    title = gettext_noop("The access key may not do this in the bucket.")
    next_step = "Allow the key to read, write, list and delete objects."


class BucketRefused(BucketError):
    """Any other refusal; the detail has the server's own code and message."""

    code = "bucket-refused"
    title = gettext_noop("The object storage refused the request.")
    next_step = _SETTINGS


class BucketUnreliable(BucketError):
    """What was written can't be read or listed as it was written."""

    code = "bucket-unreliable"
    title = gettext_noop("The object storage does not return what was written to it.")
    next_step = "Use another bucket, or ask the provider of the object storage."


class ObjectMissing(BucketError):
    """There is no such object in the bucket."""

    code = "object-missing"
    permanent = True
    title = gettext_noop("The object is not in the bucket.")
    next_step = "Run `manage.py archive verify`, which lists everything that is missing."


class ObjectTooLarge(BucketError):
    """The object is larger than the caller may hold in memory."""

    code = "object-too-large"
    permanent = True
    title = gettext_noop("The object in the bucket is larger than expected.")
    next_step = "Remove the object: the archive did not write it."


class NotMirroredYet(BucketError):
    """The file is on another machine and not in the bucket yet."""

    code = "not-mirrored-yet"
    title = gettext_noop("The file is not in the object storage yet.")
    next_step = "Nothing: the other machine uploads it."


class Purged(BucketError):
    """Another container of this archive has deleted the document for good."""

    code = "purged"
    permanent = True
    title = gettext_noop("The document was removed for good elsewhere.")
    next_step = "Nothing: this machine removes its copy."


class NewerCopy(BucketError):
    """The bucket's manifest has a higher version: another container of this archive wrote it."""

    code = "newer-copy"
    permanent = True
    title = gettext_noop("The object storage has a newer version of this document.")
    next_step = "Nothing: this machine takes the newer version."
