"""Everything that the environment may say, read once, checked and typed.

This is the only module that reads `os.environ`. Nothing needs to be set; a value that makes no
sense stops the program with one sentence (ConfigurationError) instead of being guessed around.

| variable | meaning |
|---|---|
| `PORT` | TCP port of the web server, 8081 |
| `OCRSITE_DATA_DIR` | database, media, queue, secrets; `data/` beside manage.py |
| `DATABASE_URL` | `postgresql://user:password@host/name`; default SQLite in the data directory |
| `REDIS_URL` | `redis://`, `rediss://` or `unix://`; default an embedded server |
| `OCRSITE_ENGINE` | `auto`, `paddleocr-vl` or `tesseract` |
| `OCRSITE_LANGUAGES` | Tesseract's languages, `rus+eng` |
| `OCRSITE_ADMIN_PASSWORD` | password of the first `admin`; default generated and printed once |
| `OCRSITE_SECRET_KEY` | Django's secret key; default generated into the data directory |
| `OCRSITE_ALLOWED_HOSTS` | host names answered to, by comma; default every one |
| `OCRSITE_MAX_UPLOAD_MB` | the largest accepted file in MB (2^20 bytes), 500 |
| `OCRSITE_WORKERS` | reader processes, 2 |
| `OCRSITE_SECOND_READER` | `on` (default): Tesseract checks what PaddleOCR-VL reads; or `off` |
| `PADDLE_PDX_CACHE_HOME` | where PaddleOCR-VL's models lie, before the usual places |
| `TESSDATA_PREFIX` | the directory of Tesseract's language data, before the usual places |
| `CLOUDRU_S3_*` | the bucket that everything is kept in too (documents/bucket/settings.py) |
| `OCRSITE_START_ID` | set by the supervisor for its children: this start of the site |
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from documents.bucket import settings as bucket_settings
from documents.bucket.settings import BucketSettings
from documents.notices import Notice
from ocrsite.data_directory import DataDirectoryError, choose

BASE_DIR = Path(__file__).resolve().parent.parent
ENGINES = ("auto", "paddleocr-vl", "tesseract")

#: What a program may need to start, and is no secret.
_HARMLESS = frozenset({"PATH", "HOME", "LANG", "TMPDIR", "TZ", "LD_LIBRARY_PATH"})

#: Seconds (milliseconds for tcp_user_timeout) after which libpq gives up a PostgreSQL that has
#: vanished without a word. What DATABASE_URL says in its query wins.
_DATABASE_PATIENCE: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}

Value = TypeVar("Value")


class ConfigurationError(Exception):
    """A variable has a value that can't be used; the message is one sentence for a person."""


@dataclass(frozen=True)
class Environment:
    """The environment, checked. `database` is Django's dictionary, None for SQLite."""

    port: int
    data_dir: Path
    data_dir_warning: Notice | None
    database: dict[str, Any] | None
    redis_url: str | None
    engine: str
    languages: str
    admin_password: str | None
    secret_key: str | None
    allowed_hosts: tuple[str, ...]
    max_upload_bytes: int
    workers: int
    second_reader: bool
    start_id: uuid.UUID | None
    s3: BucketSettings


def read(variables: Mapping[str, str]) -> Environment:
    """Check `variables`. Raises ConfigurationError for the first one that can't be used.

    The data directory is made, where it is missing.
    """

    def value(name: str, parse: Callable[[str], Value], default: str) -> Value:
        # An empty variable is how compose files and CI say "not set".
        text = variables.get(name, "").strip() or default
        try:
            return parse(text)
        except ValueError as error:
            raise ConfigurationError(f"{name}={text!r} is not valid: {error}.") from None

    try:
        directory = choose(variables.get("OCRSITE_DATA_DIR", "").strip(), BASE_DIR / "data")
    except DataDirectoryError as error:
        raise ConfigurationError(str(error)) from None
    try:
        # The URL holds a password: it is never repeated in a message.
        database = _database(variables.get("DATABASE_URL", "").strip())
        redis_url = _redis(variables.get("REDIS_URL", "").strip())
    except ValueError as error:
        raise ConfigurationError(f"{error}.") from None
    return Environment(
        port=value("PORT", _integer(1, 65535), "8081"),
        data_dir=directory.path,
        data_dir_warning=directory.warning,
        database=database,
        redis_url=redis_url,
        engine=value("OCRSITE_ENGINE", _engine, "auto"),
        languages=value("OCRSITE_LANGUAGES", _languages, "rus+eng"),
        admin_password=variables.get("OCRSITE_ADMIN_PASSWORD") or None,
        secret_key=variables.get("OCRSITE_SECRET_KEY") or None,
        allowed_hosts=value("OCRSITE_ALLOWED_HOSTS", _hosts, "*"),
        max_upload_bytes=value("OCRSITE_MAX_UPLOAD_MB", _integer(1, 100_000), "500") * 2**20,
        workers=value("OCRSITE_WORKERS", _integer(1, 256), "2"),
        second_reader=value("OCRSITE_SECOND_READER", _switch, "on"),
        start_id=value("OCRSITE_START_ID", lambda text: uuid.UUID(text) if text else None, ""),
        s3=bucket_settings.read(variables),
    )


