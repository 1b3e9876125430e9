"""The environment variables, checked and typed.

No variable needs to be set. A value that makes no sense stops the program with one sentence
(ConfigurationError); it is never replaced by a guess.

| variable | meaning |
|---|---|
| `PORT` | TCP port of the web server, 8081 |
| `OCRSITE_DATA_DIR` | database, media, queue, secrets; `data/` beside manage.py |
| `DATABASE_URL` | `postgresql://user:password@host/name`; default SQLite in the data directory |
| `REDIS_URL` | `redis://`, `rediss://` or `unix://`; default an embedded server |
| `OCRSITE_ENGINE` | `auto`, `paddleocr-vl`, `tesseract` or an engine that was added |
| `OCRSITE_LANGUAGES` | Tesseract's languages, `rus+eng` |
| `OCRSITE_ADMIN_PASSWORD` | password of the first `admin`; default generated and printed once |
| `OCRSITE_SECRET_KEY` | Django's secret key; default generated into the data directory |
| `OCRSITE_ALLOWED_HOSTS` | accepted host names, separated by commas; default all |
| `OCRSITE_MAX_UPLOAD_MB` | the largest accepted file in MB (2^20 bytes), 500 |
| `OCRSITE_INBOX` | the watched folder; default `inbox/` in the data directory; `off`: none |
| `OCRSITE_INBOX_DONE` | what becomes of its files: `keep` (default; in `done/`) or `remove` |
| `OCRSITE_CALL_ALLOWED` | hosts and networks that are not public and may be called all the same |
| `OCRSITE_BATCH_PREFIXES` | prefixes of the bucket that managers may read in batches and write to |
| `OCRSITE_RATE_LIMIT` | requests that one token may send in a minute, 6000; 0: any number |
| `OCRSITE_WORKERS` | number of OCR workers; default as runtime/count_readers.py says |
| `OCRSITE_WEB_PROCESSES` | processes that answer requests; 2 where there are two cores, else 1 |
| `OCRSITE_ENGINE_MARGIN` | how much worse a compared engine may read, points of 100 (2) |
| `OCRSITE_SECOND_READER` | `on` (default): Tesseract checks what PaddleOCR-VL reads; or `off` |
| `OCRSITE_RECOGNISER` | of PaddleOCR-VL's blocks: `auto`, `server`, `batched` or `native` |
| `PADDLE_PDX_CACHE_HOME` | where PaddleOCR-VL's models lie, before the usual places |
| `TESSDATA_PREFIX` | the directory of Tesseract's language data, before the usual places |
| `CLOUDRU_S3_*` | the bucket that holds a copy of everything (documents/bucket/settings.py) |
| `OCRSITE_START_ID` | set by the supervisor for its children: this start of the site |
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from documents.bucket import settings as bucket_settings
from documents.bucket.settings import BucketSettings
from documents.engines.names import AUTO, OCR_ENGINES
from documents.files.allowed_prefixes import AllowedPrefix, parse_allowed_prefixes
from documents.messages import Message
from ocrsite import BASE_DIR
from ocrsite.data_directory import DataDirectoryError, choose_data_directory
from ocrsite.environment.library_paths import LibraryPaths, find_library_paths
from ocrsite.environment.service_urls import (
    CallAllowed,
    parse_call_allowed,
    parse_database_url,
    parse_redis_url,
)

ENGINES = (AUTO, *OCR_ENGINES)
RECOGNISERS = ("auto", "server", "batched", "native")

Value = TypeVar("Value")


class ConfigurationError(Exception):
    """A variable has a value that can't be used; the message is one sentence for a person."""


@dataclass(frozen=True)
class Environment:
    """The environment, checked. `database` is Django's dictionary, None for SQLite. `workers`: None
    where nobody says (runtime/count_readers.py)."""

    port: int
    data_dir: Path
    data_dir_warning: Message | None
    database: dict[str, Any] | None
    redis_url: str | None
    engine: str
    languages: str
    admin_password: str | None
    secret_key: str | None
    allowed_hosts: tuple[str, ...]
    max_upload_bytes: int
    rate_limit: int
    inbox: Path | None
    inbox_keep: bool
    call_allowed: tuple[CallAllowed, ...]
    batch_prefixes: tuple[AllowedPrefix, ...]
    workers: int | None
    web_processes: int
    engine_margin: float
    second_reader: bool
    recogniser: str
    start_id: uuid.UUID | None
    s3: BucketSettings
    library_paths: LibraryPaths


