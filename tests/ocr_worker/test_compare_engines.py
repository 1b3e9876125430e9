"""Engines on trial: reviewed pages are the truth, and who was worse waits for an administrator."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from documents.actions.approve_engine import approve_engine
from documents.actions.record_comparison import record_comparison
from documents.errors import AdministratorsOnly, EngineFailed, NotFound
from documents.messages import Message
from documents.models import AuditEntry, Document, EngineComparison, ReviewStatus, Role
from documents.models.engine_comparison import LEAST_PAGES
from documents.text.page_layout import PageLayout
from ocr_worker import compare_engines
from ocr_worker.compare_engines import choose_pages, find_objection
from ocr_worker.engines import paddleocr_vl, select_engine
from ocr_worker.engines.base import Needs
from ocr_worker.engines.select_engine import LoadedEngine
from ocr_worker.management.commands import engines as command
from tests.factories import make_document, make_layout, make_team, make_user
from tests.ocr_worker.claims import cover_page, keep, scan
from tests.ocr_worker.pretended_engine import PretendedEngine

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

USED, TRIED = ("tesseract", "5.5"), ("paddleocr-vl", "3.3")


class Reading(PretendedEngine):
    """Reads `text` on every page; fails without one."""

    needs = Needs()

    def __init__(self, name: str, version: str, text: str = "") -> None:
        self.name, self.version, self.text = name, version, text
        self.is_closed = False

    def read(self, image: Image.Image, **given: Any) -> PageLayout:
        if not self.text:
            raise EngineFailed(Message("No."))
        return cover_page(make_layout(self.text, width=image.width, height=image.height))

    def close(self) -> None:
        self.is_closed = True


def approved(text: str, **fields: Any) -> Document:
    fields = {"review_status": ReviewStatus.APPROVED, **fields}
    return make_document(pages=[text], **fields)


def compared(f1: float, used_f1: float, pages: int = LEAST_PAGES) -> EngineComparison:
    row = {"f1": [used_f1, f1], "seconds": [1.0, 2.0], "flags": [[], []]}
    return record_comparison(USED, TRIED, [row] * pages)


def test_the_truth_is_what_people_approved() -> None:
    kept = approved("true text")
    approved("rejected", review_status=ReviewStatus.REJECTED)
    approved("nobody looked", review_status=ReviewStatus.UNREVIEWED)
    approved("  ")

    assert [page.document_id for page in choose_pages(10)] == [kept.id]


def test_the_sample_is_the_same_every_time() -> None:
    for number in range(20):
        approved(f"page {number}")

    chosen = choose_pages(5)

    assert len({page.id for page in chosen}) == 5
    assert [page.id for page in choose_pages(5)] == [page.id for page in chosen]


def test_the_command_reads_with_both_tables_and_keeps_the_result(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    document = keep(approved("one two three four"), scan(tmp_path / "scan.pdf"))
    loaded = {
        "tesseract": Reading(*USED, "one two three four"),
        "paddleocr-vl": Reading(*TRIED, "one two three for"),
    }
    monkeypatch.setattr(command, "load_engine", lambda name, *_, **__: LoadedEngine(loaded[name]))
    printed, said = StringIO(), StringIO()

    names = ("--engine", "tesseract", "--engine", "paddleocr-vl")
    call_command("engines", "compare", *names, stdout=printed, stderr=said)

    title = document.title or document.filename
    assert f"| {title} | 1 | as tesseract read it | 1.000 | 0.750 |" in printed.getvalue()
    assert "1 of 1 pages were approved as tesseract had read them" in printed.getvalue()
    assert said.getvalue().splitlines() == ["tesseract: page 1 of 1", "paddleocr-vl: page 1 of 1"]
    assert "paddleocr-vl 3.3: word F1 0.750" in printed.getvalue()
    assert all(engine.is_closed for engine in loaded.values())
    kept = EngineComparison.objects.get()
    assert (kept.used_f1, kept.f1, kept.pages) == (1.0, 0.75, 1)
    assert not kept.is_held, "one page proves nothing"


def test_a_page_that_an_engine_can_not_read_scores_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep(approved("one two"), scan(tmp_path / "scan.pdf"))
    loaded = {"tesseract": Reading(*USED, "one two"), "paddleocr-vl": Reading(*TRIED)}
    monkeypatch.setattr(command, "load_engine", lambda name, *_, **__: LoadedEngine(loaded[name]))
    printed = StringIO()

    names = ("--engine", "tesseract", "--engine", "paddleocr-vl", "--json")
    call_command("engines", "compare", *names, stdout=printed)

    [row] = json.loads(printed.getvalue())["pages"]
    assert (row["f1"], row["error"]) == ([1.0, 0.0], ["", "engine-failed"])


@pytest.mark.parametrize("names", [["tesseract"], ["tesseract", "tesseract"]])
def test_two_engines_are_compared(names: list[str]) -> None:
    with pytest.raises(CommandError, match="Name two engines"):
        call_command("engines", "compare", *(f"--engine={name}" for name in names))


def test_without_a_reviewed_page_there_is_nothing_to_compare() -> None:
    names = ("--engine=tesseract", "--engine=paddleocr-vl")
    with pytest.raises(CommandError, match="No page with text has been approved"):
        call_command("engines", "compare", *names)


@pytest.mark.parametrize(
    ("f1", "pages", "held"),
    [(0.96, LEAST_PAGES, True), (0.975, LEAST_PAGES, False), (0.5, LEAST_PAGES - 1, False)],
)
def test_worse_by_more_than_the_margin_on_pages_enough_is_held_back(
    settings: Any, f1: float, pages: int, held: bool
) -> None:
    settings.OCRSITE_ENGINE_MARGIN = 0.03

    compared(f1, used_f1=1.0, pages=pages)

    objection = find_objection(Reading(*TRIED))
    assert (objection is not None) is held
    assert find_objection(Reading(TRIED[0], "3.4")) is None, "another version"
    if held:
        assert "word F1 0.960, not 1.000" in str(objection)


def test_an_engine_of_another_package_is_never_held_back_since_auto_never_takes_it() -> None:
    row = {"f1": [1.0, 0.5], "seconds": [1.0, 2.0], "flags": [[], []]}

    found = record_comparison(USED, ("lines", "1.0"), [row] * LEAST_PAGES)

    assert (found.is_worse, found.is_held) == (True, False)


def test_the_newest_comparison_counts() -> None:
    compared(0.5, used_f1=1.0)
    assert find_objection(Reading(*TRIED)) is not None
    compared(1.0, used_f1=1.0, pages=LEAST_PAGES - 1)
    assert find_objection(Reading(*TRIED)) is not None, "too few pages to decide"
    compared(1.0, used_f1=1.0)
    assert find_objection(Reading(*TRIED)) is None


def test_auto_leaves_out_what_is_held_back_until_it_is_approved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(paddleocr_vl, "is_installed", lambda: True)
    monkeypatch.setattr(paddleocr_vl, "find_obstacle", lambda device: None)
    monkeypatch.setattr(select_engine, "create_engine", pretend)
    compared(0.5, used_f1=1.0)

    left_out = load("auto")
    assert left_out.engine.name == "tesseract"
    assert "Tesseract reads in its place. Version 3.3 read 10" in str(left_out.warning)
    assert load("paddleocr-vl").engine.name == "paddleocr-vl", "asked for by name"
    call_command("engines", "approve", *TRIED, stdout=StringIO())
    taken = load("auto")
    assert (taken.engine.name, taken.warning) == ("paddleocr-vl", None)


def pretend(choice: str, *_: object, **__: object) -> Reading:
    return Reading(*(TRIED if choice == TRIED[0] else USED))


def load(choice: str) -> LoadedEngine:
    return select_engine.load_engine(choice, "rus", find_objection=compare_engines.find_objection)


def test_an_approval_is_kept_with_who_gave_it() -> None:
    compared(0.5, used_f1=1.0)
    person = make_user("root", is_superuser=True)

    approve_engine(*TRIED, actor=person)

    kept = EngineComparison.objects.get()
    assert (kept.approved_by, kept.is_held) == (person, False)
    entry = AuditEntry.objects.get(what="engine.approved")
    assert (entry.user, entry.data) == (person, {"engine": TRIED[0], "version": TRIED[1]})
    with pytest.raises(NotFound, match="Nothing holds"):
        approve_engine(*TRIED, actor=person)


def test_only_administrators_approve() -> None:
    compared(0.5, used_f1=1.0)

    with pytest.raises(AdministratorsOnly):
        approve_engine(*TRIED, actor=make_user(team=make_team(), role=Role.MANAGER))
    assert EngineComparison.objects.get().is_held