@lru_cache(maxsize=1)
def environment() -> Environment:
    """This process's environment. Raises ConfigurationError."""
    return read(os.environ)


def use_settings() -> None:
    """Check the environment and name Django's settings. Raises ConfigurationError."""
    environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")


def tessdata_directory() -> Path | None:
    """Where Tesseract's language data is said to lie, None where nobody says (TESSDATA_PREFIX)."""
    text = os.environ.get("TESSDATA_PREFIX", "").strip()
    return Path(text).expanduser() if text else None


def paddle_cache_home() -> Path | None:
    """Where PaddleX is told to keep its cache, None where nobody says (PADDLE_PDX_CACHE_HOME)."""
    text = os.environ.get("PADDLE_PDX_CACHE_HOME", "").strip()
    return Path(text).expanduser() if text else None


def paddle_model_homes() -> list[Path]:
    """Where PaddleOCR-VL's `official_models` may lie, the likeliest first: where somebody says
    (PADDLE_PDX_CACHE_HOME), below this process's HOME, and in the home of its image's user, which
    is another where a platform runs the image as somebody else."""
    said = paddle_cache_home()
    places = [said] if said else []
    home = os.environ.get("HOME", "").strip()
    places += [Path(each) / ".paddlex" for each in (home, "/home/paddleocr", "/root") if each]
    return list(dict.fromkeys(places))


def for_child(**changes: str) -> dict[str, str]:
    """The variables for a child process: this process's own, with `changes`.

    The administrator's password is passed on only to a child that is given it.
    """
    kept = {name: text for name, text in os.environ.items() if name != "OCRSITE_ADMIN_PASSWORD"}
    return {**kept, **changes}


def for_untrusting_child() -> dict[str, str]:
    """The variables for a child process that parses what strangers sent: those that programs need
    to start and to load their libraries, and nothing that anybody set for this site or another."""
    return {
        name: text
        for name, text in os.environ.items()
        if name in _HARMLESS or name.startswith(("LC_", "PYTHON"))
    }


def _integer(lowest: int, highest: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise ValueError(f"it must be a whole number from {lowest} to {highest}")
        return int(text)

    return parse


def _switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError("it must be on or off")
    return text.lower() == "on"


def _engine(text: str) -> str:
    if text not in ENGINES:
        raise ValueError(f"it must be one of {', '.join(ENGINES)}")
    return text


def _languages(text: str) -> str:
    if not re.fullmatch(r"\w+(\+\w+)*", text, re.ASCII):
        raise ValueError("it must be Tesseract languages joined by +, such as rus+eng")
    return text


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in text.split(",") if host.strip())
    if not hosts or any(re.search(r"[\s/]", host) for host in hosts):
        raise ValueError("it must be host names joined by commas, without a scheme or a path")
    return hosts


def _database(url: str) -> dict[str, Any] | None:
    if not url:
        return None
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not name:
        raise ValueError(
            "DATABASE_URL is not valid: it must look like postgresql://user:password@host:5432/name"
        )
    try:
        port = parts.port
    except ValueError:
        raise ValueError("DATABASE_URL is not valid: its port is not a number") from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A server on a unix socket is named by `?host=/directory`, as libpq has it.
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": options.pop("port", str(port or "")),
        "OPTIONS": {**_DATABASE_PATIENCE, **options},
    }


def _redis(url: str) -> str | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.netloc or parts.path):
        raise ValueError(
            "REDIS_URL is not valid: it must look like redis://host:6379/0 or unix:///path"
        )
    return url
