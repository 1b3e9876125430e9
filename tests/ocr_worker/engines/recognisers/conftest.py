"""A vLLM that is a script of ours, where the product looks for the genuine one."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.test import override_settings

from ocr_worker.engines.paddleocr_vl.recognisers import BlockImage, Limits
from ocr_worker.engines.paddleocr_vl.recognisers.server import ServerRecogniser
from tests.ocrsite.running_site import eventually

LIMITS = Limits(min_pixels=112_896, max_pixels=1_003_520, seconds=60)
PRETENDED = Path(__file__).with_name("pretended_vllm.py")


class PretendedModel:
    """What the pretended server finds where the model should be."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.behave(tokens=["Ак", "т", " 15"])

    def behave(self, **behaviour: Any) -> None:
        new = self.directory / "new"
        new.write_text(json.dumps(behaviour))
        new.replace(self.directory / "behaviour.json")

    def read(self, name: str) -> str:
        file = self.directory / name
        return file.read_text() if file.exists() else ""

    def asked(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.read("asked.jsonl").splitlines()]

    def processes(self) -> list[int]:
        """The server's process and its engine's."""
        return [int(number) for number in self.read("process").split()]

    def send_signal(self, number: int) -> None:
        os.kill(self.processes()[0], number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@pytest.fixture
def model(tmp_path: Path) -> PretendedModel:
    directory = tmp_path / "model"
    directory.mkdir()
    return PretendedModel(directory)


@pytest.fixture
def vllm(tmp_path: Path) -> Iterator[Path]:
    """Its program, where the settings say, and no PyTorch."""
    program = tmp_path / "vllm"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {PRETENDED} "$@"\n')
    program.chmod(0o755)
    with override_settings(OCRSITE_VLLM=program, OCRSITE_VLM_PYTHON=tmp_path / "absent"):
        yield program


@pytest.fixture
def start(vllm: Path, model: PretendedModel) -> Iterator[Callable[[], ServerRecogniser]]:
    """Starts the recogniser, and ends it with the test."""
    started: list[ServerRecogniser] = []

    def start() -> ServerRecogniser:
        recogniser = ServerRecogniser(vllm, model.directory, 0.5)
        recogniser.start()
        started.append(recogniser)
        return recogniser

    yield start
    for recogniser in started:
        recogniser.close()
    if started:
        assert_ended(model.processes())


def assert_ended(processes: list[int]) -> None:
    eventually(lambda: not any(map(_is_running, processes)), 20, "the end of the processes")


def _is_running(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Blue:
    """What of an array in BGR is asked for: numpy is not installed here."""

    shape = (30, 80, 3)

    def tobytes(self) -> bytes:
        return bytes((255, 0, 0)) * 30 * 80


def block(tokens: int = 100) -> BlockImage:
    return BlockImage(Blue(), "OCR:", tokens)
