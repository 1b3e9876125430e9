"""How far a start of the site has come, as the supervisor reports it to the site's processes.

The supervisor writes `run/<start_id>.json` in the data directory; the web process reads there
whether requests may be admitted.
"""

from __future__ import annotations

import contextlib
import json
import threading
import uuid
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path

from documents.files.atomic import write_file
from documents.messages import Message, message_from_json
from ocrsite.environment import read_environment

_lock = threading.Lock()
_finished: Start | None = None


class ProcessRole(str, Enum):
    ALL = "all"
    WEB = "web"
    WORKER = "worker"


@dataclass(frozen=True)
class Start:
    """How far a start has come.

    `ready_at`: when bootstrap succeeded, in seconds since 1970. `problem`: why bootstrap has not
    succeeded yet, one sentence. `waiting`: what bootstrap waits for, one sentence. `warnings`:
    sentences, Notices where they can be translated. While it runs, bootstrap itself writes
    `waiting` and adds to `warnings`.
    """

    role: ProcessRole
    ready: bool = False
    ready_at: float = 0.0
    problem: str | None = None
    waiting: str | None = None
    warnings: list[str] = field(default_factory=list)


def read_current_start() -> Start:
    """How far the start that this process belongs to has come; read from the disk until it is
    ready."""
    global _finished
    with _lock:
        if _finished is not None:
            return _finished
        environment = read_environment()
        found = read_start(environment.data_dir, environment.start_id)
        if found.ready:
            _finished = found
        return found


def read_start(data_dir: Path, start_id: uuid.UUID | None) -> Start:
    """How far the start `start_id` has come.

    A process without a start id (a test, a one-off command) belongs to no supervised start: ready.
    """
    if start_id is None:
        return Start(ProcessRole.WEB, ready=True)
    try:
        found = json.loads(start_file(data_dir, start_id).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Start(ProcessRole.WEB)
    warnings = [message_from_json(warning) for warning in found["warnings"]]
    return Start(**{**found, "role": ProcessRole(found["role"]), "warnings": warnings})


def write_start(data_dir: Path, start_id: uuid.UUID, start: Start) -> None:
    """Publish `start` atomically: other processes see the old state or the new one, never a part.

    Raises OSError.
    """
    path = start_file(data_dir, start_id)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    warnings = [w.to_json() if isinstance(w, Message) else w for w in start.warnings]
    write_file(path, json.dumps({**asdict(start), "warnings": warnings}), durable=False)


def start_file(data_dir: Path, start_id: uuid.UUID) -> Path:
    return data_dir / "run" / f"{start_id}.json"


def remove_other_starts(data_dir: Path, start_id: uuid.UUID) -> None:
    """Remove what instances that did not stop cleanly left in `run`; only with an exclusive lock.

    Raises OSError.
    """
    own = start_file(data_dir, start_id)
    with contextlib.suppress(FileNotFoundError):
        for path in own.parent.iterdir():
            if path != own:
                path.unlink(missing_ok=True)
