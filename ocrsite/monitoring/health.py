"""`/health` and `/health/ready`: the state of the site, within a second whatever else hangs."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from documents.background_check import BackgroundCheck
from documents.bucket.health import watch
from documents.messages import Message, verbatim
from documents.search.index.health import describe_index_problems
from ocrsite import __version__
from ocrsite.environment import read_environment
from ocrsite.monitoring import self_checks
from ocrsite.monitoring.self_checks import Findings
from ocrsite.responses import RETRY_AFTER, build_problem_response
from ocrsite.runtime.start_state import ProcessRole, Start, read_current_start

#: Seconds a request waits for new findings, and the age from which old findings count as a failure.
TIMEOUT, TOO_OLD = 0.4, 10.0
#: Seconds after bootstrap in which the OCR workers may still be starting.
WORKERS_START_WITHIN = 30.0

#: Findings younger than this (seconds) are used again.
FRESH = 1.0

_check: BackgroundCheck[Findings] = BackgroundCheck("self-check", every=FRESH)


def get_findings() -> Findings:
    """The newest findings; checks that do not finish count as failing."""
    # All-in-one's OCR workers have its start id; those of several machines have other start ids.
    all_in_one = read_current_start().role is ProcessRole.ALL
    start_id = read_environment().start_id if all_in_one else None
    newest, age = _check.ask(lambda: self_checks.run_in_thread(start_id), patience=TIMEOUT)
    if newest is None or age > TOO_OLD:
        return Findings(problems=("The site's self-checks do not finish.",))
    return newest


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    start = read_current_start()
    # The database may not exist or be locked until its tables are migrated.
    found = get_findings() if start.ready else Findings()
    bucket = watch.state()
    warnings = [
        *start.warnings, *filter(None, [start.problem, start.waiting]),
        *found.problems, *bucket.problems,
    ]  # fmt: skip
    # The OCR workers start a moment after the web; until then nothing is wrong.
    awaited = not found.ocr_workers and time.time() - start.ready_at < WORKERS_START_WITHIN
    starting = not start.ready or awaited
    engine = _describe_engine(found, starting=starting)
    complaints = sorted({worker.detail for worker in found.ocr_workers if worker.detail})
    # A worker whose engine fails to load again and again is "loading", with the reason.
    usable = engine["state"] == "ready" or (engine["state"] == "loading" and not complaints)
    sound = all((found.database, found.storage, found.accepts_uploads, found.queue))
    sound = sound and bucket.word != "failing"
    if starting and (sound or not start.ready):
        status = "starting"
    elif sound and found.ocr_workers and usable:
        status = "healthy"
    else:
        status = "degraded"
    if not starting and found.database and not found.ocr_workers:
        warnings.append("No OCR worker is running. Uploads are kept and read when one starts.")
    warnings += complaints
    if start.ready:
        # Documents are stored and read without the index, so it only adds warnings.
        warnings += describe_index_problems(time.time() - start.ready_at)
    return JsonResponse(
        {
            "status": status,
            "ocr_engine": engine,
            "s3_storage": bucket.word,
            "database": _describe_database(start, found),
            "queue": {"pending_pages": found.pending_pages, "workers": len(found.ocr_workers)},
            "warnings": warnings,
            "version": __version__,
        }
    )


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when documents are accepted and read; 503 with the reason until then.

    Without the queue both happen, only later: `/health` has a warning then.
    """
    start = read_current_start()
    if not start.ready:
        reason = start.waiting or start.problem or "The archive is starting."
    else:
        found = get_findings()
        if found.database and found.storage and found.ocr_workers:
            return JsonResponse({"status": "ready"})
        problems = list(found.problems)
        if found.database and not found.ocr_workers:
            problems.append("No OCR worker is running.")
        reason = " ".join(problems) or "A part of the archive does not work."
    response = build_problem_response(
        request,
        503,
        code="not-ready",
        title=Message("The archive is not ready."),
        detail=verbatim(reason),
    )
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def _describe_database(start: Start, found: Findings) -> str:
    """`starting` while it is restored or migrated; `failing` where it does not respond."""
    if not start.ready:
        return "failing" if start.problem and not start.waiting else "starting"
    return "ok" if found.database else "failing"


def _describe_engine(found: Findings, *, starting: bool) -> dict[str, Any]:
    """The engine as the OCR workers report it: one that is ready counts for all."""
    requested = settings.OCRSITE_ENGINE
    by_state = {worker.state: worker for worker in reversed(found.ocr_workers)}
    for state in ("ready", "loading", "absent"):
        if state in by_state:
            return {"name": by_state[state].engine or requested, "state": state}
    return {"name": requested, "state": "loading" if starting else "absent"}
