"""The layout of pages that wait at the same time is found in one run of the library's layout model.

The model takes a list of pictures, but the pipeline, which is given one page at a time, passes one.
Each page waits a moment (`page_loop.py`) for those that have come with it. Where a run fails, each
page of it is tried alone, so a page that can't be read fails by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from .page_loop import PageLoop

#: Pages of one run: a picture of 800 x 800 px each, whatever the page's size.
MOST_PAGES = 8


@dataclass(frozen=True, eq=False)
class _Page:
    """`settings`: what the pipeline passes beside the picture."""

    image: Any
    settings: Mapping[str, Any]
    answer: Future[Any] = field(default_factory=Future)


class LayoutBatches:
    """Takes the place of a pipeline's `layout_det_model`; used in the thread of `loop` only."""

    def __init__(self, model: Any, loop: PageLoop) -> None:
        self._model, self._loop = model, loop
        self._waiting: list[_Page] = []
        model.batch_sampler.batch_size = MOST_PAGES

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def __call__(self, images: Iterable[Any], **settings: Any) -> Iterable[Any]:
        """The model's results, in order. Raises what the model raises."""
        pages = [_Page(image, settings) for image in images]
        if not self._waiting:
            self._loop.call(self._run)
        self._waiting += pages
        return [self._loop.wait(page.answer) for page in pages]

    def _run(self) -> None:
        settings = self._waiting[0].settings
        pages = [page for page in self._waiting if page.settings == settings][:MOST_PAGES]
        self._waiting = [page for page in self._waiting if page not in pages]
        if self._waiting:
            self._loop.call(self._run)
        self._find(pages)

    def _find(self, pages: list[_Page]) -> None:
        try:
            found = list(self._model([page.image for page in pages], **pages[0].settings))
            if len(found) != len(pages):
                raise ValueError(f"{len(found)} layouts of {len(pages)} pages")
        except Exception as error:
            if len(pages) == 1:
                pages[0].answer.set_exception(error)
            else:
                for page in pages:
                    self._find([page])
        else:
            for page, result in zip(pages, found, strict=True):
                page.answer.set_result(result)


def gather_layouts(pipeline: Any, loop: PageLoop) -> None:
    """Let pages of `pipeline`, which are read in `loop`, share the runs of its layout model."""
    inner = pipeline.paddlex_pipeline
    inner = getattr(inner, "_pipeline", inner)
    if getattr(inner, "layout_det_model", None) is not None:
        inner.layout_det_model = LayoutBatches(inner.layout_det_model, loop)
