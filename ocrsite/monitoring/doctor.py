"""What an administrator should know about this machine: `manage.py doctor`.

Each examination looks for itself, whether or not the site runs, and names what to do. It changes
nothing but a small object in the bucket, which it removes again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from documents.bucket.access_check import check_access
from documents.bucket.configured import PROBE, configured_bucket
from documents.engines.names import PLUG_INS, EngineName
from documents.errors import EngineFailed, EngineUnavailable, RendererUnavailable
from documents.files.storage import archive
from ocr_worker.conversion.find_libreoffice import INSTALL, find_kit
from ocr_worker.engines import create_engine, paddleocr_vl
from ocr_worker.engines.tessdata import find_data_directory
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.jail import Layer, LayerReport, State

#: Seconds that the queue may take to respond.
_QUEUE_TIMEOUT = 2.0


class Severity(Enum):
    SOUND = "ok"
    NOTE = "note"  # worth knowing; nothing to be done
    FAULT = "FIX"


@dataclass(frozen=True)
class Finding:
    """`subject`: what was examined; `text`: what was found, in one sentence, nothing secret."""

    subject: str
    verdict: Severity
    text: str


def examine() -> Iterator[Finding]:
    """All findings, one after the other; each examination takes seconds at most."""
    examinations: tuple[Callable[[], Iterator[Finding]], ...] = (
        examine_jail, examine_engine, examine_tessdata, examine_office, examine_database,
        examine_disk,
        examine_bucket, examine_queue,
    )  # fmt: skip
    for examination in examinations:
        yield from examination()


def examine_jail() -> Iterator[Finding]:
    try:
        with Renderer() as renderer:
            reports = renderer.start()
    except RendererUnavailable as error:
        yield Finding("jail", Severity.FAULT, str(error.message))
        return
    holding = {report.layer for report in reports if report.state is State.HOLDS}
    for report in reports:
        yield Finding(f"jail: {report.layer.value}", *_judge_layer(report, holding))


def _judge_layer(report: LayerReport, holding: set[Layer]) -> tuple[Severity, str]:
    if report.state is State.HOLDS:
        return Severity.SOUND, "holds"
    if report.state is State.NOT_NEEDED:
        return Severity.SOUND, f"not needed: {report.reason}"
    refused = f"refused ({report.reason})"
    if report.layer is Layer.EMPTY_NETWORK and Layer.SYSTEM_CALLS in holding:
        return Severity.NOTE, f"{refused}; system_calls keeps the network away as well"
    return Severity.FAULT, f"{refused}; see docs/operations.md, “The jail for uploaded files”"


def examine_engine() -> Iterator[Finding]:
    for name, reason in PLUG_INS.refused.items():
        text = f"an installed package brings {name}, which is not used: {reason}"
        yield Finding("engine", Severity.FAULT, text)
    for name in PLUG_INS.engines:
        yield _examine_plug_in(name)
    choice = settings.OCRSITE_ENGINE
    if choice in PLUG_INS.engines:
        return
    if choice == EngineName.TESSERACT:
        yield Finding("engine", Severity.SOUND, "Tesseract, as OCRSITE_ENGINE says")
        return
    obstacle = (
        paddleocr_vl.find_obstacle(settings.OCRSITE_PADDLE_DEVICE)
        if paddleocr_vl.is_installed()
        else "PaddleOCR-VL is not installed."
    )
    if obstacle is None:
        yield Finding("engine", Severity.SOUND, "PaddleOCR-VL can be loaded")
    elif choice == EngineName.PADDLEOCR_VL:
        yield Finding("engine", Severity.FAULT, f"PaddleOCR-VL can't be loaded. {obstacle}")
    else:
        yield Finding("engine", Severity.SOUND, f"Tesseract. {obstacle}")


def _examine_plug_in(name: str) -> Finding:
    """Load it, as a worker does: only its own code knows what it needs."""
    engine = create_engine(name, settings.OCRSITE_LANGUAGES)
    try:
        engine.load()
        engine.close()
    except (EngineUnavailable, EngineFailed) as error:
        return Finding("engine", Severity.FAULT, str(error.message))
    return Finding("engine", Severity.SOUND, f"{name} can be loaded ({engine.version})")


def examine_tessdata() -> Iterator[Finding]:
    languages = settings.OCRSITE_LANGUAGES
    try:
        directory = find_data_directory(languages.split("+"))
    except EngineUnavailable as error:
        needed = settings.OCRSITE_ENGINE != EngineName.PADDLEOCR_VL
        yield Finding("tessdata", Severity.FAULT if needed else Severity.NOTE, str(error.message))
    else:
        yield Finding("tessdata", Severity.SOUND, f"{languages} in {directory}")


def examine_office() -> Iterator[Finding]:
    kit = find_kit()
    if kit is None:
        text = f"LibreOffice is missing: office files are kept and wait. {INSTALL}"
        yield Finding("office files", Severity.NOTE, text)
    else:
        yield Finding("office files", Severity.SOUND, f"LibreOffice in {kit.parent}")


def examine_database() -> Iterator[Finding]:
    vendor = connection.vendor
    if vendor == "sqlite" and not Path(settings.DATABASES["default"]["NAME"]).exists():
        yield Finding("database", Severity.NOTE, "none yet: the first `manage.py serve` makes it")
        return
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        yield Finding("database", Severity.FAULT, f"{vendor} does not answer: {str(error).strip()}")
        return
    if waiting:
        text = f"{vendor} answers; the next start applies {len(waiting)} migrations"
        yield Finding("database", Severity.NOTE, text)
    else:
        yield Finding("database", Severity.SOUND, f"{vendor} answers")


def examine_disk() -> Iterator[Finding]:
    try:
        archive().check()
        free = shutil.disk_usage(archive().root).free
    except OSError as error:
        problem = error.strerror or str(error)
        yield Finding("disk", Severity.FAULT, f"the data directory can't be written: {problem}")
        return
    text = f"{free // 2**20} MB are free"
    if free < 2 * settings.OCRSITE_MAX_UPLOAD_BYTES:
        yield Finding("disk", Severity.FAULT, f"{text}, less than two of the largest uploads")
    else:
        yield Finding("disk", Severity.SOUND, text)


def examine_bucket() -> Iterator[Finding]:
    for warning in settings.OCRSITE_BUCKET_SETTINGS.warnings:
        yield Finding("bucket", Severity.FAULT, str(warning))
    bucket = configured_bucket(PROBE)
    if bucket is None:
        if not settings.OCRSITE_BUCKET_SETTINGS.missing:
            yield Finding("bucket", Severity.NOTE, "none is configured; everything is on this disk")
        return
    report = check_access(bucket)
    for problem in report.problems:
        yield Finding("bucket", Severity.FAULT, str(problem))
    if not report.problems:
        text = f"{bucket.address.name} can be written, read, listed and deleted from"
        yield Finding("bucket", Severity.SOUND, text)


def examine_queue() -> Iterator[Finding]:
    url = settings.REDIS_URL
    if url is None:
        path = settings.DATA_DIR / "run" / "queue.sock"
        if not path.is_socket():
            text = "the site starts its own; none runs in this data directory now"
            yield Finding("queue", Severity.NOTE, text)
            return
        url = f"unix://{path}"
    try:
        with redis.Redis.from_url(
            url, socket_timeout=_QUEUE_TIMEOUT, socket_connect_timeout=_QUEUE_TIMEOUT
        ) as client:
            client.ping()
    except redis.RedisError as error:
        yield Finding(
            "queue", Severity.FAULT, f"the queue does not answer ({type(error).__name__})"
        )
    else:
        yield Finding("queue", Severity.SOUND, "answers")
