"""Layouts of pages that wait at the same time: one run for many, and each page by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from types import SimpleNamespace

import pytest

from ocr_worker.engines.paddleocr_vl.layout_batches import MOST_PAGES, LayoutBatches
from ocr_worker.engines.paddleocr_vl.page_loop import PageLoop


class Model:
    """Finds in a number its double; in a word nothing, and then in no picture of the run."""

    def __init__(self) -> None:
        self.batch_sampler = SimpleNamespace(batch_size=1)
        self.runs: list[int] = []

    def __call__(self, images: list[int], *, times: int = 2) -> Iterator[int]:
        self.runs.append(len(images))
        for image in images:
            yield times * int(image)


@pytest.fixture
def loop() -> Iterator[PageLoop]:
    loop = PageLoop("pages")
    yield loop
    loop.close()


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
def layouts(model: Model, loop: PageLoop) -> LayoutBatches:
    return LayoutBatches(model, loop)


def read(layouts: LayoutBatches, image: object, **settings: int) -> object:
    [found] = layouts([image], **settings)
    return found


def submit_together(loop: PageLoop, *work: partial[object]) -> list[Future[object]]:
    """All of them before the first begins."""
    go = threading.Event()
    loop.submit(go.wait)
    pages = [loop.submit(each) for each in work]
    go.set()
    return pages


def test_pages_that_wait_together_share_a_run(
    loop: PageLoop, layouts: LayoutBatches, model: Model
) -> None:
    pages = submit_together(loop, *(partial(read, layouts, number) for number in range(11)))

    assert [page.result(10) for page in pages] == [2 * number for number in range(11)]
    assert model.runs == [MOST_PAGES, 11 - MOST_PAGES]
    assert model.batch_sampler.batch_size == MOST_PAGES, "the library does not part them again"


def test_a_page_alone_waits_for_nobody(
    loop: PageLoop, layouts: LayoutBatches, model: Model
) -> None:
    assert loop.submit(partial(read, layouts, 4)).result(10) == 8
    assert model.runs == [1]


def test_a_page_that_fails_fails_alone(
    loop: PageLoop, layouts: LayoutBatches, model: Model
) -> None:
    pages = submit_together(loop, *(partial(read, layouts, image) for image in (1, "ink", 3)))

    assert (pages[0].result(10), pages[2].result(10)) == (2, 6)
    with pytest.raises(ValueError, match="ink"):
        pages[1].result(10)
    assert model.runs == [3, 1, 1, 1]


def test_pages_that_are_asked_for_otherwise_are_not_mixed(
    loop: PageLoop, layouts: LayoutBatches, model: Model
) -> None:
    pages = submit_together(
        loop, *(partial(read, layouts, 5, times=times) for times in (2, 3, 2, 3))
    )

    assert [page.result(10) for page in pages] == [10, 15, 10, 15]
    assert model.runs == [2, 2]


def test_what_else_the_pipeline_asks_is_the_models(layouts: LayoutBatches, model: Model) -> None:
    assert layouts.batch_sampler is model.batch_sampler
