"""Find what was left behind in the database and queue it again: every 30 s and at every start.

Nothing here is needed while all goes well. It finds what a killed process had claimed, work whose
wake-up was lost because the queue was down or wiped, and the remains of interrupted uploads.
"""

from __future__ import annotations

import datetime
import stat
import time
import uuid

import structlog
from django.utils import timezone

from documents.actions.deliver import forget_old_messages
from documents.actions.detect_languages import is_language_missing
from documents.actions.fail_pages_without_engine import fail_pages_without_engine
from documents.actions.fetch import forget_old_fetches
from documents.actions.make_export import forget_unused_exports
from documents.actions.purge_due import is_purge_due
from documents.actions.run_batch import forget_old_batches
from documents.actions.run_change import forget_old_changes
from documents.actions.store_arranged import KEEP_ARRANGEMENTS, forget_old_arrangements
from documents.actions.take_back_lost_pages import take_back_lost_pages
from documents.actions.take_item import prune_items
from documents.files.storage import archive
from documents.models import (
    Arrangement,
    Batch,
    ChangeJob,
    Document,
    Fetch,
    Page,
    Webhook,
    WorkerProcess,
)
from documents.replication import sync_worker
from documents.signals import announce, pages_waiting, tasks_waiting

log = structlog.get_logger(__name__)

EVERY_SECONDS = 30.0

#: No upload takes longer: older files in the staging directory are abandoned.
STAGING_SECONDS = 24 * 3600
#: How long a file that was made on request is kept after somebody last asked for it.
KEEP_EXPORTS = datetime.timedelta(days=7)
DELETE_WORKERS_AFTER = datetime.timedelta(days=1)


def reconcile(
    *,
    sole_start: uuid.UUID | None = None,
    watched_for: datetime.timedelta = datetime.timedelta(0),
) -> None:
    """Repair what is found; safe to run at any time and in several processes at once.

    `sole_start`: the start_id of the only supervisor there can be: claims of other starts are lost.
    `watched_for`: how long the caller has been up without a break.
    """
    lost = take_back_lost_pages(sole_start=sole_start)
    if lost:
        log.warning("lost_pages_released", pages=lost)
    unreadable = fail_pages_without_engine(watched_for=watched_for)
    if unreadable:
        log.warning("unreadable_pages_failed", pages=unreadable)
    if (
        Document.objects.with_free_task().exists()
        or sync_worker.is_work_waiting()
        or is_purge_due()
        or is_language_missing()
    ):
        announce(tasks_waiting)
    if Page.objects.claimable().exists():
        announce(pages_waiting)
    WorkerProcess.objects.filter(heartbeat_at__lt=timezone.now() - DELETE_WORKERS_AFTER).delete()
    forget_old_messages()
    if (
        Fetch.objects.to_do().exists()
        or Arrangement.objects.to_do().exists()
        or Webhook.objects.to_serve().exists()
        or ChangeJob.objects.to_run().exists()
        or Batch.objects.to_run().exists()
    ):
        announce(tasks_waiting)
    prune_items()
    forget_old_changes()
    forget_old_batches()
    forget_old_fetches()
    forget_old_arrangements(timezone.now() - KEEP_ARRANGEMENTS)
    if forgotten := forget_unused_exports(KEEP_EXPORTS):
        log.info("unused_exports_removed", exports=forgotten)
    _remove_abandoned_uploads()


def _remove_abandoned_uploads() -> None:
    for path in archive().staging.iterdir():
        try:
            about = path.lstat()
            if stat.S_ISREG(about.st_mode) and time.time() - about.st_mtime > STAGING_SECONDS:
                path.unlink(missing_ok=True)
                log.info("abandoned_upload_removed", file=path.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            # A disk that became read-only, say: everything else goes on.
            log.warning("abandoned_upload_not_removed", file=path.name, reason=str(error))
