"""One worker process, as the supervisor starts it (`manage.py serve` is the command for people)."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Run one reader, chores or mirror process. Started by `serve`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=("reader", "chores", "mirror"))
        parser.add_argument("--slot", type=int, default=0, help="its place among its like")
        parser.add_argument(
            "--life", type=uuid.UUID, default=None, help="the supervisor's, new at every start"
        )
        parser.add_argument(
            "--sole",
            action="store_true",
            help="no other supervisor works on this database: what others hold is lost",
        )

    def handle(self, *, kind: str, slot: int, life: uuid.UUID | None, **options: Any) -> None:
        from ocr_worker.process.chores import ChoresProcess
        from ocr_worker.process.mirror import MirrorProcess
        from ocr_worker.process.reader import ReaderProcess

        life = life or uuid.uuid4()
        if kind == "reader":
            ReaderProcess(slot, life).run()
        elif kind == "mirror":
            MirrorProcess(slot, life).run()
        else:
            ChoresProcess(slot, life, sole=options["sole"]).run()
