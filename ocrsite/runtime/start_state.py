"""One running instance: its hold on the data directory and what it tells its children.

The supervisor writes `run/<start_id>.json` in the data directory; the web process reads
there whether requests may be let in. A start id names one start of the site.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import uuid
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path

from documents.files.atomic import lock_file, write_file
from documents.notices import Notice, from_json
from ocrsite.data_directory import DataDirectoryError, explain_os_error
from ocrsite.environment import read_environment
from ocrsite.environment.parse import ConfigurationError

#: Seconds to wait for the children of an instance that was just killed to be gone.
PATIENCE = 3.0


_lock = threading.Lock()
_finished: Start | None = None


class ProcessRole(str, Enum):
    ALL = "all"
    WEB = "web"
    WORKER = "worker"


class InUse(Exception):
    """Another instance holds the data directory; the message is one sentence."""


@dataclass(frozen=True)
class Start:
    """How far a start has come. `problem`: why bootstrap did not succeed so far; `waiting`: what it
    waits for, one sentence; `ready_at`: when it had succeeded, in seconds since 1970; `warnings`:
    Sentences, where they are known to the catalogues. Bootstrap, while it runs, says `waiting` and
    adds to `warnings` by itself."""

    role: ProcessRole
    ready: bool = False
    ready_at: float = 0.0
    problem: str | None = None
    waiting: str | None = None
    warnings: list[str] = field(default_factory=list)


def current_start() -> Start:
    """How far this process's start has come; read from the disk until it is over."""
    global _finished
    with _lock:
        if _finished is not None:
            return _finished
        env = read_environment()
        found = read_start(env.data_dir, env.start_id)
        if found.ready:
            _finished = found
        return found


def hold(data_dir: Path, *, shared: bool) -> int:
    """Lock the data directory; returns the descriptor that holds the lock while it is open.

    Children inherit it, so the directory is free when the last of them is gone. All-in-one holds
    it alone, processes of one role hold it together (`shared`). Raises InUse, OSError.
    """
    try:
        return lock_file(data_dir / "lock", shared=shared, wait_seconds=PATIENCE)
    except BlockingIOError:
        raise InUse(
            f"another instance is running on the data directory {data_dir}; stop it, or set "
            "OCRSITE_DATA_DIR to another directory."
        ) from None


def main() -> None:
    """`python -m ocrsite.runtime.start_state`: whether all-in-one could start here.

    Exits with 1 and one sentence where it could not. Needs nothing but Python: `make run` asks
    before it installs anything, as what it installs may be what a running instance lives on.
    """
    try:
        data_dir = read_environment().data_dir
        try:
            os.close(hold(data_dir, shared=False))
        except OSError as error:
            raise explain_os_error(data_dir, error) from None
    except (ConfigurationError, DataDirectoryError, InUse) as error:
        sys.exit(f"ocrsite: {error}")


def state_file(data_dir: Path, start_id: uuid.UUID) -> Path:
    return data_dir / "run" / f"{start_id}.json"


def write_start(data_dir: Path, start_id: uuid.UUID, start: Start) -> None:
    """Publish `start`: a reader sees the old or the new one, never a part. Raises OSError."""
    path = state_file(data_dir, start_id)
    path.parent.mkdir(mode=0o750, exist_ok=True)
    warnings = [w.to_json() if isinstance(w, Notice) else w for w in start.warnings]
    write_file(path, json.dumps({**asdict(start), "warnings": warnings}), durable=False)


def read_start(data_dir: Path, start_id: uuid.UUID | None) -> Start:
    """How far the start of this process's start_id has come.

    A process without a start_id (a test, a one-off command) belongs to no supervised start: ready.
    """
    if start_id is None:
        return Start(ProcessRole.WEB, ready=True)
    try:
        found = json.loads(state_file(data_dir, start_id).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Start(ProcessRole.WEB)
    warnings = [from_json(warning) for warning in found["warnings"]]
    return Start(**{**found, "role": ProcessRole(found["role"]), "warnings": warnings})


def forget_others(data_dir: Path, start_id: uuid.UUID) -> None:
    """Remove what instances that did not end well left in `run`; only for a sole holder.

    Raises OSError.
    """
    own = state_file(data_dir, start_id)
    with contextlib.suppress(FileNotFoundError):
        for path in own.parent.iterdir():
            if path != own:
                path.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
