"""`/metrics` for Prometheus: the archive's figures and those of its web processes."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from rest_framework.exceptions import AuthenticationFailed

from documents.access import sees_everything
from documents.api.authentication import find_token_of
from documents.messages import Message
from documents.models import Document, Page, PageStatus, TokenScope
from documents.models.worker import EngineState, WorkerKind, WorkerProcess
from documents.search.index.health import read_index_status
from ocrsite.monitoring.self_checks import count_pending_pages
from ocrsite.monitoring.shared_figures import SharedFigures
from ocrsite.responses import GetResponse, build_problem_response

disable_created_metrics()
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

REQUESTS = Counter(
    "ocrsite_http_requests", "Responses by view and status.", ["view", "status"], registry=None
)
LATENCY = Histogram(
    "ocrsite_http_request_seconds",
    "Time until the response starts.",
    ["view"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100),
    registry=None,
)
UPLOADS = Counter(
    "ocrsite_uploads", "Uploads: accepted, refused, or turned away (busy).", ["outcome"],
    registry=None,
)  # fmt: skip
#: What web processes count together.
FIGURES = SharedFigures((REQUESTS, LATENCY, UPLOADS))
REGISTRY.register(FIGURES)

#: Headers that gateways add, besides those that begin with X-Forwarded.
_FORWARDING = ("forwarded", "x-real-ip", "via")


class MeasureRequests:
    """Counts every response under its view's name: the number of paths has no bound."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started_at = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name if match else None) or "none"
        REQUESTS.labels(view, str(response.status_code)).inc()
        LATENCY.labels(view).observe(time.perf_counter() - started_at)
        return response


class ArchiveCollector(Collector):
    """The archive's figures, read from the database at each request."""

    def collect(self) -> Iterator[Metric]:
        documents = GaugeMetricFamily(
            "ocrsite_documents", "Documents outside the trash.", labels=["status"]
        )
        visible = Document.objects.not_trashed()
        for status, number in visible.order_by().values_list("status").annotate(Count("id")):
            documents.add_metric([status], number)
        yield documents

        totals = visible.aggregate(done=Sum("pages_done"), failed=Sum("pages_failed"))
        pages = GaugeMetricFamily("ocrsite_pages", "Pages outside the trash.", labels=["status"])
        pages.add_metric(["done"], totals["done"] or 0)
        pages.add_metric(["failed"], totals["failed"] or 0)
        pages.add_metric(["pending"], count_pending_pages())
        pages.add_metric(["running"], Page.objects.filter(status=PageStatus.RUNNING).count())
        yield pages

        workers = GaugeMetricFamily("ocrsite_workers_alive", "Worker processes.", labels=["kind"])
        memory = GaugeMetricFamily("ocrsite_worker_rss_bytes", "Memory.", labels=["worker"])
        graphics = GaugeMetricFamily(
            "ocrsite_worker_gpu_bytes", "Memory of the GPU, reserved.", labels=["worker"]
        )
        read = CounterMetricFamily(
            "ocrsite_worker_pages_read", "Pages read since its start.", labels=["worker"]
        )
        rate = GaugeMetricFamily(
            "ocrsite_worker_pages_per_second",
            "Pages read a second, over its last 20 pages, while it read.",
            labels=["worker"],
        )
        engine = GaugeMetricFamily(
            "ocrsite_engine_workers",
            "OCR workers by the state of their engine.",
            labels=["state"],
        )
        alive = list(WorkerProcess.alive())
        for kind in WorkerKind.values:
            workers.add_metric([kind], sum(row.kind == kind for row in alive))
        for state in EngineState.values:
            ocr_workers = [row for row in alive if row.kind == WorkerKind.OCR]
            engine.add_metric([state], sum(row.engine_state == state for row in ocr_workers))
        for row in alive:
            memory.add_metric([row.id], row.rss_bytes)
            if row.kind == WorkerKind.OCR:
                graphics.add_metric([row.id], row.gpu_bytes)
                read.add_metric([row.id], row.pages_read)
                rate.add_metric([row.id], row.pages_per_second)
        yield from (workers, engine, memory, graphics, read, rate)
        yield from _collect_recogniser_figures(alive)
        yield from _collect_search_figures()


def _collect_recogniser_figures(alive: Iterable[WorkerProcess]) -> Iterator[Metric]:
    """What the recognisers of PaddleOCR-VL's blocks have done since they started. The rate of
    `seconds` is the share of time for which the model is at work; `tokens` for each of `steps`
    is how many blocks were recognised at once, of `rows` at most. A recogniser that is started
    again counts from zero, as its worker does."""
    counters: list[tuple[CounterMetricFamily | GaugeMetricFamily, str]] = [
        (CounterMetricFamily(f"ocrsite_recogniser_{name}", text, labels=["worker"]), key)
        for name, text, key in (
            ("seconds", "Seconds in the model.", "seconds"),
            ("steps", "Tokens of the batch.", "steps"),
            ("tokens", "Tokens of all blocks.", "row_steps"),
            ("blocks", "Blocks recognised.", "blocks"),
            ("memory_shortages", "How often memory ran out.", "shortages"),
        )
    ]
    rows = GaugeMetricFamily(
        "ocrsite_recogniser_rows", "Blocks at once, at most.", labels=["worker"]
    )
    for family, key in (*counters, (rows, "most_rows")):
        for row in alive:
            if key in row.recogniser_load:
                family.add_metric([row.id], row.recogniser_load[key])
        if family.samples:
            yield family


def _collect_search_figures() -> Iterator[GaugeMetricFamily]:
    """Figures of this machine's search index; none where no process has ever written one."""
    status = read_index_status()
    if status is None:
        return
    for name, text, value in (
        ("entries", "Entries of the search index: pages, and documents not read yet.",
         status.entries),
        ("lag_seconds", "How long the last changes waited until they could be found.", status.lag),
        ("age_seconds", "Seconds since the index's writer last reported.", status.age),
        ("building", "1 while the index is being built.", status.state == "building"),
    ):  # fmt: skip
        yield GaugeMetricFamily(f"ocrsite_search_{name}", text, value=value)


REGISTRY.register(ArchiveCollector())


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not (_is_local(request) or _is_superuser(request)):
        return build_problem_response(
            request,
            403,
            code="metrics-forbidden",
            title=Message("You may not do this."),
            detail=Message("Metrics are for this machine, or for a superuser’s token."),
        )
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _is_local(request: HttpRequest) -> bool:
    """Whether the client is a process on this machine, and no gateway that forwards a request.

    A gateway on this machine is a local peer, too. It is recognised by a header that it adds or by
    the Host that its client sent; one that hides both can't be recognised (README, "Settings").
    """
    names = [name.lower() for name in request.headers]
    if any(name.startswith("x-forwarded") or name in _FORWARDING for name in names):
        return False
    peer, host = (request.META.get(name, "") for name in ("REMOTE_ADDR", "HTTP_HOST"))
    return _is_loopback(peer) and _is_loopback_host(host)


def _is_loopback_host(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _is_superuser(request: HttpRequest) -> bool:
    try:
        token = find_token_of(request)
    except AuthenticationFailed:
        return False
    return token is not None and sees_everything(token.user) and TokenScope.READ in token.scopes