def parse_variables(variables: Mapping[str, str]) -> Environment:
    """Check `variables`. Creates the data directory where it is missing.

    Raises ConfigurationError for the first variable that can't be used.
    """

    def parse(name: str, parser: Callable[[str], Value], default: str) -> Value:
        # An empty variable is how compose files and CI say "not set".
        text = variables.get(name, "").strip() or default
        try:
            return parser(text)
        except ValueError as error:
            raise ConfigurationError(f"{name}={text!r} is not valid: {error}.") from None

    try:
        given_directory = variables.get("OCRSITE_DATA_DIR", "").strip()
        directory = choose_data_directory(given_directory, BASE_DIR / "data")
    except DataDirectoryError as error:
        raise ConfigurationError(str(error)) from None
    try:
        database = parse_database_url(variables.get("DATABASE_URL", "").strip())
        redis_url = parse_redis_url(variables.get("REDIS_URL", "").strip())
    except ValueError as error:
        raise ConfigurationError(f"{error}.") from None
    return Environment(
        port=parse("PORT", _integer_parser(1, 65535), "8081"),
        data_dir=directory.path,
        data_dir_warning=directory.warning,
        database=database,
        redis_url=redis_url,
        engine=parse("OCRSITE_ENGINE", _parse_engine, "auto"),
        languages=parse("OCRSITE_LANGUAGES", _parse_languages, "rus+eng"),
        admin_password=variables.get("OCRSITE_ADMIN_PASSWORD") or None,
        secret_key=variables.get("OCRSITE_SECRET_KEY") or None,
        allowed_hosts=parse("OCRSITE_ALLOWED_HOSTS", _parse_hosts, "*"),
        max_upload_bytes=parse("OCRSITE_MAX_UPLOAD_MB", _integer_parser(1, 100_000), "500") * 2**20,
        call_allowed=parse("OCRSITE_CALL_ALLOWED", parse_call_allowed, ""),
        batch_prefixes=parse("OCRSITE_BATCH_PREFIXES", parse_allowed_prefixes, ""),
        rate_limit=parse("OCRSITE_RATE_LIMIT", _integer_parser(0, 10_000_000), "6000"),
        inbox=parse(
            "OCRSITE_INBOX",
            lambda text: None if text == "off" else Path(text).expanduser().absolute(),
            str(directory.path / "inbox"),
        ),
        inbox_keep=parse("OCRSITE_INBOX_DONE", _parse_inbox_done, "keep"),
        workers=parse(
            "OCRSITE_WORKERS", lambda text: _integer_parser(1, 256)(text) if text else None, ""
        ),
        web_processes=parse("OCRSITE_WEB_PROCESSES", _integer_parser(1, 16), _usual_processes()),
        engine_margin=parse("OCRSITE_ENGINE_MARGIN", _integer_parser(0, 100), "2") / 100,
        second_reader=parse("OCRSITE_SECOND_READER", _parse_switch, "on"),
        recogniser=parse("OCRSITE_RECOGNISER", _parse_recogniser, "auto"),
        start_id=parse("OCRSITE_START_ID", lambda text: uuid.UUID(text) if text else None, ""),
        s3=bucket_settings.read_bucket_settings(variables),
        library_paths=find_library_paths(variables),
    )


def _usual_processes() -> str:
    """One process computes answers on one core at a time; more than two help few."""
    # Only Linux says which cores this process may use.
    allowed = getattr(os, "sched_getaffinity", None)
    return str(min(2, len(allowed(0)) if allowed else os.cpu_count() or 1))


def _parse_inbox_done(text: str) -> bool:
    if text not in ("keep", "remove"):
        raise ValueError("it must be keep or remove")
    return text == "keep"


def _integer_parser(lowest: int, highest: int) -> Callable[[str], int]:
    def parse_integer(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise ValueError(f"it must be a whole number from {lowest} to {highest}")
        return int(text)

    return parse_integer


def _parse_switch(text: str) -> bool:
    if text.lower() not in ("on", "off"):
        raise ValueError("it must be on or off")
    return text.lower() == "on"


def _parse_engine(text: str) -> str:
    if text not in ENGINES:
        raise ValueError(f"it must be one of {', '.join(ENGINES)}")
    return text


def _parse_recogniser(text: str) -> str:
    if text not in RECOGNISERS:
        raise ValueError(f"it must be one of {', '.join(RECOGNISERS)}")
    return text


def _parse_languages(text: str) -> str:
    if not re.fullmatch(r"\w+(\+\w+)*", text, re.ASCII):
        raise ValueError("it must be Tesseract languages joined by +, such as rus+eng")
    return text


def _parse_hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in text.split(",") if host.strip())
    if not hosts or any(re.search(r"[\s/]", host) for host in hosts):
        raise ValueError("it must be host names joined by commas, without a scheme or a path")
    return hosts
