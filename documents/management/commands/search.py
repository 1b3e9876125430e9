"""The search index of this machine: its status, a consistency check, a rebuild, the follower."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from documents.search.index import index_files, index_flags
from documents.search.index.index_lock import IndexLock


class Command(BaseCommand):
    help = (
        "status: the state of this machine's search index. check: compare it with the database, "
        "page by page. rebuild: build it again, in the background of the running site. follow: "
        "keep it up to date (started by `serve`)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("status", "check", "rebuild", "follow"))

    def handle(self, *, what: str, **options: Any) -> None:
        {
            "status": self.print_status,
            "check": self.check_index,
            "rebuild": self.rebuild,
            "follow": self.follow,
        }[what]()

    def print_status(self) -> None:
        from documents.search.index.description import describe_index

        for name, value in describe_index(index_files.get_root()).items():
            self.stdout.write(f"{name}: {value}")

    def check_index(self) -> None:
        """Exits with 1 if the index differs from the database."""
        from documents.errors import SearchUnavailable
        from documents.search.index import consistency_check

        try:
            report = consistency_check.check_index(index_files.get_root())
        except SearchUnavailable as error:
            raise CommandError(
                "There is no index that can be read. The running site rebuilds it by itself; "
                "if no site runs: `manage.py search rebuild`."
            ) from error
        self.stdout.write(
            f"{report.entries} entries in the index, {report.wanted} wanted: "
            f"{report.missing} missing, {report.superfluous} superfluous, "
            f"{report.outdated} out of date."
        )
        for name in report.damaged_files:
            self.stdout.write(f"damaged: {name}")
        if not report.is_consistent:
            raise CommandError("The index differs from the database: `manage.py search rebuild`.")

    def rebuild(self) -> None:
        """Request a rebuild from the running site; without one, rebuild at once."""
        root = index_files.get_root()
        index_flags.request_rebuild(root)
        lock = IndexLock(root)
        if not lock.acquire():
            self.stdout.write("The index is being rebuilt; searches use the old one meanwhile.")
            return
        try:
            self._rebuild_now()
        finally:
            lock.release()

    def _rebuild_now(self) -> None:
        from documents.search.index.follower import Follower

        follower = Follower(index_files.get_root())
        follower.step()
        while follower.building is not None:
            follower.step()
            if follower.building is not None:
                built, total = follower.building.built, follower.building.state.documents
                self.stdout.write(f"{built} of {total} documents")
        self.stdout.write(self.style.SUCCESS("The search index is built."))

    def follow(self) -> None:
        from documents.actions.record_search_matches import record_search_matches
        from documents.search.index.follower_process import FollowerProcess

        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        FollowerProcess(index_files.get_root(), stopping, record_search_matches).run()
