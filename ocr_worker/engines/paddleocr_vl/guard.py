"""Limits of every block that the language model reads.

The pipeline passes all blocks of a page to `vl_rec_model.predict` and waits. `Guard` takes the
place of that method. The model reads one block at a time anyway (its native batch size is fixed at
1), so passing them one by one costs nothing. Between two blocks the guard checks the clock; each
block gets a limit of tokens; a shape that would fail the whole page, or an answer that repeats
itself without end, is handled here, where the raw text is available.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import structlog

from documents.errors import EngineUnavailable, ReadingTimeout
from documents.messages import Message
from ocr_worker.quality import Answer
from ocr_worker.repetition import cut_repetition

log = structlog.get_logger(__name__)

#: Tokens per block: the library's own default, and more than the fullest printed A4 page has.
MAX_NEW_TOKENS = 4096

#: Aspect ratio from which a block gets a white margin. The library refuses a block longer than 200
#: times its height (a rule across the page, say), and the page with it.
_MOST_OBLONG = 150


@dataclass
class GuardedPage:
    """`deadline`: seconds of the monotonic clock. `cut`: the answers that repeated themselves, as
    cut. `answers`: those whose tokens' probabilities are known."""

    deadline: float = float("inf")
    cut: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


#: Each page in flight has a context of its own (`page_loop.py`).
_PAGE: ContextVar[GuardedPage] = ContextVar("guarded page")


def start_page(deadline: float) -> None:
    """Start a page, which may take until `deadline` (seconds of the monotonic clock)."""
    _PAGE.set(GuardedPage(deadline))


def current_page() -> GuardedPage:
    """The page that was started here last."""
    return _PAGE.get()


class Guard:
    """Replaces `predict` of a pipeline's language model."""

    def __init__(self, pipeline: Any) -> None:
        """Raises EngineUnavailable for a pipeline of another structure."""
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

    def __call__(self, blocks: Iterable[Any], **settings: Any) -> Iterator[Any]:
        """Yield the model's results block by block, with repetitions cut.

        Raises ReadingTimeout.
        """
        assert self._predict is not None
        tokens = settings.get("max_new_tokens") or MAX_NEW_TOKENS
        settings["max_new_tokens"] = min(tokens, MAX_NEW_TOKENS)
        for block in blocks:
            if time.monotonic() >= current_page().deadline:
                raise ReadingTimeout(
                    Message("PaddleOCR-VL ran out of time on this page. It is tried again.")
                )
            for result in self._predict([pad_block(block)], **settings):
                self._cut_repetition(result)
                yield result

    def _cut_repetition(self, result: Any) -> None:
        text = result.get("result") or ""
        kept, was_cut = cut_repetition(text)
        if was_cut:
            log.info("repetition_cut", characters=len(text), kept=len(kept))
            current_page().cut.append(kept)
            result["result"] = kept


def pad_block(block: Any) -> Any:
    """The block with a white margin where its image (BGR, uint8) is too oblong."""
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
