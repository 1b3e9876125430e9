"""Bounds for every block that the language model reads.

The pipeline hands all blocks of a page to `vl_rec_model.predict` and waits. What happens there is
out of its hands and out of ours: so the guard stands in that place. The model reads one block at a
time anyway (its native batch is fixed at 1), so nothing is lost by handing them over one by one;
between two of them the clock is looked at, each gets a limit of tokens, and what would fail the
whole page or repeat itself without end is met here, where the raw text can be seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import structlog

from documents.errors import EngineUnavailable, ReadingTimeout
from documents.messages import Message
from ocr_worker.quality import cut_repetition

log = structlog.get_logger(__name__)

#: Tokens that one block may become: the library's own default, and more than the fullest A4 page
#: of print has.
MAX_NEW_TOKENS = 4096

#: The library refuses a block longer than 200 times its height, and with it the page. A rule across
#: the page can be one; white around it makes it acceptable.
_MOST_OBLONG = 150


class Guard:
    """Takes the place of `predict` on a pipeline's language model."""

    def __init__(self, pipeline: Any) -> None:
        """Raises EngineUnavailable for a pipeline that is built otherwise."""
        model = getattr(pipeline.paddlex_pipeline, "vl_rec_model", None)
        self._predict: Callable[..., Iterable[Any]] | None = getattr(model, "predict", None)
        if model is None or self._predict is None:
            raise EngineUnavailable(
                Message(
                    "This version of PaddleOCR can’t be limited: its pipeline has no "
                    "vl_rec_model. Install paddleocr 3.3.2 to 3.7."
                )
            )
        model.predict = self
        self.begin(float("inf"))

    def begin(self, deadline: float) -> None:
        """A page begins; it may take until `deadline` (seconds of the monotonic clock)."""
        self.deadline = deadline
        #: What was left of the answers that repeated themselves.
        self.cut: list[str] = []

    def __call__(self, blocks: Iterable[Any], **settings: Any) -> Iterator[Any]:
        """The model's results, as it gives them, block after block.

        Raises ReadingTimeout.
        """
        assert self._predict is not None
        tokens = settings.get("max_new_tokens") or MAX_NEW_TOKENS
        settings["max_new_tokens"] = min(tokens, MAX_NEW_TOKENS)
        for block in blocks:
            if time.monotonic() >= self.deadline:
                raise ReadingTimeout(
                    Message("PaddleOCR-VL ran out of time on this page. It is tried again.")
                )
            for result in self._predict([_padded(block)], **settings):
                self._cut(result)
                yield result

    def _cut(self, result: Any) -> None:
        text = result.get("result") or ""
        kept, was_cut = cut_repetition(text)
        if was_cut:
            log.info("repetition_cut", characters=len(text), kept=len(kept))
            self.cut.append(kept)
            result["result"] = kept


def _padded(block: Any) -> Any:
    """The block with white around its picture where that is too oblong. `image`: BGR, uint8."""
    image = block["image"]
    height, width = image.shape[:2]
    if max(height, width) <= _MOST_OBLONG * min(height, width):
        return block
    import numpy

    short = -(-max(height, width) // _MOST_OBLONG)
    shape = (max(height, short), max(width, short), *image.shape[2:])
    canvas = numpy.full(shape, 255, image.dtype)
    top, left = (shape[0] - height) // 2, (shape[1] - width) // 2
    canvas[top : top + height, left : left + width] = image
    return {**block, "image": canvas}
