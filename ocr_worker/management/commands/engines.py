"""`manage.py engines compare | list | approve`: which engines read this archive well enough."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from documents.actions.approve_engine import approve_engine
from documents.actions.record_comparison import record_comparison
from documents.engines.names import OCR_ENGINES
from documents.errors import ArchiveError
from documents.models import EngineComparison
from documents.models.engine_comparison import LEAST_PAGES
from ocr_worker.compare_engines import choose_pages, compare
from ocr_worker.engines import Engine, load_engine


class Command(BaseCommand):
    help = "Compare engines on reviewed pages; approve one that was held back for what it read."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        compare_parser = verbs.add_parser(
            "compare", help="read a sample of reviewed pages with two engines and keep the result"
        )
        compare_parser.add_argument(
            "--engine",
            action="append",
            required=True,
            choices=OCR_ENGINES,
            dest="engines",
            help="twice: the engine in use first, then the one on trial",
        )
        compare_parser.add_argument("--pages", type=int, default=20, help="at most so many (20)")
        compare_parser.add_argument("--json", action="store_true", help="all results as JSON")
        verbs.add_parser("list", help="the comparisons so far, the newest first")
        approve_parser = verbs.add_parser(
            "approve", help="let `auto` take a version that was worse, from the next start on"
        )
        approve_parser.add_argument("name")
        approve_parser.add_argument("version", help="as `list` names it")

    def handle(self, *, verb: str, **options: Any) -> None:
        try:
            if verb == "compare":
                self._compare(options["engines"], options["pages"], as_json=options["json"])
            elif verb == "approve":
                approve_engine(options["name"], options["version"], actor=None)
                self.stdout.write("Approved. Workers take it when they start next.")
            else:
                for each in EngineComparison.objects.all():
                    self.stdout.write(f"{each.at:%Y-%m-%d %H:%M}  {_summarise(each)}")
        except ArchiveError as error:
            raise CommandError(error.detail) from error

    def _compare(self, engines: list[str], most: int, *, as_json: bool) -> None:
        if len(engines) != 2 or engines[0] == engines[1]:
            raise CommandError("Name two engines: the one in use first, then the one on trial.")
        if most < 1:
            raise CommandError("At least one page is compared.")
        pages = choose_pages(most)
        if not pages:
            raise CommandError("No page with text has been approved or corrected yet.")

        def load(name: str) -> Engine:
            return load_engine(
                name,
                settings.OCRSITE_LANGUAGES,
                device=settings.OCRSITE_PADDLE_DEVICE,
                second_reader=settings.OCRSITE_SECOND_READER,
            ).engine

        def tell(engine: str, number: int) -> None:
            self.stderr.write(f"{engine}: page {number} of {len(pages)}")

        (used, tried), results = compare(pages, [partial(load, name) for name in engines], tell)
        found = record_comparison(used, tried, results)
        if as_json:
            self.stdout.write(json.dumps(_to_dict(found), ensure_ascii=False, indent=1))
        else:
            self._print(found)

    def _print(self, found: EngineComparison) -> None:
        names = found.used_engine, found.engine
        self.stdout.write(f"in use:   {found.used_engine} {found.used_version}")
        self.stdout.write(f"on trial: {found.engine} {found.version}\n\n")
        head = ("document", "page", "truth", *(f"F1 {n}" for n in names),
                *(f"disputes {n}" for n in names), *(f"s {n}" for n in names),
                "flags or error of the one on trial")  # fmt: skip
        self.stdout.write(_row(head))
        self.stdout.write(_row("---" for _ in head))
        for row in found.results:
            self.stdout.write(
                _row(
                    (_shorten(row["title"]), row["page"], _name_truth(row),
                     *(f"{f1:.3f}" for f1 in row["f1"]),
                     *row["disputes"], *row["seconds"],
                     row["error"][1] or ", ".join(row["flags"][1]))
                )
            )  # fmt: skip
        self.stdout.write(f"\n{_summarise(found)}")
        for name in names:
            count = sum(row["as_read_by"] == name for row in found.results)
            if count:
                self.stdout.write(
                    f"{count} of {found.pages} pages were approved as {name} had read them, with "
                    f"its errors: they favour it. Corrected pages judge fairly."
                )
        if found.pages < LEAST_PAGES:
            self.stdout.write(f"Fewer than {LEAST_PAGES} pages decide nothing.")


def _shorten(title: str) -> str:
    """One line of at most 40 characters, without what ends a cell."""
    title = " ".join(title.replace("|", " ").split())
    return title if len(title) <= 40 else f"{title[:39]}…"


def _name_truth(row: dict[str, Any]) -> str:
    return f"as {row['as_read_by']} read it" if row["as_read_by"] else "corrected"


def _row(cells: Any) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _summarise(found: EngineComparison) -> str:
    flagged = [sum(bool(row["flags"][which]) for row in found.results) for which in (0, 1)]
    state = ""
    if found.is_worse:
        state = "; worse by more than the margin"
        if found.approved_at is not None:
            state = "; worse, and approved"
        elif found.is_held:
            state = "; worse by more than the margin: held back from auto"
    return (
        f"{found.engine} {found.version}: word F1 {found.f1:.3f}, {flagged[1]} of {found.pages} "
        f"pages flagged, {found.seconds:.0f} s; {found.used_engine} {found.used_version}: "
        f"{found.used_f1:.3f}, {flagged[0]} flagged, {found.used_seconds:.0f} s{state}"
    )


def _to_dict(found: EngineComparison) -> dict[str, Any]:
    return {
        "in_use": {"engine": found.used_engine, "version": found.used_version,
                   "f1": round(found.used_f1, 4), "seconds": round(found.used_seconds, 2)},
        "on_trial": {"engine": found.engine, "version": found.version,
                     "f1": round(found.f1, 4), "seconds": round(found.seconds, 2)},
        "pages": found.results,
        "held": found.is_held,
    }  # fmt: skip
