"""The S3 client behind `documents.bucket.store`: django-storages' own, configured
explicitly.

boto3 would take its settings from some forty AWS_ variables, two files in the home directory and
the cloud's metadata service. Here the four values of `documents.bucket.settings` are all there is.
What is the machine's and not S3's still applies: its proxy variables, and its certificates.

This module takes half a second to load, so it is imported where a client is made.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.configprovider import ConstantProvider
from botocore.loaders import create_loader
from storages.backends.s3 import S3Storage

from documents.bucket.error_mapping import no_address, no_object_storage
from documents.bucket.settings import REGION, BucketAddress
from documents.errors import BucketRefused, BucketUnreachable, NoSuchBucket

#: Bytes from which a file goes up in parts, and the size of a part (S3 allows 10,000 of them).
PARTS_FROM = PART = 16 * 2**20

#: Requests at a time: of this process, and of one file that goes up in parts.
MOST_CONNECTIONS, MOST_PARTS_AT_A_TIME = 16, 4

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")


class _Storage(S3Storage):
    """django-storages' S3 storage, in a session that reads no variable and no file."""

    def _create_session(self) -> Any:
        return boto3.Session(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            botocore_session=_session_of_its_own(),
        )


def make_client(
    address: BucketAddress, *, connect_seconds: float, read_seconds: float, attempts: int
) -> Any:
    """A boto3 client of S3 for `address`; many threads may use it. Nothing is sent yet.

    `attempts`: how often a request is made at most, the first one included.
    Raises NoSuchBucket and BucketUnreachable where the name or the endpoint can't be one.
    """
    # Names of other shapes would be asked for elsewhere (ARNs) or in another way.
    if not _NAME.fullmatch(address.name):
        raise NoSuchBucket(f"CLOUDRU_S3_BUCKET={address.name} can't be the name of a bucket.")
    storage = _Storage(
        access_key=address.access_key,
        secret_key=address.secret_key,
        # django-storages has variables of its own; what is given here is not looked up there.
        security_token=None,
        session_profile=None,
        bucket_name=address.name,
        endpoint_url=address.endpoint,
        region_name=REGION,
        verify=_trusted_certificates(),
        client_config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path", "payload_signing_enabled": True},
            # boto3's newer default checksums are refused by vendors that are like S3.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=connect_seconds,
            read_timeout=read_seconds,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=MOST_CONNECTIONS,
        ),
    )
    try:
        return storage.connection.meta.client
    except ValueError as error:
        raise BucketUnreachable(no_address(address)) from error


def upload(client: Any, path: Path, bucket: str, key: str, extra: Mapping[str, Any]) -> None:
    """Send the file at `path`, in parts where it is large; it is read as it is sent.

    Raises what botocore raises, and OSError where the file can't be read.
    """
    parts = TransferConfig(
        multipart_threshold=PARTS_FROM,
        multipart_chunksize=PART,
        max_concurrency=MOST_PARTS_AT_A_TIME,
        preferred_transfer_client="classic",
    )
    try:
        client.upload_file(str(path), bucket, key, ExtraArgs=dict(extra), Config=parts)
    except S3UploadFailedError as error:
        # It repeats only the text of the answer; the answer itself stands behind it.
        raise (error.__context__ or error) from None


def entries(client: Any, address: BucketAddress, prefix: str) -> Iterator[dict[str, Any]]:
    """The objects of the bucket's list whose keys begin with `prefix`, as botocore has them.

    Raises BucketRefused where the answer is no list, and what botocore raises.
    """
    pages = client.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=address.name, Prefix=prefix):
        # A page of a web site has no objects either, and must not pass for a bucket that is empty:
        # an archive would be begun beside the one that lies in the bucket.
        if "IsTruncated" not in page and "Name" not in page:
            raise BucketRefused(no_object_storage(address))
        yield from page.get("Contents", ())


def _session_of_its_own() -> Any:
    """A botocore session whose every variable has botocore's own default."""
    variables = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in botocore.session.Session.SESSION_VARIABLES.items()
    }
    for file in ("config_file", "credentials_file"):
        variables[file] = (None, None, os.devnull, None)
    session = botocore.session.Session(session_vars=variables)
    for section in ("s3", "proxies_config"):
        session.get_component("config_store").set_config_provider(section, ConstantProvider(None))
    session.register_component("data_loader", _descriptions())
    return session


@lru_cache(maxsize=1)
def _descriptions() -> Any:
    """botocore's descriptions of S3: a megabyte of JSON that is read once a process."""
    return create_loader()


def _trusted_certificates() -> str | bool:
    """The file of authorities that this machine trusts, as every program here (SSL_CERT_FILE names
    another); those that botocore brings where the machine has none."""
    return ssl.get_default_verify_paths().cafile or True
