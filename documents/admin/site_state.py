"""What the site does at this moment, for administrators: workers, engines that were compared,
failures, storage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from documents.actions.approve_engine import approve_engine
from documents.actions.retry_failures import MOST, retry_failures
from documents.admin.base import ReadOnly
from documents.admin.queue_state import describe_queue
from documents.admin.requests import actor, show_error
from documents.bucket.health import watch
from documents.errors import ArchiveError, error_class
from documents.files.disk_space import describe_shortage, measure
from documents.models import Document, EngineComparison, Page, PageStatus, Tombstone, WorkerProcess
from documents.models.engine_comparison import LEAST_PAGES
from documents.replication.sync import documents_to_sync

#: Versions of engines that are shown, and comparisons that are looked through for them.
COMPARISONS = 10
_MOST_COMPARISONS = 200


@dataclass(frozen=True)
class Worker:
    """A process and the page that it reads at this moment, None where it reads none."""

    process: WorkerProcess
    page: Page | None


@dataclass(frozen=True)
class Failure:
    """`documents` failed for this reason, wholly or in part; `pages` of them could not be read."""

    code: str
    title: str
    documents: int
    pages: int


def list_workers() -> list[Worker]:
    processes = list(WorkerProcess.alive().order_by("-kind", "id"))
    running = Page.objects.filter(
        status=PageStatus.RUNNING, lease_owner__in=[process.id for process in processes]
    )
    pages = {page.lease_owner: page for page in running.select_related("document")}
    return [Worker(process, pages.get(process.id)) for process in processes]


def list_failures() -> list[Failure]:
    """The most frequent reason first."""
    found = (
        Document.objects.listed()
        .exclude(error_code="")
        .order_by()
        .values("error_code")
        .annotate(failed=Count("id"), unread=Sum("pages_failed"))
    )
    failures = [
        Failure(row["error_code"], _title(row["error_code"]), row["failed"], row["unread"] or 0)
        for row in found
    ]
    return sorted(failures, key=lambda failure: (-failure.documents, failure.code))


def _title(code: str) -> str:
    known = error_class(code)
    return known().translated_title() if known is not None else code


def list_comparisons() -> list[EngineComparison]:
    """The newest of each version that was on trial, at most COMPARISONS; what waits for approval
    first. One on pages enough to decide comes before a newer one on fewer."""
    found: dict[tuple[str, str], EngineComparison] = {}
    newest_first = EngineComparison.objects.defer("results")[:_MOST_COMPARISONS]
    for each in sorted(newest_first, key=lambda one: one.pages < LEAST_PAGES):
        found.setdefault((each.engine, each.version), each)
    newest = sorted(found.values(), key=lambda each: not each.is_held)
    return newest[:COMPARISONS]


def describe_storage() -> dict[str, Any]:
    """Bytes, numbers of documents and the bucket's state. Waits for no network."""
    directory = Path(settings.DATA_DIR)
    documents = Document.objects.aggregate(
        number=Count("id"), size=Sum("size"), pages=Sum("page_count")
    )
    storage: dict[str, Any] = {
        "directory": directory,
        **documents,
        "bucket": watch.state(),
        "behind": documents_to_sync(Document.objects.all()).count(),
        "tombstones": Tombstone.objects.filter(mirrored=False).count()
        if settings.OCRSITE_BUCKET
        else 0,
        "database": _size(directory / "db.sqlite3"),
    }
    try:
        space = measure(directory)
    except OSError:
        return storage  # `/health` says so
    return {**storage, "space": space, "shortage": describe_shortage(space)}


def _size(file: Path) -> int:
    """Bytes; 0 where there is no such file: PostgreSQL."""
    try:
        return file.stat().st_size
    except OSError:
        return 0


class SiteStateAdmin(ReadOnly, admin.ModelAdmin):
    """The "list" of worker processes is the page of the site's state."""

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        list_view = wrap(self.changelist_view)
        return [
            path("", list_view, name="documents_workerprocess_changelist"),
            path(
                "approve/", wrap(require_POST(self.approve_view)), name="documents_approve_engine"
            ),
            path("retry/", wrap(require_POST(self.retry_view)), name="documents_retry_failures"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            return redirect("admin:index")
        workers = list_workers()
        context = {
            **self.admin_site.each_context(request),
            "title": _("State of the site"),
            "workers": workers,
            "queue": describe_queue([worker.process for worker in workers]),
            "comparisons": list_comparisons(),
            "failures": list_failures(),
            "storage": describe_storage(),
            "most": MOST,
        }
        return render(request, "admin/documents/site_state.html", context)

    def approve_view(self, request: HttpRequest) -> HttpResponse:
        """POST `engine`, `version`: what `auto` may take, though it was worse."""
        if not self.has_view_permission(request):
            return redirect("admin:index")
        engine, version = request.POST.get("engine", ""), request.POST.get("version", "")
        try:
            approve_engine(engine, version, actor=actor(request))
        except ArchiveError as error:
            show_error(request, error)
        else:
            messages.success(request, _("Approved. Workers take it when they start next."))
        return redirect("admin:documents_workerprocess_changelist")

    def retry_view(self, request: HttpRequest) -> HttpResponse:
        """POST `code`: the reason."""
        if not self.has_view_permission(request):
            return redirect("admin:index")
        done = retry_failures(request.POST.get("code", ""), actor=actor(request))
        text = ngettext(
            "%(count)d document is read again.", "%(count)d documents are read again.", done
        )
        messages.success(request, text % {"count": done})
        return redirect("admin:documents_workerprocess_changelist")
