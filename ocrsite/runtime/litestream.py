"""Litestream: the program that keeps a copy of the SQLite database in the bucket, a second behind.

Here is how it is found, told what to do, and understood. Every data directory has a replica of its
own there, `database/<uuid>/`: two containers that overlap never write to one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from documents.bucket.settings import DATABASE_PREFIX, REGION, BucketAddress
from documents.files.atomic import write_file

#: In the data directory: which replica is ours, and Litestream's configuration.
DIRECTORY = "replica"

#: Variables that are not for Litestream. It takes settings of the AWS_ ones (and does not start
#: where one of them names a file of certificates); the others hold secrets that it does not need.
_WITHHELD = ("AWS_", "CLOUDRU_S3_", "LITESTREAM_", "OCRSITE_SECRET_KEY", "DATABASE_URL")
#: Nor does it look into files of the home directory or ask the cloud it runs in.
_NOT_ASKED = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
#: Seconds for which the same complaint is not repeated.
_SAID_LATELY = 300.0


class NoLitestream(Exception):
    """There is no such program; the message is one sentence."""


def find_program() -> str:
    """The path of Litestream: beside this Python, where its package puts it, or on the PATH.

    Raises NoLitestream.
    """
    beside = Path(sys.executable).with_name("litestream")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("litestream")
    if found is None:
        raise NoLitestream("the program litestream, which copies the database, is not installed.")
    return found


def replica_of(data_dir: Path) -> uuid.UUID:
    """The data directory's own replica, chosen when it is first asked for. Raises OSError."""
    path = data_dir / DIRECTORY / "id"
    with contextlib.suppress(FileNotFoundError, ValueError):
        return uuid.UUID(path.read_text(encoding="ascii").strip())
    chosen = uuid.uuid4()
    _write_private(path, str(chosen))
    return chosen


def forget_replica(database: Path) -> None:
    """Another database takes the place of `database`: its replica is not to be continued.

    Raises OSError.
    """
    (database.parent / DIRECTORY / "id").unlink(missing_ok=True)
    # What Litestream has noted beside the database: how far the copy had come.
    shutil.rmtree(database.with_name(f".{database.name}-litestream"), ignore_errors=True)


def configuration(database: Path, bucket: BucketAddress, replica: uuid.UUID) -> str:
    """Litestream's configuration: JSON, which is YAML too. It holds no secret."""
    settings: dict[str, Any] = {
        "logging": {"type": "json", "level": "warn", "stderr": True},
        # Each snapshot is the whole database: one a day, and the one before it for safety.
        "snapshot": {"interval": "24h", "retention": "48h"},
        # The supervisor ends it soon after; a bucket that is gone is no reason to wait longer.
        "shutdown-sync-timeout": "2s",
        "shutdown-sync-interval": "200ms",
        "dbs": [
            {
                "path": str(database),
                "busy-timeout": "30s",
                "replica": {
                    "type": "s3",
                    "endpoint": bucket.endpoint,
                    "bucket": bucket.name,
                    "path": f"{DATABASE_PREFIX}{replica}",
                    "region": REGION,
                    "force-path-style": True,
                    "sign-payload": True,
                    "sync-interval": "1s",
                },
            }
        ],
    }
    return json.dumps(settings, indent=1)


def write_configuration(data_dir: Path, text: str, name: str = "litestream.yml") -> Path:
    """Write `text` where the commands below read it; returns the path. Raises OSError."""
    path = data_dir / DIRECTORY / name
    _write_private(path, text)
    return path


def variables(base: Mapping[str, str], bucket: BucketAddress) -> dict[str, str]:
    """The variables of Litestream's process: `base` without what is not for it, and the keys."""
    kept = {name: text for name, text in base.items() if not name.startswith(_WITHHELD)}
    return {
        **kept,
        **_NOT_ASKED,
        "LITESTREAM_ACCESS_KEY_ID": bucket.access_key,
        "LITESTREAM_SECRET_ACCESS_KEY": bucket.secret_key,
    }


def replicate_command(program: str, config: Path) -> list[str]:
    """Until SIGTERM, which it answers by copying what is left. A `$` in the file stays one."""
    return [program, "replicate", "-config", str(config), "-no-expand-env"]


def restore_command(program: str, config: Path, database: Path, output: Path) -> list[str]:
    """Write the newest state of the replica of `database` (as `config` has it) to `output`."""
    # fmt: off
    return [program, "restore", "-config", str(config), "-no-expand-env", "-o", str(output),
            str(database)]
    # fmt: on


class Relay:
    """Litestream's lines as lines of our log: its message and why, the same one not again for
    some minutes."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def __call__(self, line: str) -> str | None:
        text = readable(line)
        # Numbers of requests and ports differ from line to line; what is wrong does not.
        kind = re.sub(r"\d+", "", re.sub(r"RequestID: [^,]*|HostID: [^,]*", "", text or ""))
        now = time.monotonic()
        if not text or now - self._said.get(kind, float("-inf")) < _SAID_LATELY:
            return None
        if len(self._said) > 100:
            self._said.clear()
        self._said[kind] = now
        return text


def readable(line: str) -> str | None:
    """A line of Litestream's log in words; None for an empty one."""
    try:
        said = json.loads(line)
        message, reason = str(said["msg"]), str(said.get("error") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return line.strip() or None
    return f"{message}: {reason}" if reason else message


def _write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_file(path, text, mode=0o600)
