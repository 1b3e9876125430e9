"""Read a page that was read with doubt by other means, and keep the best of its readings."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from documents.text.page_layout import PageLayout

from .clearer_reading import read_clearer
from .coloured_marks import can_read_apart, read_apart
from .correction import Corrected
from .correction.streaks import take_off_streaks
from .engines.base import Engine
from .mark_blocks import add_marks
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
    apart = None
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
    left = deadline - time.monotonic()
    if apart is None:
        layout, clear = read_clearer(
            layout, corrected.image, dpi=page.dpi, engine=engine, language=language, seconds=left
        )
        return layout, replace(corrected, image=clear)
    layout, clear = read_clearer(
        apart.layout,
        apart.image,
        dpi=page.dpi,
        engine=engine,
        language=language,
        seconds=left,
        without_marks=True,
    )
    if clear is not apart.image:
        # The marks are cut out of this one for people.
        corrected = replace(corrected, image=take_off_streaks(corrected.image) or corrected.image)
    left = deadline - time.monotonic()
    marked = add_marks(
        layout, apart.marks, dpi=page.dpi, engine=engine, language=language, seconds=left
    )
    return marked, corrected
