"""`/health` and `/health/ready`: how the site is, within a second whatever else is stuck."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from documents.background_check import BackgroundCheck
from documents.bucket.health import watch
from documents.search.index.health import search_warnings
from ocrsite import __version__
from ocrsite.environment import read_environment
from ocrsite.monitoring import self_checks
from ocrsite.monitoring.self_checks import Findings
from ocrsite.responses import RETRY_AFTER, problem
from ocrsite.runtime.start_state import ProcessRole, Start, current_start

#: Seconds a request waits for news, and the age from which old news counts as a failure.
PATIENCE, TOO_OLD = 0.4, 10.0
#: Seconds after the start in which no reader is expected yet.
READERS_COME_WITHIN = 30.0

#: Findings younger than this (seconds) are not renewed.
FRESH = 1.0

_check: BackgroundCheck[Findings] = BackgroundCheck("self-check", every=FRESH)


def findings() -> Findings:
    """The newest findings; what has not answered for long counts as failing."""
    # All-in-one knows its readers by its start_id; the readers of several machines have others.
    start_id = read_environment().start_id if current_start().role is ProcessRole.ALL else None
    newest, age = _check.ask(lambda: self_checks.look_and_disconnect(start_id), patience=PATIENCE)
    if newest is None or age > TOO_OLD:
        return Findings(problems=("The site's checks of itself do not finish.",))
    return newest


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    start = current_start()
    # While tables are being made nobody looks into the database.
    found = findings() if start.ready else Findings()
    bucket = watch.state()
    warnings = [
        *start.warnings, *filter(None, [start.problem, start.waiting]),
        *found.problems, *bucket.problems,
    ]  # fmt: skip
    # Readers come up a moment after the web; until then nothing is wrong.
    coming = not found.readers and time.time() - start.ready_at < READERS_COME_WITHIN
    starting = not start.ready or coming
    engine = _engine(found, starting=starting)
    complaints = sorted({reader.detail for reader in found.readers if reader.detail})
    # One that is loading may do so again and again without success; then it says why.
    hopeful = engine["state"] == "ready" or (engine["state"] == "loading" and not complaints)
    sound = found.database and found.storage and found.queue and bucket.word != "failing"
    if starting and (sound or not start.ready):
        status = "starting"
    elif sound and found.readers and hopeful:
        status = "healthy"
    else:
        status = "degraded"
    if not starting and found.database and not found.readers:
        warnings.append("No reader is running; pages wait.")
    warnings += complaints
    if start.ready:
        # Documents are kept and read without it; so it is told, and changes no state.
        warnings += search_warnings(time.time() - start.ready_at)
    return JsonResponse(
        {
            "status": status,
            "ocr_engine": engine,
            "s3_storage": bucket.word,
            "database": _database(start, found),
            "queue": {"pending_pages": found.pending_pages, "workers": len(found.readers)},
            "warnings": warnings,
            "version": __version__,
        }
    )


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when documents are taken in and read; 503 with the reason until then.

    Without the queue both happen, only later: that is told by `/health`.
    """
    start = current_start()
    if not start.ready:
        reason = start.waiting or start.problem or "The archive is starting."
    else:
        found = findings()
        if found.database and found.storage and found.readers:
            return JsonResponse({"status": "ready"})
        nobody = [] if found.readers or not found.database else ["No reader is running."]
        reason = " ".join([*found.problems, *nobody]) or "A part of the archive does not work."
    response = problem(503, "Not ready", reason)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _database(start: Start, found: Findings) -> str:
    """One that is still to be restored or made is not failing; one that can't be is."""
    if not start.ready:
        return "failing" if start.problem and not start.waiting else "starting"
    return "ok" if found.database else "failing"


def _engine(found: Findings, *, starting: bool) -> dict[str, Any]:
    """The engine as its readers report it: one that is ready speaks for all."""
    wanted = settings.OCRSITE_ENGINE
    by_state = {reader.state: reader for reader in reversed(found.readers)}
    for state in ("ready", "loading", "absent"):
        if state in by_state:
            return {"name": by_state[state].engine or wanted, "state": state}
    return {"name": wanted, "state": "loading" if starting else "absent"}
