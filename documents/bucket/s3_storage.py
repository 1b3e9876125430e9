"""The bucket as a Django storage: django-storages' S3 storage, configured explicitly.

boto3 would take its settings from some forty AWS_ variables, two files in the home directory and
the cloud's metadata service. Here the four values of `documents.bucket.settings` are the only ones.
Settings of the machine still apply: its proxy variables and its certificates.

`documents.bucket.store` saves objects through the storage API, and uses the storage's client where
that API can't express what the archive needs; it says where and why.

This module takes half a second to load, so it is imported where a bucket is first used.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import boto3
import botocore.session
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.configprovider import ConstantProvider
from botocore.loaders import create_loader
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from documents.bucket.error_messages import invalid_endpoint
from documents.bucket.errors import BucketUnreachable, NoSuchBucket
from documents.bucket.settings import REGION, BucketAddress, Timeouts
from documents.messages import Message

#: Bytes from which a file is sent in parts, and the size of a part (S3 allows 10,000 of them).
MULTIPART_BYTES = 16 * 2**20

#: Requests at a time: of this process, and of one file that is sent in parts.
MAX_CONNECTIONS, MAX_PARTS_AT_A_TIME = 16, 4

#: Other names would be looked for elsewhere (ARNs) or in another way.
_BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")


class NewObject(File):  # type: ignore[type-arg]
    """The content of an object to save, with its type and metadata (ASCII).

    `path`: the file on disk that is the content; None where it is in memory.
    """

    def __init__(
        self, file: BinaryIO, path: Path | None, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        super().__init__(file)
        self.path = path
        self.content_type = content_type
        self.metadata = dict(metadata)

    @classmethod
    def from_bytes(
        cls, content: bytes, content_type: str, metadata: Mapping[str, str]
    ) -> NewObject:
        return cls(BytesIO(content), None, content_type, metadata)


class BucketStorage(S3Storage):  # type: ignore[misc]
    """django-storages' S3 storage in a session that reads no variable and no file.

    Requests are signed with version 4 and name the bucket in their path. Many threads may use one
    storage: `bucket`, and so the client behind it, is made once.
    """

    def __init__(self, address: BucketAddress, timeouts: Timeouts) -> None:
        """Nothing is sent yet. Raises NoSuchBucket where the name can't be a bucket's."""
        if not _BUCKET_NAME.fullmatch(address.name):
            raise NoSuchBucket(
                Message(
                    "CLOUDRU_S3_BUCKET={name} can't be the name of a bucket.", name=address.name
                )
            )
        super().__init__(
            access_key=address.access_key,
            secret_key=address.secret_key,
            # django-storages has variables of its own; a value given here is not looked up there.
            security_token=None,
            session_profile=None,
            bucket_name=address.name,
            endpoint_url=address.endpoint,
            region_name=REGION,
            verify=_trusted_certificates(),
            file_overwrite=True,
            transfer_config=TransferConfig(
                multipart_threshold=MULTIPART_BYTES,
                multipart_chunksize=MULTIPART_BYTES,
                max_concurrency=MAX_PARTS_AT_A_TIME,
                preferred_transfer_client="classic",
            ),
            client_config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path", "payload_signing_enabled": True},
                # Vendors of S3-compatible storage refuse boto3's newer default checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=timeouts.connect,
                read_timeout=timeouts.read,
                retries={"mode": "standard", "total_max_attempts": timeouts.attempts},
                max_pool_connections=MAX_CONNECTIONS,
            ),
        )
        self._address = address

    @property
    def client(self) -> Any:
        """boto3's client, which is safe for threads.

        Raises BucketUnreachable where the endpoint can't be a server's address.
        """
        try:
            return self.bucket.meta.client
        except ValueError as error:
            raise BucketUnreachable(invalid_endpoint(self._address)) from error

    def get_write_parameters(self, content: NewObject) -> dict[str, Any]:
        return {"ContentType": content.content_type, "Metadata": content.metadata}

    def _create_session(self) -> Any:
        return boto3.Session(
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            botocore_session=_isolated_session(),
        )

    def _get_write_parameters(self, name: str, content: Any = None) -> dict[str, Any]:
        return self.get_write_parameters(content)

    def _save(self, name: str, content: NewObject) -> str:
        if content.path is None:
            return str(super()._save(name, content))
        # By its path a file is read as it is sent; django-storages sends an open file, of which
        # boto3 would hold ten parts in memory.
        try:
            self.bucket.Object(name).upload_file(
                str(content.path),
                ExtraArgs=self.get_write_parameters(content),
                Config=self.transfer_config,
            )
        except S3UploadFailedError as error:
            # It repeats only the text of the server's answer; the answer itself is its context.
            raise (error.__context__ or error) from None
        return name


def _isolated_session() -> Any:
    """A botocore session in which every setting has botocore's own default."""
    variables = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in botocore.session.Session.SESSION_VARIABLES.items()
    }
    for file in ("config_file", "credentials_file"):
        variables[file] = (None, None, os.devnull, None)
    session = botocore.session.Session(session_vars=variables)
    for section in ("s3", "proxies_config"):
        session.get_component("config_store").set_config_provider(section, ConstantProvider(None))
    session.register_component("data_loader", _service_descriptions())
    return session


@lru_cache(maxsize=1)
def _service_descriptions() -> Any:
    """botocore's descriptions of S3: a megabyte of JSON, loaded once per process."""
    return create_loader()


def _trusted_certificates() -> str | bool:
    """The file of authorities that this machine trusts (SSL_CERT_FILE names another); True takes
    botocore's where the machine has none."""
    return ssl.get_default_verify_paths().cafile or True
