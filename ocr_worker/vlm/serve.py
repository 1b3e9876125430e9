"""The process: `python -m ocr_worker.vlm.serve DESCRIPTOR --model DIRECTORY --device DEVICE`.

`DESCRIPTOR`: of the socket that it was given (wire.py). It ends with its owner.
"""

from __future__ import annotations

import argparse
import mmap
import os
import queue
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_worker.process_death import die_with_parent

from . import wire

if TYPE_CHECKING:
    from .language_model import Row

#: Threads that prepare pictures.
_MOST_PREPARING = 8


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("descriptor", type=int)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--device", required=True)
    parser.add_argument("--most-rows", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl+C is the owner's to handle
    die_with_parent(given.parent)
    connection = socket.socket(fileno=given.descriptor)
    began_at = time.monotonic()
    try:
        server = Server(connection, given.model, given.device, given.most_rows)
    except Exception as error:
        wire.send(connection, {"failed": f"{type(error).__name__}: {error}"[:1000]})
        sys.exit(1)
    server.run(time.monotonic() - began_at)


class Server:
    """Loads the model; `run` answers until the connection ends.

    Three kinds of threads: one receives, some prepare pictures (resizing takes as long as a GPU
    takes to see them), and the main one, which alone uses the model.
    """

    def __init__(
        self, connection: socket.socket, directory: Path, device: str, most_rows: int
    ) -> None:
        import torch
        import transformers

        from .batching import Batching
        from .language_model import LanguageModel

        transformers.logging.set_verbosity_error()
        self._connection = connection
        self._model = LanguageModel(directory, device)
        self._versions = {"torch": torch.__version__, "transformers": transformers.__version__}
        self._batching = Batching(
            self._model, most_rows, finish=self._finish_row, fail=self._fail_row
        )
        self._requests: dict[int, _Request] = {}
        self._preparing = ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_PREPARING))
        #: What the main thread is to do next; None: the connection has ended.
        self._inbox: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()

    def run(self, load_seconds: float) -> None:
        threading.Thread(target=self._receive, daemon=True).start()
        ready = {
            "seconds": round(load_seconds, 1), "device": str(self._model.device),
            "dtype": str(self._model.dtype).removeprefix("torch."),
            "vision_dtype": self._model.vision_dtype, **self._versions,
        }  # fmt: skip
        wire.send(self._connection, {"ready": ready})
        while self._do_what_came_in():
            if not self._batching.is_idle:
                self._batching.step()
                self._drop_late()
        os._exit(0)  # whoever prepares a picture needs not end first

    def _do_what_came_in(self) -> bool:
        """Wait for it while there is nothing else to do. False at the end of the connection."""
        while True:
            try:
                do = self._inbox.get(block=self._batching.is_idle)
            except queue.Empty:
                return True
            if do is None:
                return False
            do()

    def _receive(self) -> None:
        try:
            while True:
                message, pixels = wire.receive(self._connection)
                if pixels is not None:
                    self._take_request(message, pixels)
        except (EOFError, OSError):
            self._inbox.put(None)

    def _take_request(self, message: dict[str, Any], pixels: int) -> None:
        import numpy as np

        number, blocks = message["id"], message["blocks"]
        request = _Request(len(blocks), time.monotonic() + message["seconds"])
        self._inbox.put(partial(self._requests.__setitem__, number, request))
        try:
            memory = mmap.mmap(pixels, 0, prot=mmap.PROT_READ)
        finally:
            os.close(pixels)
        with memory:
            offset = 0
            for index, block in enumerate(blocks):
                shape = (block["height"], block["width"], 3)
                size = shape[0] * shape[1] * 3
                image = np.frombuffer(memory, np.uint8, size, offset).reshape(shape).copy()
                offset += size
                self._preparing.submit(self._prepare, number, index, image, block)

    def _prepare(self, number: int, index: int, image: Any, block: dict[str, Any]) -> None:
        try:
            row = self._model.prepare(
                number, index, image,
                query=block["query"], min_pixels=block["min_pixels"],
                max_pixels=block["max_pixels"], most_tokens=block["tokens"],
                special=block["special"],
            )  # fmt: skip
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:1000]
            self._inbox.put(partial(self._fail_request, number, {"error": reason}))
        else:
            self._inbox.put(partial(self._add_row, row))

    def _add_row(self, row: Row) -> None:
        if row.request in self._requests:
            self._batching.add([row])

    def _fail_request(self, number: int, reason: dict[str, Any]) -> None:
        if self._requests.pop(number, None) is not None:
            self._batching.drop(number)
            self._answer({"id": number, **reason})

    def _finish_row(self, row: Row) -> None:
        request = self._requests.get(row.request)
        if request is None:
            return
        text, spans = self._model.prompts.decode(row.tokens, row.probabilities, special=row.special)
        cut = row.cut_text is not None
        request.answers[row.index] = {
            "text": row.cut_text if cut else text, "spans": spans, "cut": cut,
        }  # fmt: skip
        if len(request.answers) == request.blocks:
            del self._requests[row.request]
            answers = [request.answers[index] for index in range(request.blocks)]
            load = asdict(self._batching.load)
            self._answer({"id": row.request, "answers": answers, "load": load})

    def _fail_row(self, row: Row, error: BaseException) -> None:
        self._fail_request(row.request, {"error": str(error)[:1000], "memory": True})

    def _drop_late(self) -> None:
        now = time.monotonic()
        for number in [each for each, asked in self._requests.items() if asked.ends_at < now]:
            self._fail_request(number, {"error": "out of time", "late": True})

    def _answer(self, message: dict[str, Any]) -> None:
        try:
            wire.send(self._connection, message)
        except OSError:  # the owner is gone
            os._exit(0)


class _Request:
    def __init__(self, blocks: int, ends_at: float) -> None:
        self.blocks, self.ends_at = blocks, ends_at
        self.answers: dict[int, dict[str, Any]] = {}


if __name__ == "__main__":
    main()
