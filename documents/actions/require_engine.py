"""Refuse an engine that nothing here has: what asks for it would wait forever."""

from __future__ import annotations

import uuid

from documents.engines.names import OCR_ENGINES
from documents.errors import EngineNotRunning, InvalidRequest
from documents.messages import Message
from documents.models import WorkerProcess
from documents.models.engines_field import beginnings


def require_engine(engine: str, document_id: uuid.UUID | None = None, *, version: str = "") -> None:
    """`version`: whole, or its first words; "" for any. Raises InvalidRequest for a name of no
    engine, EngineNotRunning."""
    if engine not in OCR_ENGINES:
        known = ", ".join(OCR_ENGINES)
        message = Message("{field} is one of {choices}.", field="engine", choices=known)
        raise InvalidRequest.for_field("engine", message)
    running = WorkerProcess.alive().filter(engine=engine)
    if version and running.exists():
        versions = sorted(set(running.values_list("engine_version", flat=True)))
        if not any(version in beginnings(each) for each in versions):
            raise EngineNotRunning(
                Message(
                    "No OCR worker of this archive has {engine} {version}. Those that run have "
                    "{versions}.",
                    engine=engine,
                    version=version,
                    versions=", ".join(versions),
                ),
                document=document_id,
            )
    if not running.exists():
        raise EngineNotRunning(
            Message(
                "No OCR worker of this archive has the engine {engine}. Choose one that /health "
                "names, or start a worker that has it.",
                engine=engine,
            ),
            document=document_id,
        )
