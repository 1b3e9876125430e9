"""Run one worker process; started by the supervisor (people run `manage.py serve`)."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from documents.models import WorkerKind


class Command(BaseCommand):
    help = "Run one OCR, background or sync worker. Started by `serve`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=WorkerKind.values)
        parser.add_argument(
            "--slot", type=int, default=0, help="its number among workers of its kind"
        )
        parser.add_argument(
            "--start-id", type=uuid.UUID, default=None, help="id of the supervisor's start"
        )
        parser.add_argument(
            "--sole",
            action="store_true",
            help="no other supervisor uses this database: claims of other starts are lost",
        )

    def handle(self, *, kind: str, slot: int, start_id: uuid.UUID | None, **options: Any) -> None:
        from ocr_worker.process.background import BackgroundProcess
        from ocr_worker.process.ocr import OcrProcess
        from ocr_worker.process.sync import SyncProcess

        start_id = start_id or uuid.uuid4()
        if kind == WorkerKind.OCR:
            OcrProcess(slot, start_id).run()
        elif kind == WorkerKind.SYNC:
            SyncProcess(slot, start_id).run()
        else:
            BackgroundProcess(slot, start_id, sole=options["sole"]).run()
