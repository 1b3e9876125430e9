from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from documents.bucket.configured import configured_bucket
from documents.replication.database_replicas import remove_old_replicas
from ocrsite.runtime.litestream import read_or_create_replica_id


class Command(BaseCommand):
    help = (
        "Remove copies of the database that other containers left in the bucket more than 7 days "
        "ago; the newest two stay (part of `serve`)."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        target = configured_bucket()
        if target is not None:
            now = datetime.datetime.now(datetime.timezone.utc)
            remove_old_replicas(target, read_or_create_replica_id(settings.DATA_DIR), now)
