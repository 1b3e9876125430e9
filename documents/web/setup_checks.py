"""What of the site is configured and what is not: in words, with what to do about it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from documents.bucket.health import BucketState, watch
from documents.engines.names import EngineName
from documents.files.disk_space import describe_shortage, measure
from documents.http.engines import engine_name
from documents.messages import Message, PluralMessage, message_from_json, verbatim
from documents.models import Document, WorkerKind, WorkerProcess
from documents.models.worker import EngineState
from documents.replication.sync import documents_to_sync
from documents.text.language_codes import language_of
from documents.web.list_rows import language_name

#: Bytes below which a machine reads slowly, or not at all.
_LITTLE_MEMORY = 2 * 10**9
#: Where a container's limit stands (cgroup version 2, version 1).
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")

OK, BUSY, WARN, BAD = "ok", "busy", "warn", "bad"


@dataclass(frozen=True)
class Check:
    """`state`: OK, BUSY, WARN or BAD, as badges are called. `advice`: what to do; empty where
    nothing needs to be done."""

    name: Message
    state: str
    found: str
    advice: tuple[str, ...] = ()


def run_checks() -> list[Check]:
    """Asks the database, this disk, and what is known of the bucket; waits for no network."""
    return [
        _check_engine(list(WorkerProcess.alive())),
        _check_disk(),
        _check_bucket(watch.state()),
        _check_memory(),
    ]


def _check_engine(processes: list[WorkerProcess]) -> Check:
    name = Message("Reading")
    workers = [process for process in processes if process.kind == WorkerKind.OCR]
    if not processes:
        return Check(name, BUSY, Message("The workers are starting."))
    if not workers:
        return Check(
            name,
            BAD,
            Message("No OCR worker is running."),
            (
                Message(
                    "Uploads are kept and are read when one starts; the log says why none does."
                ),
            ),
        )
    broken = [worker for worker in workers if worker.engine_state == EngineState.ABSENT]
    if len(broken) == len(workers):
        return Check(name, BAD, Message("The engine can’t be used."), (_explain(broken[0]),))
    ready = [worker for worker in workers if worker.engine_state == EngineState.READY]
    if not ready:
        return Check(name, BUSY, Message("The engine is loading. The first time takes longer."))
    engine = ready[0].engine
    label = engine_name(engine)
    found = PluralMessage(
        "{engine} is ready, with {count} OCR worker. Languages: {languages}.",
        "{engine} is ready, with {count} OCR workers. Languages: {languages}.",
        count=len(ready),
        engine=label,
        languages=_name_languages(settings.OCRSITE_LANGUAGES),
    )
    if engine == EngineName.TESSERACT:
        advice = Message(
            "Tesseract reads print well. Tables, formulas and hard scans are read better by "
            "PaddleOCR-VL, on a machine with a GPU."
        )
        return Check(name, OK, found, (advice,))
    return Check(name, OK, found)


def _name_languages(codes: str) -> str:
    """Tesseract's codes, joined by +, as people say them: "Russian and English"."""
    names = [language_name(language_of(code) or code) for code in codes.split("+")]
    if get_language() == "ru":  # where a language is no name, and is written small
        names = [name.lower() for name in names]
    return str(get_text_list(names, _("and")))


def _explain(worker: WorkerProcess) -> str:
    if worker.engine_message:
        return message_from_json(worker.engine_message)
    return verbatim(worker.engine_detail)


def _check_disk() -> Check:
    name, directory = Message("Data directory"), Path(settings.DATA_DIR)
    try:
        space = measure(directory)
    except OSError as error:
        return Check(name, BAD, verbatim(str(error)))
    if space.is_unknown:
        return Check(name, OK, verbatim(str(directory)))
    found = Message(
        "{directory}, {free} free", directory=directory, free=filesizeformat(space.free)
    )
    shortage = describe_shortage(space)
    return Check(name, WARN if shortage else OK, found, (shortage,) if shortage else ())


def _check_bucket(bucket: BucketState) -> Check:
    name = Message("Copy in a bucket")
    behind = documents_to_sync(Document.objects.all()).count() if settings.OCRSITE_BUCKET else 0
    if bucket.word == "configured" and behind:
        missing = PluralMessage(
            "Everything is stored on this disk; {count} document is not in the bucket yet.",
            "Everything is stored on this disk; {count} documents are not in the bucket yet.",
            count=behind,
        )
        return Check(name, OK, missing)
    if bucket.word == "configured":
        return Check(name, OK, Message("Everything is stored on this disk and in the bucket."))
    if bucket.word == "failing":
        text = Message("The bucket does not work. New documents are copied when it does again.")
        return Check(name, BAD, text, bucket.problems)
    if bucket.word == "incomplete":
        return Check(name, BAD, Message("Its settings are incomplete."), bucket.problems)
    return Check(
        name,
        WARN,
        Message("There is none: everything lies on this disk only."),
        (
            Message(
                "Set the four CLOUDRU_S3_ variables to keep a copy of everything in an S3 bucket, "
                "or back the data directory up by other means."
            ),
        ),
    )


def _check_memory() -> Check:
    name, total = Message("Memory"), find_memory()
    found = verbatim(filesizeformat(total))
    if total >= _LITTLE_MEMORY:
        return Check(name, OK, found)
    advice = Message("This is little. OCRSITE_WORKERS=1 makes do with one OCR worker.")
    return Check(name, WARN, found, (advice,))


def find_memory() -> int:
    """Bytes that this machine, or its container, may use."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for path in _LIMITS:
        try:
            text = Path(path).read_text(encoding="ascii").strip()
        except OSError:
            continue
        if text.isdecimal():
            return min(total, int(text))
    return total
