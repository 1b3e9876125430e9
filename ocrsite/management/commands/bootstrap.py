from __future__ import annotations

import sys
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from documents.errors import StorageFull
from ocrsite.environment import read_environment
from ocrsite.runtime.bootstrap import bootstrap


class Command(BaseCommand):
    help = "Migrate the database and create the first team and administrator (part of `serve`)."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            bootstrap(read_environment().admin_password)
        except (DatabaseError, StorageFull, OSError) as error:
            structlog.get_logger("ocrsite.bootstrap").error(
                "bootstrap_failed", reason=str(error).strip()
            )
            sys.exit(1)
