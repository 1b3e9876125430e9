"""Litestream, the program that copies the SQLite database into the bucket, a second behind: how it
is found and configured, its command lines, and its log.

Every data directory has a replica of its own, `database/<uuid>/`: two containers that overlap never
write to the same one.
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

#: In the data directory: the id of its replica, and Litestream's configuration.
DIRECTORY = "replica"

#: Prefixes of variables that Litestream does not get. It takes settings from AWS_ variables (and
#: does not start if one of them names a file of certificates); the others hold secrets.
_WITHHELD = ("AWS_", "CLOUDRU_S3_", "LITESTREAM_", "OCRSITE_SECRET_KEY", "DATABASE_URL")
#: With these it reads no files of the home directory and asks no metadata service of a cloud.
_ISOLATION = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
#: Seconds for which the same message is not repeated.
_REPEAT_AFTER = 300.0


class NoLitestream(Exception):
    """The program was not found; the message is one sentence."""


def find_program() -> str:
    """The path of Litestream: beside this Python, where its package puts it, or on the PATH.

    Raises NoLitestream.
    """
    beside = Path(sys.executable).with_name("litestream")
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which("litestream")
    if found is None:
        raise NoLitestream("the program litestream, which copies the database, is not installed.")
    return found


def read_or_create_replica_id(data_dir: Path) -> uuid.UUID:
    """The id of the data directory's replica; chosen by the first call. Raises OSError."""
    path = data_dir / DIRECTORY / "id"
    with contextlib.suppress(FileNotFoundError, ValueError):
        return uuid.UUID(path.read_text(encoding="ascii").strip())
    chosen = uuid.uuid4()
    _write_private(path, str(chosen))
    return chosen


def forget_replica(database: Path) -> None:
    """Forget which replica `database` has, because another database replaces it.

    Raises OSError.
    """
    (database.parent / DIRECTORY / "id").unlink(missing_ok=True)
    # What Litestream has noted beside the database: how far the copy had come.
    shutil.rmtree(database.with_name(f".{database.name}-litestream"), ignore_errors=True)


def build_configuration(database: Path, bucket: BucketAddress, replica: uuid.UUID) -> str:
    """Litestream's configuration as JSON, which is also YAML. It holds no secret."""
    settings: dict[str, Any] = {
        "logging": {"type": "json", "level": "warn", "stderr": True},
        # Each snapshot is the whole database: one a day, and the previous one for safety.
        "snapshot": {"interval": "24h", "retention": "48h"},
        # The supervisor kills it soon after, so it must not wait longer for a bucket.
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


def build_variables(base: Mapping[str, str], bucket: BucketAddress) -> dict[str, str]:
    """The variables of Litestream's process: `base` without what it must not get, and the keys."""
    inherited = {name: text for name, text in base.items() if not name.startswith(_WITHHELD)}
    return {
        **inherited,
        **_ISOLATION,
        "LITESTREAM_ACCESS_KEY_ID": bucket.access_key,
        "LITESTREAM_SECRET_ACCESS_KEY": bucket.secret_key,
    }


def build_replicate_command(program: str, config: Path) -> list[str]:
    """Replicates until SIGTERM, then copies what is left. A `$` in the file is not expanded."""
    return [program, "replicate", "-config", str(config), "-no-expand-env"]


def build_restore_command(program: str, config: Path, database: Path, output: Path) -> list[str]:
    """Writes the newest state of the replica of `database`, named in `config`, to `output`."""
    # fmt: off
    return [program, "restore", "-config", str(config), "-no-expand-env", "-o", str(output),
            str(database)]
    # fmt: on


class LogFormatter:
    """Formats Litestream's log lines; None for a message that was logged within some minutes."""

    def __init__(self) -> None:
        self._logged_at: dict[str, float] = {}

    def __call__(self, line: str) -> str | None:
        text = format_log_line(line)
        # Request numbers and ports differ from line to line; the cause does not.
        kind = re.sub(r"\d+", "", re.sub(r"RequestID: [^,]*|HostID: [^,]*", "", text or ""))
        now = time.monotonic()
        if not text or now - self._logged_at.get(kind, float("-inf")) < _REPEAT_AFTER:
            return None
        if len(self._logged_at) > 100:
            self._logged_at.clear()
        self._logged_at[kind] = now
        return text


def format_log_line(line: str) -> str | None:
    """The message and its reason from a line of Litestream's JSON log; any other line as it is;
    None for an empty one."""
    try:
        entry = json.loads(line)
        message, reason = str(entry["msg"]), str(entry.get("error") or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return line.strip() or None
    return f"{message}: {reason}" if reason else message


def _write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_file(path, text, mode=0o600)
