"""`manage.py archive verify | restore | purge`: the archive and its copies, for administrators."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from documents.actions.purge import purge
from documents.bucket.configured import configured_bucket
from documents.errors import ArchiveError
from documents.models import Document
from documents.replication.restore_all import RestoreReport, restore_all
from documents.replication.sources import BucketSource, DirectorySource, Source
from documents.replication.verify import VerifyReport, verify


class Command(BaseCommand):
    help = "Verify the archive's files, or restore the archive from its files."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify_parser = verbs.add_parser(
            "verify",
            help="hash every file again, on this disk and in the bucket; report what is missing, "
            "damaged or orphaned. Exit status 1 where something is missing or damaged",
        )
        verify_parser.add_argument("--quick", action="store_true", help="compare sizes only")
        verify_parser.add_argument(
            "--only", choices=("disk", "bucket"), help="verify one of them only"
        )
        restore_parser = verbs.add_parser(
            "restore",
            help="restore every document whose manifest is newer than the database, or unknown; "
            "safe to run twice, and beside a running archive",
        )
        restore_parser.add_argument(
            "source",
            nargs="?",
            type=Path,
            help="a directory with the content of a bucket (a download of it, or another archive's "
            "media directory); default: the bucket",
        )
        restore_parser.add_argument(
            "--no-files",
            action="store_true",
            help="only the database; files are fetched from the bucket when they are needed",
        )

        purge_parser = verbs.add_parser(
            "purge",
            help="delete documents for good, here and in the bucket; they must be in the trash",
        )
        purge_parser.add_argument("document", nargs="+", type=uuid.UUID)

    def handle(self, *, verb: str, **options: Any) -> None:
        try:
            if verb == "verify":
                self._verify(quick=options["quick"], only=options["only"])
            elif verb == "purge":
                for document_id in options["document"]:
                    purge(document_id)
                    self.stdout.write(f"{document_id}: deleted for good")
            else:
                self._restore(options["source"], with_files=not options["no_files"])
        except ArchiveError as error:
            raise CommandError(error.detail) from error
        except OSError as error:
            raise CommandError(f"{error.strerror}: {error.filename}") from error

    def _verify(self, *, quick: bool, only: str | None) -> None:
        is_sound = True
        for name, source in self._list_copies(only):
            report = verify(
                source,
                documents=Document.objects.order_by("created_at").iterator(chunk_size=50),
                hashes=not quick,
                partial=name == "disk" and configured_bucket() is not None,
            )
            self._print_verified(name, report)
            is_sound = is_sound and report.is_sound
        if not is_sound:
            sys.exit(1)

    def _list_copies(self, only: str | None) -> list[tuple[str, Source]]:
        copies: list[tuple[str, Source]] = []
        if only != "bucket":
            copies.append(("disk", DirectorySource(Path(settings.MEDIA_ROOT))))
        if only != "disk":
            target = configured_bucket()
            if target is not None:
                copies.append(("bucket", BucketSource(target)))
            elif only:
                raise CommandError("No bucket is set up: set the four CLOUDRU_S3_ variables.")
        return copies

    def _print_verified(self, name: str, report: VerifyReport) -> None:
        self.stdout.write(f"{name}: {report.documents} documents, {report.files} files checked")
        if report.elsewhere:
            self.stdout.write(f"{name}: {report.elsewhere} files are in the bucket only")
        for kind in ("missing", "damaged", "orphaned", "behind"):
            lines = getattr(report, kind)
            self.stdout.write(f"{name}: {len(lines)} {kind}")
            for line in lines:
                self.stdout.write(f"  {kind}: {line}")

    def _restore(self, directory: Path | None, *, with_files: bool) -> None:
        if directory is not None:
            if not (directory / "documents").is_dir():
                raise CommandError(
                    f"{directory} has no directory `documents`: it is not a copy of an archive."
                )
            source: Source = DirectorySource(directory)
        else:
            target = configured_bucket()
            if target is None:
                raise CommandError(
                    "No bucket is set up: set the four CLOUDRU_S3_ variables, or name a directory."
                )
            source = BucketSource(target)
        self._print_restored(
            restore_all(source, with_files=with_files, report_line=self.stdout.write)
        )

    def _print_restored(self, report: RestoreReport) -> None:
        for outcome, count in report.outcomes.items():
            self.stdout.write(f"{count} {outcome.value}")
        self.stdout.write(f"{report.files} files copied")
        for problem in report.problems:
            self.stderr.write(problem)
        if report.problems:
            sys.exit(1)
