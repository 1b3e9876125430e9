"""Refuse an engine that nothing here has: what asks for it would wait for ever."""

from __future__ import annotations

import uuid

from documents.engine_name import OCR_ENGINES
from documents.errors import EngineNotRunning, InvalidRequest
from documents.messages import Message
from documents.models import WorkerProcess


def require_engine(engine: str, document_id: uuid.UUID | None = None) -> None:
    """Raises InvalidRequest for a name of no engine, EngineNotRunning."""
    if engine not in OCR_ENGINES:
        known = ", ".join(OCR_ENGINES)
        message = Message("{field} is one of {choices}.", field="engine", choices=known)
        raise InvalidRequest.for_field("engine", message)
    if not WorkerProcess.alive().filter(engine=engine).exists():
        raise EngineNotRunning(
            Message(
                "No OCR worker of this archive has the engine {engine}. Choose one that /health "
                "names, or start a worker that has it.",
                engine=engine,
            ),
            document=document_id,
        )
