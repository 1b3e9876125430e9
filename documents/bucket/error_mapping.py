"""Exceptions of boto3 and its libraries as errors of the bucket.

botocore and urllib3 have some fifty exceptions, and servers that are like S3 have codes of their
own. Here they become the dozen that a person can act on (documents/bucket/errors.py). No message
contains the secret key.
"""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Mapping
from typing import Any

import botocore.exceptions as botocore_errors
from botocore.parsers import ResponseParserError

from documents.bucket import unreachable
from documents.bucket.error_messages import (
    answer_message,
    invalid_endpoint,
    not_object_storage,
    skew_message,
)
from documents.bucket.errors import (
    BucketBusy,
    BucketError,
    BucketForbidden,
    BucketFull,
    BucketRefused,
    BucketUnreachable,
    ClockSkew,
    NewerCopy,
    NoSuchBucket,
    ObjectMissing,
    WrongAccessKey,
    WrongSecretKey,
)
from documents.bucket.settings import BucketAddress
from documents.bucket.unreachable import explain_unreachable
from documents.messages import Message

#: Servers that are like S3 refuse a request whose time is further off than this.
_TOLERATED_SKEW = datetime.timedelta(minutes=15)

_BY_CODE: dict[str, type[BucketError]] = {
    **dict.fromkeys(("InvalidAccessKeyId", "InvalidAccessKey", "UnknownAccessKey"), WrongAccessKey),
    **dict.fromkeys(("SignatureDoesNotMatch", "InvalidSecretKey"), WrongSecretKey),
    **dict.fromkeys(("RequestTimeTooSkewed", "RequestExpired"), ClockSkew),
    **dict.fromkeys(("NoSuchBucket", "InvalidBucketName"), NoSuchBucket),
    **dict.fromkeys(("NoSuchKey", "NotFound"), ObjectMissing),
    # Only asked for where another container may write the same object.
    **dict.fromkeys(("PreconditionFailed", "ConditionalRequestConflict"), NewerCopy),
    **dict.fromkeys(("AccessDenied", "AllAccessDisabled", "Forbidden"), BucketForbidden),
    **dict.fromkeys(
        ("SlowDown", "SlowDownRead", "SlowDownWrite", "ServiceUnavailable", "InternalError",
         "RequestTimeout", "TooManyRequests", "Throttling", "ServerBusy", "OperationAborted"),
        BucketBusy,
    ),
    **dict.fromkeys(
        ("QuotaExceeded", "InsufficientStorage", "InsufficientCapacity", "XMinioStorageFull",
         "XAmzQuotaExceeded", "StorageQuotaExceeded", "TooMuchData"),
        BucketFull,
    ),
}  # fmt: skip


def map_error(error: BaseException, address: BucketAddress, key: str = "") -> BucketError | None:
    """`error`, raised by a request to `address` for `key` ("": for its list), as a BucketError.

    None where it does not come from the network: an error of this machine's disk, or a defect of
    this program.
    """
    if isinstance(error, BucketError):
        return error
    if isinstance(error, botocore_errors.ClientError):
        cls, message = _map_answer(error, address, key)
    elif isinstance(error, botocore_errors.EndpointProviderError):
        cls, message = BucketUnreachable, invalid_endpoint(address)
    elif isinstance(error, ResponseParserError):
        cls, message = BucketRefused, not_object_storage(address)
    elif isinstance(error, unreachable.ERRORS):
        cls, message = BucketUnreachable, explain_unreachable(error, address.endpoint)
    elif isinstance(error, botocore_errors.BotoCoreError):
        cls, message = (
            BucketRefused,
            Message(
                "The bucket {bucket} can't be used: {reason}.",
                bucket=address.name,
                reason=_one_line(error),
            ),
        )
    else:
        return None
    return cls(_redact(message, address.secret_key))


def _status(error: Any) -> int:
    """The HTTP status of a ClientError; 0 where it has none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)


def _map_answer(error: Any, address: BucketAddress, key: str) -> tuple[type[BucketError], Message]:
    """The class and message of a ClientError: an answer of the server."""
    answer = error.response.get("Error", {})
    code, text = str(answer.get("Code", "")), str(answer.get("Message", ""))
    skew = _skew(answer, error.response)
    cls = _BY_CODE.get(code) or _by_status(error, code)
    if cls is BucketForbidden and skew is not None and abs(skew) > _TOLERATED_SKEW:
        cls = ClockSkew
    if cls is ClockSkew:
        return cls, skew_message(skew)
    return cls, answer_message(
        cls,
        address,
        key=key,
        answer=f"{code or _status(error)} {_one_line(text)}".strip(),
        has_code=_is_word(code),
    )


def _by_status(error: Any, code: str) -> type[BucketError]:
    """The class of an answer whose code is unknown."""
    number = _status(error)
    about_an_object = error.operation_name in ("GetObject", "HeadObject", "DeleteObject")
    if number == 404 and about_an_object and not _is_word(code):
        return ObjectMissing
    if number in (401, 403):
        return BucketForbidden
    if number == 507:
        return BucketFull
    if number == 429 or (number >= 500 and number != 501):
        return BucketBusy
    return BucketRefused


def _is_word(code: str) -> bool:
    """Whether `code` is one of S3's: where an answer has none, botocore takes the status."""
    return bool(code) and not code.isdigit()


def _skew(said: Mapping[str, Any], response: Mapping[str, Any]) -> datetime.timedelta | None:
    """How far this machine's clock is ahead of the server's; None where the server did not say."""
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        if "ServerTime" in said:
            theirs = datetime.datetime.fromisoformat(str(said["ServerTime"]).replace("Z", "+00:00"))
        else:
            theirs = email.utils.parsedate_to_datetime(headers["date"])
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=datetime.timezone.utc)
    except (KeyError, TypeError, ValueError):
        return None
    return datetime.datetime.now(datetime.timezone.utc) - theirs


def _one_line(text: object) -> str:
    """`text` on one line, at most 200 characters, without the final stop: a part of a sentence."""
    printable = "".join(letter if letter.isprintable() else " " for letter in str(text))
    return " ".join(printable.split())[:200].rstrip(".")


def _redact(message: Message, secret: str) -> Message:
    """`message` without the secret key, which a server may repeat in its answer."""
    # A secret of a few letters is no secret, and may be part of any word.
    return message.replace_in_params(secret, "[secret key]") if len(secret) >= 8 else message
