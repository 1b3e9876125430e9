"""The search index of this machine: followed (by `serve`), looked at, built anew."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from documents.search.index import index_files


class Command(BaseCommand):
    help = (
        "status: how the search index of this machine is. check: whether every page is in it, "
        "nothing else, and each as it is. rebuild: have it built anew, in the background of the "
        "running site. follow: keep it up to date (started by `serve`)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("status", "check", "rebuild", "follow"))

    def handle(self, *, what: str, **options: Any) -> None:
        {
            "status": self.status,
            "check": self.check_index,
            "rebuild": self.rebuild,
            "follow": self.follow,
        }[what]()

    def status(self) -> None:
        from documents.search.index.consistency_check import described

        for name, value in described(index_files.root()).items():
            self.stdout.write(f"{name}: {value}")

    def check_index(self) -> None:
        """Exits with 1 where the index does not say what the database says."""
        from documents.errors import SearchUnavailable
        from documents.search.index.consistency_check import check

        try:
            found = check(index_files.root())
        except SearchUnavailable as error:
            raise CommandError(
                "There is no index that can be read. The running site builds it anew by itself; "
                "where none runs: `manage.py search rebuild`."
            ) from error
        self.stdout.write(
            f"{found.entries} entries in the index, {found.wanted} wanted: "
            f"{found.missing} missing, {found.superfluous} that should not be there, "
            f"{found.outdated} not up to date."
        )
        for name in found.damaged_files:
            self.stdout.write(f"damaged: {name}")
        if not found.good:
            raise CommandError("The index is not what it should be: `manage.py search rebuild`.")

    def rebuild(self) -> None:
        from documents.search.index.follower import Follower

        root = index_files.root()
        index_files.ask_for_rebuild(root)
        lock = index_files.hold(root)
        if lock is None:
            self.stdout.write("It is built anew; searches go on in the old one meanwhile.")
            return
        # Nobody follows it: the site does not run here. It is done at once.
        follower = Follower(root, threading.Event())
        follower.step()
        while follower.building is not None:
            follower.step()
            if follower.building is not None:
                built, of = follower.building.built, follower.building.state.documents
                self.stdout.write(f"{built} of {of} documents")
        self.stdout.write(self.style.SUCCESS("The search index is built."))

    def follow(self) -> None:
        from documents.actions.record_search_matches import note_matches
        from documents.search.index.follower import Follower

        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        Follower(index_files.root(), stopping, note_matches).run()
