"""The child that draws for the web stays for the next page of the same owner, and for no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from documents.errors import DamagedFile
from ocr_worker.rendering.on_demand import WarmRenderer
from tests.ocr_worker.files import ENGLISH, picture
from tests.ocrsite.running_site import eventually


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    picture(ENGLISH).save(path)
    return path


@pytest.fixture
def warm() -> Iterator[WarmRenderer]:
    renderer = WarmRenderer(idle_seconds=60)
    yield renderer
    renderer.close()


def draw(warm: WarmRenderer, path: Path, owner: str) -> int | None:
    """The process that drew it."""
    with warm.take(owner) as renderer:
        image = renderer.render_thumbnail(path, "image/png", 1)
        child = warm.child_pid
    assert image[8:12] == b"WEBP"
    return child


def test_pages_of_one_owner_are_drawn_by_one_child(warm: WarmRenderer, page: Path) -> None:
    first = draw(warm, page, "one")

    assert first is not None
    assert draw(warm, page, "one") == first


def test_a_child_that_has_seen_files_of_one_draws_none_of_another(
    warm: WarmRenderer, page: Path
) -> None:
    first = draw(warm, page, "one")

    assert draw(warm, page, "another") != first


def test_a_child_that_a_file_has_troubled_is_not_used_again(
    warm: WarmRenderer, page: Path, tmp_path: Path
) -> None:
    first = draw(warm, page, "one")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")

    with pytest.raises(DamagedFile):
        draw(warm, tmp_path / "broken.png", "one")

    assert draw(warm, page, "one") != first


def test_it_ends_when_nobody_has_asked_for_a_while(page: Path) -> None:
    warm = WarmRenderer(idle_seconds=0.2)

    assert draw(warm, page, "one") is not None

    eventually(lambda: warm.child_pid is None, 20, "the child has ended")
