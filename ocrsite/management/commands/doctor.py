"""What works on this machine and what an administrator should fix, one line each."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from ocrsite.monitoring.doctor import Severity, examine


class Command(BaseCommand):
    help = (
        "Examine the jail for uploaded files, engine, language data, database, disk, bucket and "
        "queue. Exits with 1 where an administrator should fix something."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        styles = {
            Severity.SOUND: self.style.SUCCESS,
            Severity.NOTE: self.style.WARNING,
            Severity.FAULT: self.style.ERROR,
        }
        faults = 0
        for finding in examine():
            faults += finding.verdict is Severity.FAULT
            word = styles[finding.verdict](f"{finding.verdict.value:4}")
            self.stdout.write(f"{word} {finding.subject}: {finding.text}")
        if faults:
            sys.exit(1)
