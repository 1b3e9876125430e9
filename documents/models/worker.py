"""The worker processes, as `/health`, `/metrics` and the admin show them."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

#: A process that has not reported for this long counts as gone. It reports every 5 s.
ALIVE_FOR = datetime.timedelta(seconds=30)


class EngineState(models.TextChoices):
    LOADING = "loading", _("loading")
    READY = "ready", _("ready")
    ABSENT = "absent", _("absent")


class WorkerKind(models.TextChoices):
    """What a worker process does. OCR: reads pages. BACKGROUND: prepares documents, assembles
    results, syncs copies, reconciles. SYNC: only syncs copies, on a machine that serves the web."""

    OCR = "ocr", _("OCR worker")
    BACKGROUND = "background", _("background worker")
    SYNC = "sync", _("sync worker")


class WorkerProcess(models.Model):
    """One worker process; it writes its own row. `id` is its lease owner's name,
    "<start_id>:kind:slot", so that a process started in the same slot takes the row over."""

    id = models.CharField(primary_key=True, max_length=100)
    kind = models.CharField(max_length=10, choices=WorkerKind.choices)
    start_id = models.UUIDField()
    pid = models.PositiveIntegerField()
    engine = models.CharField(max_length=20, blank=True)
    engine_version = models.CharField(max_length=100, blank=True)
    engine_state = models.CharField(
        max_length=8, choices=EngineState.choices, default=EngineState.LOADING
    )
    #: Why the engine is not ready, or is not the expected one.
    engine_detail = models.TextField(blank=True)
    #: The same as a message (`Message.to_json`), for readers of any language.
    engine_message = models.JSONField(null=True)
    #: How many processes in this slot have died in succession while loading it.
    engine_deaths = models.PositiveIntegerField(default=0)
    #: Layers of the rendering child's jail that this machine refuses, each with the reason; null
    #: until a child has run there.
    jail_refused = models.JSONField(null=True)
    #: Why the watched folder can't be watched; "" where it can, or where this process does not.
    folder_problem = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField(db_index=True)
    rss_bytes = models.PositiveBigIntegerField(default=0)
    #: GPU memory that it has reserved, bytes; 0 without a GPU.
    gpu_bytes = models.PositiveBigIntegerField(default=0)
    #: What its recogniser has done since it started (`ocr_worker.vlm.load.Load`); empty where
    #: it has none of its own.
    recogniser_load = models.JSONField(default=dict)
    pages_read = models.PositiveBigIntegerField(default=0)
    #: Measured over its last pages; 0 before the first.
    pages_per_second = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("state of the site")
        verbose_name_plural = _("state of the site")

    def __str__(self) -> str:
        return self.id

    @classmethod
    def alive(cls) -> models.QuerySet[WorkerProcess]:
        return cls.objects.filter(heartbeat_at__gte=timezone.now() - ALIVE_FOR)
