"""A page that needs an engine which its worker does not have goes to one that has it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from documents.errors import EngineUnavailable
from documents.models import Page, PageStatus, Reading
from documents.models.claim import PageClaim
from ocr_worker.pipeline import read_claimed_page
from ocr_worker.rendering import Renderer
from tests.factories import make_ocr_worker
from tests.ocr_worker.claims import (
    OWNER,
    Pretending,
    born_digital,
    claim_waiting_page,
    processing,
    scan,
)

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def the_page(claim: PageClaim) -> Page:
    return Page.objects.get(id=claim.page_id)


def test_without_an_engine_text_layers_are_read_and_scans_say_what_is_missing(
    renderer: Renderer, tmp_path: Path
) -> None:
    processing(born_digital(tmp_path / "digital.pdf"))
    processing(scan(tmp_path / "scan.pdf"))

    for claim in (claim_waiting_page(), claim_waiting_page()):
        read_claimed_page(claim, renderer, None)

    ends = set(Page.objects.values_list("status", "error_code"))
    assert ends == {(PageStatus.DONE, ""), (PageStatus.FAILED, "engine-unavailable")}
    assert Reading.objects.get().engine == "text-layer"


@pytest.mark.parametrize("state", ["ready", "loading"])
def test_without_an_engine_a_scan_is_left_to_a_worker_that_has_or_loads_one(
    renderer: Renderer, tmp_path: Path, state: str
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    claim = claim_waiting_page()
    make_ocr_worker("tesseract", engine_state=state)

    read_claimed_page(claim, renderer, None)

    page = the_page(claim)
    assert (page.status, page.error_code) == (PageStatus.PENDING, "")
    assert (page.attempts, page.start_attempts) == (0, 0)
    assert page.retry_at is not None and page.retry_at > timezone.now()


@pytest.mark.parametrize(
    "fields",
    [
        {"engine_state": "absent"},
        {"heartbeat_at": timezone.now() - datetime.timedelta(minutes=5)},
        {"id": OWNER.owner},
        {"kind": "background"},
    ],
    ids=["one without an engine", "a dead one", "itself", "no worker"],
)
def test_without_an_engine_a_scan_does_not_wait_for_workers_that_can_not_read_it(
    renderer: Renderer, tmp_path: Path, fields: dict[str, Any]
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    claim = claim_waiting_page()
    make_ocr_worker("tesseract", **fields)

    read_claimed_page(claim, renderer, None)

    assert the_page(claim).error_code == "engine-unavailable"


def test_a_page_that_a_present_engine_can_not_read_is_not_passed_on_for_ever(
    renderer: Renderer, tmp_path: Path
) -> None:
    processing(scan(tmp_path / "scan.pdf"))
    claim = claim_waiting_page()
    make_ocr_worker("tesseract")

    read_claimed_page(claim, renderer, Pretending(EngineUnavailable("Install it again.")))

    assert the_page(claim).status == PageStatus.FAILED
