from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ocrsite.runtime.instance import Role
from ocrsite.runtime.serve import add_arguments, serve


class Command(BaseCommand):
    help = "Run the archive: queue, web server, readers and chores, until SIGTERM or Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        serve(Role(options["role"]))
