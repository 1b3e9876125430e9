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
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ocr_worker.process_death import die_with_parent

from . import wire


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
    """Loads the model; `run` answers until the connection ends."""

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
        self._inbox: queue.SimpleQueue[tuple[dict[str, Any], int] | None] = queue.SimpleQueue()

    def run(self, load_seconds: float) -> None:
        threading.Thread(target=self._receive, daemon=True).start()
        ready = {
            "seconds": round(load_seconds, 1), "device": str(self._model.device),
            "dtype": str(self._model.dtype).removeprefix("torch."),
            "vision_dtype": self._model.vision_dtype, **self._versions,
        }  # fmt: skip
        wire.send(self._connection, {"ready": ready})
        while self._take_messages():
            if not self._batching.is_idle:
                self._batching.step()
                self._drop_late()

    def _receive(self) -> None:
        try:
            while True:
                message, pixels = wire.receive(self._connection)
                if pixels is not None:
                    self._inbox.put((message, pixels))
        except (EOFError, OSError):
            self._inbox.put(None)

    def _take_messages(self) -> bool:
        """Take what has come in; wait for it while there is nothing to do. False at the end."""
        while True:
            try:
                found = self._inbox.get(block=self._batching.is_idle)
            except queue.Empty:
                return True
            if found is None:
                return False
            self._begin(*found)

    def _begin(self, message: dict[str, Any], pixels: int) -> None:
        number = message["id"]
        try:
            rows = self._prepare_rows(message, pixels)
        except Exception as error:
            self._answer({"id": number, "error": f"{type(error).__name__}: {error}"[:1000]})
            return
        self._requests[number] = _Request(len(rows), time.monotonic() + message["seconds"])
        self._batching.add(rows)

    def _prepare_rows(self, message: dict[str, Any], pixels: int) -> list[Any]:
        import numpy as np

        try:
            memory = mmap.mmap(pixels, 0, prot=mmap.PROT_READ)
        finally:
            os.close(pixels)
        with memory:
            rows, offset = [], 0
            for index, block in enumerate(message["blocks"]):
                shape = (block["height"], block["width"], 3)
                size = shape[0] * shape[1] * 3
                image = np.frombuffer(memory, np.uint8, size, offset).reshape(shape).copy()
                offset += size
                rows.append(
                    self._model.prepare(
                        message["id"], index, image,
                        query=block["query"], min_pixels=block["min_pixels"],
                        max_pixels=block["max_pixels"], most_tokens=block["tokens"],
                        special=block["special"],
                    )
                )  # fmt: skip
        return rows

    def _finish_row(self, row: Any) -> None:
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

    def _fail_row(self, row: Any, error: BaseException) -> None:
        self._forget(row.request)
        self._answer({"id": row.request, "error": str(error)[:1000], "memory": True})

    def _drop_late(self) -> None:
        now = time.monotonic()
        for number in [each for each, asked in self._requests.items() if asked.ends_at < now]:
            self._forget(number)
            self._answer({"id": number, "error": "out of time", "late": True})

    def _forget(self, number: int) -> None:
        self._requests.pop(number, None)
        self._batching.drop(number)

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
