from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ocrsite.runtime.serve import add_arguments, serve
from ocrsite.runtime.start_state import ProcessRole


class Command(BaseCommand):
    help = "Run the archive: queue, web server and workers, until SIGTERM or Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        serve(ProcessRole(options["role"]))
