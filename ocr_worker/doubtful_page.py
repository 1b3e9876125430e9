"""Read a page that was read with doubt by other means, and keep the best of its readings."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from documents.text.page_layout import PageLayout

from .clearer_reading import read_clearer
from .coloured_marks import can_read_apart, read_apart
from .correction import Corrected
from .engines.base import Engine
from .rendering import RenderedPage


def read_doubtful(
    layout: PageLayout,
    page: RenderedPage,
    corrected: Corrected,
    draw_in_colour: Callable[[], RenderedPage],
    *,
    engine: Engine,
    language: str,
    seconds: float,
) -> tuple[PageLayout, Corrected]:
    """The best of `layout`, which `engine` read from `page` as `corrected`, and of its readings
    without coloured marks, streaks or faint marks; with it the page that it was read from.

    `seconds`: limit of the other readings by the clock; past it the best so far is kept.
    """
    deadline = time.monotonic() + seconds
    if page.marked and can_read_apart(corrected):
        apart = read_apart(
            layout,
            draw_in_colour().image,
            corrected,
            dpi=page.dpi,
            engine=engine,
            language=language,
            seconds=seconds,
        )
        if apart is not None:
            return apart, corrected
    left = deadline - time.monotonic()
    layout, clear = read_clearer(
        layout, corrected.image, dpi=page.dpi, engine=engine, language=language, seconds=left
    )
    return layout, replace(corrected, image=clear)
