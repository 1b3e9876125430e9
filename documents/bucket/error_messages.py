"""What is wrong with the bucket, for the administrator: one message for each class of answer."""

from __future__ import annotations

import datetime
from urllib.parse import urlsplit

from documents.bucket.errors import (
    BucketBusy,
    BucketError,
    BucketForbidden,
    BucketFull,
    BucketRefused,
    NewerCopy,
    NoSuchBucket,
    ObjectMissing,
    WrongAccessKey,
    WrongSecretKey,
)
from documents.bucket.settings import BucketAddress
from documents.messages import Message, PluralMessage, gettext_noop

_ANSWERS: dict[type[BucketError], str] = {
    WrongAccessKey: gettext_noop(
        "The object storage at {endpoint} does not know the access key: check "
        "CLOUDRU_S3_ACCESS_KEY (keys of Cloud.ru look like tenant_id:key_id)."
    ),
    WrongSecretKey: gettext_noop(
        "The secret key does not belong to the access key: check CLOUDRU_S3_SECRET_KEY."
    ),
    NoSuchBucket: gettext_noop(
        "There is no bucket {bucket} at {endpoint}: create it, or check CLOUDRU_S3_BUCKET."
    ),
    NewerCopy: gettext_noop("Another container of this archive wrote {key} at the same moment."),
    ObjectMissing: gettext_noop("There is no object {key} in the bucket {bucket}."),
    BucketForbidden: gettext_noop(
        "The access key may not do this in the bucket {bucket}: allow it to read, write, list and "
        "delete objects ({answer})."
    ),
    BucketBusy: gettext_noop(
        "The object storage at {endpoint} is busy or broken at the moment ({answer}); it is tried "
        "again later."
    ),
    BucketFull: gettext_noop(
        "The bucket {bucket} has no room left: raise its quota or remove something ({answer})."
    ),
    BucketRefused: gettext_noop("The object storage at {endpoint} refused the request: {answer}."),
}
#: Where the answer has no code of S3's, so that perhaps no object storage gave it.
_ANSWERS_WITHOUT_CODE: dict[type[BucketError], str] = {
    BucketBusy: gettext_noop(
        "What answers at {endpoint} is broken at the moment, or is no object storage ({answer}): "
        "check CLOUDRU_S3_ENDPOINT if it stays so."
    ),
    BucketRefused: gettext_noop(
        "What answers at {endpoint} does not seem to be object storage ({answer}): check "
        "CLOUDRU_S3_ENDPOINT."
    ),
}
_ENDPOINT_WITH_PATH = gettext_noop(
    "There is no bucket {bucket} at {endpoint}: CLOUDRU_S3_ENDPOINT must be the server's address "
    "alone, without a path."
)


def answer_message(
    cls: type[BucketError], address: BucketAddress, *, key: str, answer: str, has_code: bool
) -> Message:
    """The message for an answer of the server that means `cls`.

    `answer`: the server's own code and text; `has_code`: whether that code is one of S3's.
    """
    msgid = _ANSWERS[cls]
    if cls is NoSuchBucket and urlsplit(address.endpoint).path:
        msgid = _ENDPOINT_WITH_PATH
    elif not has_code:
        msgid = _ANSWERS_WITHOUT_CODE.get(cls, msgid)
    return Message(msgid, endpoint=address.endpoint, bucket=address.name, key=key, answer=answer)


def invalid_endpoint(address: BucketAddress) -> Message:
    """The message where the endpoint can't be the address of a server."""
    return Message(
        "CLOUDRU_S3_ENDPOINT={endpoint} is no address of a server: it must look like "
        "https://s3.cloud.ru.",
        endpoint=address.endpoint,
    )


def not_object_storage(address: BucketAddress) -> Message:
    """The message where the answer makes no sense."""
    return Message(
        "What answers at {endpoint} does not speak S3: check CLOUDRU_S3_ENDPOINT.",
        endpoint=address.endpoint,
    )


def skew_message(skew: datetime.timedelta | None) -> Message:
    """The message where the clocks differ. `skew`: how far this machine's is ahead, if known."""
    if skew is None:
        return Message(
            "The clock of this machine differs too much from the clock of the object storage, "
            "which refuses it: set this machine's time."
        )
    if skew.days >= 0:
        return Message(
            "The clock of this machine is {time} ahead of the clock of the object storage, which "
            "refuses it: set this machine's time.",
            time=_duration(skew),
        )
    return Message(
        "The clock of this machine is {time} behind the clock of the object storage, which "
        "refuses it: set this machine's time.",
        time=_duration(skew),
    )


def _duration(skew: datetime.timedelta) -> Message:
    """The size of `skew` in the largest unit of which it has at least two."""
    seconds = round(abs(skew.total_seconds()))
    if seconds >= 2 * 86400:
        return PluralMessage("{count} day", "{count} days", count=round(seconds / 86400))
    if seconds >= 2 * 3600:
        return PluralMessage("{count} hour", "{count} hours", count=round(seconds / 3600))
    if seconds >= 2 * 60:
        return PluralMessage("{count} minute", "{count} minutes", count=round(seconds / 60))
    return PluralMessage("{count} second", "{count} seconds", count=seconds)
