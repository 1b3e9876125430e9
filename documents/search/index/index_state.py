"""What a generation contains (`state.json`), and how its writing process is (`status.json`)."""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from documents.files.atomic import write_file
from documents.search.index.change_feed import Position


@dataclass(frozen=True)
class IndexState:
    """The content of a generation. `complete`: it has every document; otherwise those up to
    `built_to` (in the order of ids) and those that changed since the build started. `built` of
    `documents` are done. `position`: the changes up to it are included."""

    format: str
    archive: str
    position: Position = field(default_factory=Position)
    complete: bool = False
    built_to: str = ""
    built: int = 0
    documents: int = 0

    @classmethod
    def read(cls, directory: Path) -> IndexState | None:
        """None if there is no valid state."""
        try:
            data = json.loads((directory / "state.json").read_text(encoding="utf-8"))
            return cls(**{**data, "position": Position(**data["position"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, directory: Path) -> None:
        write_file(directory / "state.json", json.dumps(asdict(self)))


@dataclass(frozen=True)
class IndexStatus:
    """The status of the writing process: `state` is following, building or failing. `lag`: seconds
    until the last changes could be found; `at`: seconds since 1970."""

    state: str
    pid: int = 0
    at: float = 0.0
    entries: int = 0
    lag: float = 0.0
    built: int = 0
    documents: int = 0
    detail: str = ""

    @property
    def age(self) -> float:
        return time.time() - self.at

    @classmethod
    def read(cls, root: Path) -> IndexStatus | None:
        """None if no process has written a valid status."""
        try:
            return cls(**json.loads((root / "status.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, root: Path) -> None:
        """Write it with this process's id and the current time."""
        stamped = replace(self, pid=os.getpid(), at=time.time())
        write_file(root / "status.json", json.dumps(asdict(stamped)), durable=False)
