"""The server's process: vLLM, our child, on a port of this machine whose key it alone knows."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings

from documents.errors import EngineUnavailable
from documents.messages import Message, verbatim

from .backlog import ran_out_of_time
from .base import MOST_DEATHS
from .chat import MODEL, ChatClient
from .environment import build_variables
from .errors import RecogniserLost

log = structlog.get_logger(__name__)

#: Seconds for loading the model: vLLM compiles it the first time.
LOAD_SECONDS = 900.0


#: Blocks that are asked at the same time: the server batches them as its memory allows.
MOST_BLOCKS = 128

#: Seconds of silence, while something is asked, after which the server counts as hung. A token
#: takes it milliseconds, a hundred pictures seconds.
SILENCE = 60.0

#: Seconds for its end, which is a kill.
_END_SECONDS = 10.0


class ServerProcess:
    """One thread of its own starts the process, watches it and starts it again when it dies."""

    def __init__(self, program: Path, model: Path, memory: float) -> None:
        self._command = [
            sys.executable, "-m", "ocr_worker.vlm.end_with_owner",
            str(program), "serve", str(model),
            "--served-model-name", MODEL, "--host", "127.0.0.1",
            # From here on as the model's makers advise, for answers of 4,096 tokens.
            "--trust-remote-code", "--max-model-len", "16384", "--max-num-batched-tokens", "16384",
            "--no-enable-prefix-caching", "--mm-processor-cache-gb", "0",
            "--max-num-seqs", str(MOST_BLOCKS), "--gpu-memory-utilization", f"{memory:.2f}",
            "--uvicorn-log-level", "warning", "--disable-log-stats",
        ]  # fmt: skip
        self._changed = threading.Condition()
        #: With `_changed`: what is asked now, None while there is none; whether none will be.
        self._client: ChatClient | None = None
        self._lost = False
        self._closing = threading.Event()
        self._loaded: Future[Mapping[str, Any]] = Future()
        self._child: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._thread = threading.Thread(target=self._own_child, name="server", daemon=True)

    @property
    def id(self) -> int | None:
        return self._child.pid if self._child else None

    def start(self) -> Mapping[str, Any]:
        """Start it and wait until its model is loaded; what it says of itself.

        Raises EngineUnavailable.
        """
        self._thread.start()
        try:
            return self._loaded.result(LOAD_SECONDS + SILENCE)
        except Exception as error:
            self.close()
            raise EngineUnavailable(
                Message("vLLM did not start: {problem}", problem=verbatim(str(error)))
            ) from error

    def close(self) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(2 * _END_SECONDS)

    def wait_for_client(self, deadline: float) -> ChatClient:
        """The client of a process that is ready. `deadline`: by time.monotonic().

        Raises RecogniserLost where it is not started again, ReadingTimeout.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._client is not None or self._lost, max(deadline - time.monotonic(), 0)
            )
            if self._lost:
                raise RecogniserLost
            if self._client is None:
                raise ran_out_of_time()
            return self._client

    def wait_for_end_of(self, client: ChatClient, deadline: float) -> None:
        """Until its process is seen to have ended: a connection may break without that."""
        with self._changed:
            seconds = min(max(deadline - time.monotonic(), 0), 1.0)
            self._changed.wait_for(lambda: self._client is not client, seconds)

    def _own_child(self) -> None:
        deaths, code = 0, None
        while not self._closing.is_set():
            client, child = self._start_child()
            try:
                if self._wait_until_healthy(client, child):
                    self._on_ready(client)
                    self._wait_until_dead(client, child)
            finally:
                self._set_client(None)
                code = _end(child)
            if self._closing.is_set():
                break
            deaths = 1 if client.has_answered else deaths + 1
            log.error("recogniser_died", exit_code=code, deaths=deaths)
            if deaths >= MOST_DEATHS or not self._loaded.done():
                break
        self._set_client(None, lost=True)
        if not self._loaded.done():
            self._loaded.set_exception(
                RuntimeError(f"it ended with {code} while it loaded the model; see its own lines")
            )

    def _set_client(self, client: ChatClient | None, *, lost: bool = False) -> None:
        with self._changed:
            self._client, self._lost = client, lost
            self._changed.notify_all()

    def _start_child(self) -> tuple[ChatClient, subprocess.Popen[bytes]]:
        port, key = _find_free_port(), secrets.token_urlsafe(32)
        # What it compiles is kept where this site may write; HOME need not be such a place.
        cache = Path(settings.DATA_DIR) / "vllm"
        environment = {
            **build_variables(),
            "VLLM_API_KEY": key, "VLLM_NO_USAGE_STATS": "1", "VLLM_LOGGING_LEVEL": "WARNING",
            "VLLM_CACHE_ROOT": str(cache), "XDG_CACHE_HOME": str(cache),
            "TRITON_CACHE_DIR": str(cache / "triton"),
            "TORCHINDUCTOR_CACHE_DIR": str(cache / "inductor"),
        }  # fmt: skip
        self._started_at = time.monotonic()
        self._child = subprocess.Popen(  # nosec B603 # a list of our own words, no shell
            [*self._command, "--port", str(port)], env=environment, stdin=subprocess.PIPE
        )
        return ChatClient(port, key, MOST_BLOCKS), self._child

    def _wait_until_healthy(self, client: ChatClient, child: subprocess.Popen[bytes]) -> bool:
        load_until = self._started_at + LOAD_SECONDS
        while self._goes_on(child) and time.monotonic() < load_until:
            if client.is_healthy():
                return True
            self._closing.wait(0.25)
        return False

    def _on_ready(self, client: ChatClient) -> None:
        facts = {
            "seconds": round(time.monotonic() - self._started_at, 1),
            "server": f"vllm {client.ask_version()}".strip(),
        }
        log.info("recogniser_ready", **facts)
        self._set_client(client)
        if not self._loaded.done():
            self._loaded.set_result(facts)

    def _wait_until_dead(self, client: ChatClient, child: subprocess.Popen[bytes]) -> None:
        while self._goes_on(child):
            if client.measure_silence() > SILENCE:
                log.error("recogniser_hung", process=child.pid)
                return
            self._closing.wait(0.25)

    def _goes_on(self, child: subprocess.Popen[bytes]) -> bool:
        return not self._closing.is_set() and child.poll() is None


def _end(child: subprocess.Popen[bytes]) -> int:
    """End it with its children (`ocr_worker.vlm.end_with_owner`); its exit code."""
    assert child.stdin is not None
    child.stdin.close()
    try:
        return child.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
