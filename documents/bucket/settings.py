"""The bucket that the archive is mirrored to: exactly four variables, all of them or none.

No other S3 variable is read anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from documents.messages import Message, PluralMessage

NAMES = (
    "CLOUDRU_S3_ENDPOINT",
    "CLOUDRU_S3_BUCKET",
    "CLOUDRU_S3_ACCESS_KEY",
    "CLOUDRU_S3_SECRET_KEY",
)
#: The region that requests are signed for.
REGION = "ru-central-1"
#: Below it lies a replica of each container's database.
DATABASE_PREFIX = "database/"


@dataclass(frozen=True)
class BucketAddress:
    """The bucket, and the key to it. The secret key appears in no `repr`."""

    endpoint: str
    name: str
    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True)
class Timeouts:
    """How long to wait: `connect` seconds for a connection, `read` seconds for the next byte of an
    answer; a request is made at most `attempts` times."""

    connect: float = 3.0
    read: float = 20.0
    attempts: int = 2


@dataclass(frozen=True)
class BucketSettings:
    """`bucket`: None where not all four variables are set. `missing`: then the missing ones, if any
    is set. `warnings`: for an administrator."""

    bucket: BucketAddress | None = None
    missing: tuple[str, ...] = ()
    warnings: tuple[Message, ...] = ()


def read_bucket_settings(variables: Mapping[str, str]) -> BucketSettings:
    """The settings in `variables`. Nothing here prevents a start: the archive works without its
    bucket, and warns."""
    found = {name: variables.get(name, "").strip() for name in NAMES}
    missing = tuple(name for name, text in found.items() if not text)
    if len(missing) == len(NAMES):
        return BucketSettings()
    if missing:
        return BucketSettings(missing=missing, warnings=(_warn_incomplete(missing),))
    endpoint, name, access_key, secret_key = found.values()
    endpoint, warning = _parse_endpoint(endpoint, name)
    warnings = [warning] if warning else []
    if ":" not in access_key:
        warnings.append(
            Message(
                "CLOUDRU_S3_ACCESS_KEY has no colon: keys of Cloud.ru look like tenant_id:key_id. "
                "If the bucket refuses it, copy the whole key."
            )
        )
    return BucketSettings(
        BucketAddress(endpoint, name, access_key, secret_key), warnings=tuple(warnings)
    )


def _parse_endpoint(endpoint: str, bucket: str) -> tuple[str, Message | None]:
    """The server's address, and a warning about it.

    Some consoles show an address that ends in the bucket's name. With it, keys would begin with the
    bucket's name, and no list would find them.
    """
    endpoint = (endpoint if "://" in endpoint else f"https://{endpoint}").rstrip("/")
    scheme, _, rest = endpoint.partition("://")
    host, _, path = rest.partition("/")
    if path == bucket:
        return f"{scheme}://{host}", None
    if path:
        return endpoint, Message(
            "CLOUDRU_S3_ENDPOINT ends in /{path}, which is not the bucket {bucket}: it should be "
            "the server's address alone.",
            path=path,
            bucket=bucket,
        )
    return endpoint, None


def _warn_incomplete(missing: tuple[str, ...]) -> Message:
    return PluralMessage(
        "Object storage is not used: {names} is not set. Documents are kept on this machine's disk "
        "only; set all four CLOUDRU_S3_ variables, or none.",
        "Object storage is not used: {names} are not set. Documents are kept on this machine's "
        "disk only; set all four CLOUDRU_S3_ variables, or none.",
        count=len(missing),
        names=", ".join(missing),
    )
