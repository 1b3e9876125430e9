"""Where the site is, and with which token: as given, as the environment says, as `login` kept."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    url: str
    token: str


def settings_file() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "ocrsite" / "client.json"


def load(url: str | None, token: str | None) -> Settings:
    kept: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError):
        kept = json.loads(settings_file().read_text("utf-8"))
    return Settings(
        url or os.environ.get("OCRSITE_URL") or kept.get("url") or "http://127.0.0.1:8081",
        token or os.environ.get("OCRSITE_TOKEN") or kept.get("token") or "",
    )


def keep(settings: Settings) -> Path:
    """Write them where only this user can read them."""
    path = settings_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"url": settings.url, "token": settings.token}, file)
    return path
