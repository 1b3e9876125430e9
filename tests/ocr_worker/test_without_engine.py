"""What a worker without an engine does with pages of which a part needs one."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.utils import ImageReader

from documents.models import Page, PageStatus, Reading
from ocr_worker.pipeline import read_claimed_page
from ocr_worker.rendering import Renderer
from tests.factories import make_ocr_worker
from tests.ocr_worker.claims import born_digital, claim_waiting_page, processing
from tests.ocr_worker.files import ENGLISH, pdf, picture, write

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def beside_a_picture(path: Path) -> Path:
    """Typed lines, and a picture of others."""

    def draw(canvas: Any) -> None:
        write(canvas, ENGLISH)
        buffer = io.BytesIO()
        picture(ENGLISH, width=900, height=500).save(buffer, "PNG")
        buffer.seek(0)
        canvas.drawImage(ImageReader(buffer), 60, 200, 400, 220)

    return pdf(path, draw)


def in_doubt(path: Path) -> Path:
    """Letters of no language."""
    return pdf(path, lambda canvas: write(canvas, ["Wkh vxssolhu vkdoo gholyhu wkh jrrgv zlwklq"]))


@pytest.mark.parametrize("make", [beside_a_picture, in_doubt])
def test_what_a_layer_lacks_is_left_to_a_worker_that_loads_an_engine(
    renderer: Renderer, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    processing(make(tmp_path / "part.pdf"))
    claim = claim_waiting_page()
    make_ocr_worker("tesseract", engine_state="loading")

    read_claimed_page(claim, renderer, None)

    page = Page.objects.get(id=claim.page_id)
    assert (page.status, page.attempts) == (PageStatus.PENDING, 0)
    assert page.retry_at is not None


@pytest.mark.parametrize(
    ("make", "flag"), [(beside_a_picture, "empty_region"), (in_doubt, "low_confidence")]
)
def test_where_no_engine_is_coming_what_a_layer_lacks_is_flagged(
    renderer: Renderer, tmp_path: Path, make: Callable[[Path], Path], flag: str
) -> None:
    processing(make(tmp_path / "part.pdf"))
    claim = claim_waiting_page()
    make_ocr_worker("tesseract", engine_state="absent")

    read_claimed_page(claim, renderer, None)

    assert Page.objects.get(id=claim.page_id).status == PageStatus.DONE
    assert flag in Reading.objects.get().flags


def test_a_layer_that_lacks_nothing_does_not_wait(renderer: Renderer, tmp_path: Path) -> None:
    processing(born_digital(tmp_path / "whole.pdf"))
    claim = claim_waiting_page()
    make_ocr_worker("tesseract", engine_state="loading")

    read_claimed_page(claim, renderer, None)

    assert Reading.objects.get().flags == []
