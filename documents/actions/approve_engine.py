"""Let `auto` take a version of an engine that read worse than the one in use."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.utils import timezone

from documents import access
from documents.audit.record import record_engine
from documents.errors import AdministratorsOnly, NotFound
from documents.messages import Message
from documents.models import EngineComparison, TokenScope, User

log = structlog.get_logger(__name__)


def approve_engine(engine: str, version: str, *, actor: User | None) -> EngineComparison:
    """Workers take it when they start next. A later comparison that it loses holds it again.

    `actor` None: whoever runs commands on this machine. Raises AdministratorsOnly, ScopeTooNarrow,
    NotFound (nothing holds this version back).
    """
    if actor is not None:
        access.require_scope(actor, TokenScope.ADMIN)
        if not access.administers(actor):
            raise AdministratorsOnly(
                Message("Only administrators approve engines. Ask one of them.")
            )
    with transaction.atomic():
        locked = EngineComparison.objects.select_for_update()
        found = locked.find_held(engine, version)
        if found is None:
            raise NotFound(
                Message(
                    "Nothing holds {engine} {version} back. The list of comparisons names what "
                    "waits for approval.",
                    engine=engine,
                    version=version,
                )
            )
        found.approved_at, found.approved_by = timezone.now(), actor
        found.save(update_fields=["approved_at", "approved_by"])
        record_engine(engine, "engine.approved", actor, version=version)
    log.info("engine_approved", engine=engine, version=version)
    return found
