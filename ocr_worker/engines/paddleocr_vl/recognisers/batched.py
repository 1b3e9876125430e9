"""The batched recogniser (`ocr_worker/vlm`): its process, started, watched and asked from here."""

from __future__ import annotations

import os
import select
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import structlog

from documents.errors import EngineFailed, EngineUnavailable
from documents.messages import Message, verbatim
from ocr_worker.vlm import wire

from .backlog import Backlog, Request, ran_out_of_time
from .base import MOST_DEATHS, BlockImage, Limits, Recognised
from .environment import build_variables
from .errors import RecogniserLost, RecogniserOutOfMemory

log = structlog.get_logger(__name__)

#: Seconds for loading the model: PyTorch takes 5 to 20 s to import, the weights 1 to 60 s.
LOAD_SECONDS = 300.0

#: Seconds after a request's limit from which the process counts as hung; also those for which a
#: request waits until it takes what is sent.
_PATIENCE = 15.0

#: Rows of a batch: in bfloat16 a row of 4,000 tokens holds 75 MB of keys and values.
MOST_ROWS = 64


class BatchedRecogniser:
    """See `Recogniser`. One thread of its own owns the process: the kernel ends a child with the
    thread that started it."""

    name = "batched"

    def __init__(
        self, python: Path, model: Path, device: str, *, most_rows: int = MOST_ROWS
    ) -> None:
        self._command = [
            str(python), "-m", "ocr_worker.vlm.serve", "--model", str(model),
            "--device", device, "--most-rows", str(most_rows), "--parent", str(os.getpid()),
        ]  # fmt: skip
        self._backlog = Backlog()
        self._connection: socket.socket | None = None
        self._lost = False
        self._closing = threading.Event()
        self._loaded: Future[Mapping[str, Any]] = Future()
        self._process: subprocess.Popen[bytes] | None = None
        self._load: Mapping[str, float] = {}
        self._thread = threading.Thread(target=self._own_process, name="batched", daemon=True)

    def start(self) -> Mapping[str, Any]:
        """Start the process and wait until its model is loaded; what it says of itself.

        Raises EngineUnavailable.
        """
        self._thread.start()
        try:
            return self._loaded.result(LOAD_SECONDS + _PATIENCE)
        except Exception as error:
            self.close()
            raise EngineUnavailable(
                Message(
                    "The batched recogniser did not start: {problem}", problem=verbatim(str(error))
                )
            ) from error

    @property
    def load(self) -> Mapping[str, float]:
        """As the process reported last."""
        return self._load

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process else None

    def submit(
        self, blocks: Sequence[BlockImage], limits: Limits
    ) -> Future[tuple[Recognised, ...]]:
        answer: Future[tuple[Recognised, ...]] = Future()
        if not blocks:
            answer.set_result(())
            return answer
        with self._backlog.lock:
            if self._lost:
                answer.set_exception(RecogniserLost())
                return answer
            number, request = self._backlog.add(blocks, limits, answer)
            self._send(number, request)
        return answer

    def close(self) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(_PATIENCE)

    def _send(self, number: int, request: Request) -> None:
        """Called with the lock. What can't be sent now is sent to the next process, and this one is
        ended: of a message that it took half of, it would misread the rest."""
        if self._connection is None:
            return
        message = {
            "id": number,
            "seconds": max(request.ends_at - time.monotonic(), 0.0),
            "blocks": [
                {
                    "height": block.pixels.shape[0], "width": block.pixels.shape[1],
                    "query": block.query, "tokens": block.most_tokens,
                    "min_pixels": request.limits.min_pixels,
                    "max_pixels": request.limits.max_pixels, "special": request.limits.special,
                }
                for block in request.blocks
            ],
        }  # fmt: skip
        try:
            pixels = (block.pixels[:, :, ::-1].tobytes() for block in request.blocks)
            wire.send(self._connection, message, pixels)
            request.sent += 1
        except OSError as error:
            log.warning("recogniser_not_reached", reason=str(error))
            self._connection = None
            if self._process is not None:
                self._process.kill()

    def _own_process(self) -> None:
        """The thread: start the process, take its answers, start it again when it dies."""
        deaths = 0
        while not self._closing.is_set():
            ours, theirs = socket.socketpair()
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(_PATIENCE))
            with ours:
                process = self._start_process(theirs)
                try:
                    answered = self._take_answers(ours, process)
                finally:
                    with self._backlog.lock:
                        self._connection = None
                    process.kill()
                    code = process.wait()
            if self._closing.is_set():
                break
            deaths = 1 if answered else deaths + 1
            log.error("recogniser_died", exit_code=code, deaths=deaths, waiting=len(self._backlog))
            if deaths >= MOST_DEATHS or not self._loaded.done():
                break
            self._backlog.fail_late()
            self._backlog.fail_second_tries()
        self._give_up()

    def _start_process(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        with theirs:
            command = [*self._command[:3], str(theirs.fileno()), *self._command[3:]]
            self._process = subprocess.Popen(  # nosec B603 # a list of our own words, no shell
                command, pass_fds=[theirs.fileno()], env=build_variables(), stdin=subprocess.DEVNULL
            )
        return self._process

    def _take_answers(self, connection: socket.socket, process: subprocess.Popen[bytes]) -> bool:
        """Until the process ends or hangs, or this is closed; whether it answered anything."""
        answered = False
        load_until = time.monotonic() + LOAD_SECONDS
        while not self._closing.is_set():
            readable, _, _ = select.select([connection], [], [], 0.5)
            if readable:
                try:
                    message, _ = wire.receive(connection)
                except (EOFError, OSError):
                    return answered
                if "ready" in message:
                    self._on_ready(connection, message["ready"])
                elif "failed" in message:
                    if not self._loaded.done():
                        self._loaded.set_exception(RuntimeError(message["failed"]))
                    return answered
                else:
                    answered = True
                    self._on_answer(message)
            elif self._is_hung(load_until):
                log.error("recogniser_hung", process=process.pid)
                return answered
        return answered

    def _on_ready(self, connection: socket.socket, facts: Mapping[str, Any]) -> None:
        log.info("recogniser_ready", **facts)
        self._backlog.fail_late()
        with self._backlog.lock:
            self._connection = connection
            for number, request in self._backlog.items():
                self._send(number, request)
        if not self._loaded.done():
            self._loaded.set_result(facts)

    def _on_answer(self, message: Mapping[str, Any]) -> None:
        request = self._backlog.take(message["id"])
        self._load = message.get("load", self._load)
        if request is None:
            return
        if "error" in message:
            request.answer.set_exception(_to_error(message))
            return
        request.answer.set_result(
            tuple(
                Recognised(
                    each["text"],
                    tuple((int(length), float(value)) for length, value in each["spans"]),
                    each["cut"],
                )
                for each in message["answers"]
            )
        )

    def _is_hung(self, load_until: float) -> bool:
        if self._connection is None:
            return time.monotonic() > load_until
        return self._backlog.has_waited(_PATIENCE)

    def _give_up(self) -> None:
        with self._backlog.lock:
            self._lost = True
            self._backlog.fail_all()
        if not self._loaded.done():
            self._loaded.set_exception(RuntimeError("its process ended while it loaded the model"))


def _timeval(seconds: float) -> bytes:
    """A `struct timeval`, as setsockopt takes it."""
    return struct.pack("@ll", int(seconds), int(seconds % 1 * 1e6))


def _to_error(message: Mapping[str, Any]) -> Exception:
    if message.get("memory"):
        return RecogniserOutOfMemory(message["error"])
    if message.get("late"):
        return ran_out_of_time()
    return EngineFailed(
        Message("PaddleOCR-VL failed on this page: {problem}", problem=verbatim(message["error"]))
    )
