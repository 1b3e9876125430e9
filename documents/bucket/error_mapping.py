"""What went wrong between this machine and its bucket, named for a person.

botocore and urllib3 know fifty errors, and servers that are like S3 have codes of their own. Here
they become the dozen that a person can do something about (documents/errors.py); each detail is
one sentence that says what, and none ever contains the secret key.
"""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import botocore.exceptions as botocore_errors
from botocore.parsers import ResponseParserError

from documents.bucket import unreachable
from documents.bucket.settings import BucketAddress
from documents.errors import (
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


def named(error: BaseException, address: BucketAddress, key: str = "") -> BucketError | None:
    """`error`, raised while `address` was asked for `key` ("": for its list), as a BucketError.

    None where it does not come from the network: an error of this machine's disk, or a mistake in
    this program.
    """
    if isinstance(error, BucketError):
        return error
    if isinstance(error, botocore_errors.ClientError):
        found = _answered(error, address, key)
    elif isinstance(error, botocore_errors.EndpointProviderError):
        found = BucketUnreachable(no_address(address))
    elif isinstance(error, ResponseParserError):
        found = BucketRefused(no_object_storage(address))
    elif isinstance(error, unreachable.ERRORS):
        found = BucketUnreachable(unreachable.why(error, address.endpoint))
    elif isinstance(error, botocore_errors.BotoCoreError):
        found = BucketRefused(f"The bucket {address.name} can't be asked: {_one_line(error)}.")
    else:
        return None
    found.detail = _without(address.secret_key, found.detail)
    found.args = (found.detail,)
    return found


def no_address(address: BucketAddress) -> str:
    """What is to be said where the endpoint can't be that of a server."""
    return (
        f"CLOUDRU_S3_ENDPOINT={address.endpoint} is no address of a server: it must look like "
        "https://s3.cloud.ru."
    )


def no_object_storage(address: BucketAddress) -> str:
    """What is to be said where the answer makes no sense."""
    return f"What answers at {address.endpoint} does not speak S3: check CLOUDRU_S3_ENDPOINT."


def _status(error: Any) -> int:
    """The HTTP status of a ClientError; 0 where it has none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") or 0)


def _answered(error: Any, address: BucketAddress, key: str) -> BucketError:
    said = error.response.get("Error", {})
    code, message = str(said.get("Code", "")), str(said.get("Message", ""))
    skew = _skew(said, error.response)
    cls = _BY_CODE.get(code) or _by_status(error, code)
    if cls is BucketForbidden and skew is not None and abs(skew) > _TOLERATED_SKEW:
        cls = ClockSkew
    words = f"{code or _status(error)} {_one_line(message)}".strip()
    name, endpoint = address.name, address.endpoint
    details = {
        WrongAccessKey: f"The object storage at {endpoint} does not know the access key: check "
        "CLOUDRU_S3_ACCESS_KEY (keys of Cloud.ru look like tenant_id:key_id).",
        WrongSecretKey: "The secret key does not belong to the access key: check "
        "CLOUDRU_S3_SECRET_KEY.",
        ClockSkew: f"The clock of this machine {_differs(skew)} the clock of the object storage, "
        "which refuses it: set this machine's time.",
        NoSuchBucket: f"There is no bucket {name} at {endpoint}: make it, or check "
        "CLOUDRU_S3_BUCKET."
        if not urlsplit(endpoint).path
        else f"There is no bucket {name} at {endpoint}: CLOUDRU_S3_ENDPOINT must be the server's "
        "address alone, without a path.",
        NewerCopy: f"{key} was written by another container of this archive at the same moment.",
        ObjectMissing: f"There is no object {key} in the bucket {name}.",
        BucketForbidden: f"The access key may not do this in the bucket {name}: allow it to read, "
        f"write, list and delete objects ({words}).",
        BucketBusy: f"The object storage at {endpoint} is busy or broken at the moment ({words}); "
        "it is asked again later."
        if _is_word(code)
        else f"What answers at {endpoint} is broken at the moment, or is no object storage "
        f"({words}): check CLOUDRU_S3_ENDPOINT if it stays so.",
        BucketFull: f"The bucket {name} has no room left: raise its quota or remove something "
        f"({words}).",
        BucketRefused: f"The object storage at {endpoint} refused the request: {words}."
        if _is_word(code)
        else f"What answers at {endpoint} does not seem to be object storage ({words}): check "
        "CLOUDRU_S3_ENDPOINT.",
    }
    return cls(details[cls])


def _by_status(error: Any, code: str) -> type[BucketError]:
    """What an answer means whose code is none we know."""
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
    """Of an answer without a code of S3's, botocore makes the status one."""
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


def _differs(skew: datetime.timedelta | None) -> str:
    if skew is None:
        return "differs too much from"
    seconds = round(abs(skew.total_seconds()))
    for unit, name in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"is {round(seconds / unit)} {name} {'ahead of' if skew.days >= 0 else 'behind'}"
    return f"is {seconds} seconds {'ahead of' if skew.days >= 0 else 'behind'}"


def _one_line(text: object) -> str:
    """Without the final stop: it becomes part of a sentence."""
    printable = "".join(letter if letter.isprintable() else " " for letter in str(text))
    return " ".join(printable.split())[:200].rstrip(".")


def _without(secret: str, detail: str) -> str:
    # A secret of a few letters is no secret, and may be part of any word.
    return detail.replace(secret, "[secret key]") if len(secret) >= 8 else detail
