"""Puts a recogniser in place of the pipeline's own language model.

What the pipeline asks of its `vl_rec_model` was read in paddlex 3.3.6 to 3.7.2: `predict` with a
list of {"image", "query"} and the settings below, which yields a mapping with "result" for each;
`batch_sampler.batch_size`; `close`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

from documents.errors import EngineUnavailable
from documents.messages import Message
from ocr_worker.engines.paddleocr_vl.guard import MAX_NEW_TOKENS, current_page, pad_block
from ocr_worker.quality import Answer

from .base import BlockImage, Limits, Recognised, Recogniser

#: How the pipeline is made to wait (`page_loop.PageLoop.wait`).
Wait = Callable[[Future[tuple[Recognised, ...]]], tuple[Recognised, ...]]

#: Tokens that any block may have, and pixels for each further one: print of 6 px has one to some
#: 20 pixels of block, and a token is one character at least. Cells of a table cost tokens, too.
_LEAST_TOKENS, _PIXELS_A_TOKEN = 256, 20

#: The pipeline's own, where it passes none.
_MIN_PIXELS, _MAX_PIXELS = 112_896, 1_003_520


class PipelineModel:
    """Takes the place of `vl_rec_model`."""

    def __init__(self, recogniser: Recogniser, wait: Wait) -> None:
        self._recogniser, self._wait = recogniser, wait
        #: The pipeline gathers blocks of so many pages before it asks; we gather ourselves.
        self.batch_sampler = SimpleNamespace(batch_size=1)

    def predict(
        self,
        blocks: Iterable[Any],
        *,
        max_new_tokens: int | None = None,
        min_pixels: int | None = None,
        max_pixels: int | None = None,
        skip_special_tokens: bool | None = None,
        **_: Any,
    ) -> Iterator[dict[str, Any]]:
        """Recognise the blocks of a page together. Raises as `Recogniser.submit` says."""
        page = current_page()
        most = min(max_new_tokens or MAX_NEW_TOKENS, MAX_NEW_TOKENS)
        asked = [_to_image(pad_block(block), most) for block in blocks]
        limits = Limits(
            min_pixels=min_pixels or _MIN_PIXELS,
            max_pixels=max_pixels or _MAX_PIXELS,
            seconds=max(min(page.deadline - time.monotonic(), 3600.0), 0.0),
            special=skip_special_tokens is False,
        )
        for recognised in self._wait(self._recogniser.submit(asked, limits)):
            if recognised.cut:
                page.cut.append(recognised.text)
            elif recognised.spans:
                page.answers.append(Answer(recognised.text, recognised.spans))
            yield {"result": recognised.text}

    def close(self) -> None:
        """The recogniser outlives the pipeline."""


def put_in_place(pipeline: Any, recogniser: Recogniser, wait: Wait) -> None:
    """Let `recogniser` recognise the blocks of `pipeline`, whose own model is released.

    Raises EngineUnavailable for a pipeline of another structure.
    """
    inner = pipeline.paddlex_pipeline
    inner = getattr(inner, "_pipeline", inner)
    if getattr(inner, "vl_rec_model", None) is None:
        raise EngineUnavailable(
            Message(
                "This version of PaddleOCR can’t be limited: its pipeline has no vl_rec_model. "
                "Install paddleocr 3.3.2 to 3.7."
            )
        )
    own, inner.vl_rec_model = inner.vl_rec_model, PipelineModel(recogniser, wait)
    own.close()


def _to_image(block: Any, most_tokens: int) -> BlockImage:
    height, width = block["image"].shape[:2]
    by_area = _LEAST_TOKENS + height * width // _PIXELS_A_TOKEN
    return BlockImage(block["image"], block["query"], min(most_tokens, by_area))
