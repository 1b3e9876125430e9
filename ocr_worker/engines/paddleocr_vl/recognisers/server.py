"""A server of language models (vLLM) as the recogniser: blocks of many pages are asked of it at
once, and it batches them."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from .backlog import died_twice
from .base import BlockImage, Limits, Recognised
from .chat import ServerGone
from .errors import RecogniserLost
from .server_process import MOST_BLOCKS, ServerProcess

log = structlog.get_logger(__name__)

#: Pages that wait for their blocks, a thread each: more than are ever in flight.
_MOST_PAGES = 64


class ServerRecogniser:
    """See `Recogniser`. `program`: vLLM's. `memory`: the share of the GPU's memory that it may take
    (0 to 1)."""

    name = "server"

    def __init__(self, program: Path, model: Path, memory: float) -> None:
        self._process = ServerProcess(program, model, memory)
        self._pages = ThreadPoolExecutor(_MOST_PAGES, "server-page")
        self._blocks = ThreadPoolExecutor(MOST_BLOCKS, "server-block")
        self._counting = threading.Lock()
        self._answered = self._tokens = 0

    @property
    def load(self) -> Mapping[str, float]:
        """As `ocr_worker.vlm.load.Load`, as far as it is known here."""
        return {"blocks": self._answered, "row_steps": self._tokens}

    @property
    def process_id(self) -> int | None:
        return self._process.id

    def start(self) -> Mapping[str, Any]:
        """Start the server and wait until its model is loaded; what it says of itself.

        Raises EngineUnavailable.
        """
        return self._process.start()

    def submit(
        self, blocks: Sequence[BlockImage], limits: Limits
    ) -> Future[tuple[Recognised, ...]]:
        deadline = time.monotonic() + limits.seconds
        try:
            return self._pages.submit(self._recognise_page, list(blocks), limits, deadline)
        except RuntimeError:  # closed: another page was the first to find it lost
            answer: Future[tuple[Recognised, ...]] = Future()
            answer.set_exception(RecogniserLost())
            return answer

    def close(self) -> None:
        self._process.close()
        self._blocks.shutdown(wait=False, cancel_futures=True)
        self._pages.shutdown(wait=False)

    def _recognise_page(
        self, blocks: Sequence[BlockImage], limits: Limits, deadline: float
    ) -> tuple[Recognised, ...]:
        ask = partial(self._recognise, limits=limits, deadline=deadline)
        answers: list[Future[Recognised]] = []
        try:
            answers += [self._blocks.submit(ask, block) for block in blocks]
            return tuple(answer.result() for answer in answers)
        except (CancelledError, RuntimeError) as error:  # closed meanwhile
            raise RecogniserLost from error
        finally:
            for answer in answers:  # of a page that has failed the rest need not be asked
                answer.cancel()

    def _recognise(self, block: BlockImage, limits: Limits, deadline: float) -> Recognised:
        """The death of a server costs what it was reading a second try, at the next one."""
        for _ in range(2):
            client = self._process.wait_for_client(deadline)
            try:
                answer = client.recognise(block, limits, deadline)
            except ServerGone as gone:
                log.warning("recogniser_not_reached", reason=str(gone)[:500])
                self._process.wait_for_end_of(client, deadline)
                continue
            with self._counting:
                self._answered += 1
                self._tokens += len(answer.spans)
            return answer
        raise died_twice()
