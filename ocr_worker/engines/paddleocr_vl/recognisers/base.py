"""The protocol of a recogniser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

#: Deaths in a row, without an answer in between, after which a process is not started again.
MOST_DEATHS = 3


@dataclass(frozen=True)
class BlockImage:
    """`pixels`: BGR, uint8, of [height, width, 3]. `query`: what is asked of them ("OCR:", "Table
    Recognition:"). `most_tokens`: the answer is cut there."""

    pixels: Any
    query: str
    most_tokens: int


@dataclass(frozen=True)
class Limits:
    """`min_pixels`, `max_pixels`: blocks are resized to lie between them. `seconds`: for all blocks
    of a request. `special`: special tokens are part of the text."""

    min_pixels: int
    max_pixels: int
    seconds: float
    special: bool = False


@dataclass(frozen=True)
class Recognised:
    """`spans`: of how many characters the text consists, token by token, and how probable each
    token was for the model (0 to 1). `cut`: the answer repeated itself, and was cut."""

    text: str
    spans: tuple[tuple[int, float], ...] = ()
    cut: bool = False


class Recogniser(Protocol):
    """Recognises blocks of many pages together. Safe for several threads."""

    @property
    def name(self) -> str:
        """For the version of a reading: "batched"."""

    @property
    def load(self) -> Mapping[str, float]:
        """What it has done since it started: the fields of `ocr_worker.vlm.load.Load`, as far
        as they are known."""

    def submit(
        self, blocks: Sequence[BlockImage], limits: Limits
    ) -> Future[tuple[Recognised, ...]]:
        """Begin to recognise the blocks; never waits. The future has an answer for each, or raises
        ReadingTimeout, EngineFailed, RecogniserOutOfMemory, RecogniserLost."""

    def close(self) -> None:
        """End it; what is waited for fails with RecogniserLost."""
