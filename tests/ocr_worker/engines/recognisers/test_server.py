"""vLLM as the recogniser of PaddleOCR-VL's blocks: asked, looping, killed, hung, lost. What answers
here is a script with vLLM's interface."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from documents.errors import EngineFailed, EngineUnavailable, ReadingTimeout
from ocr_worker.engines.paddleocr_vl.recognisers import (
    Recognised,
    RecogniserLost,
    RecogniserOutOfMemory,
    server_process,
)
from ocr_worker.engines.paddleocr_vl.recognisers.server import ServerRecogniser
from tests.ocrsite.running_site import ROOT, eventually

from .conftest import LIMITS, PretendedModel, assert_ended, block

Start = Callable[[], ServerRecogniser]


def test_each_block_is_answered_with_the_probability_of_its_tokens(
    start: Start, model: PretendedModel
) -> None:
    recogniser = start()

    pages = [recogniser.submit([block()] * count, LIMITS) for count in (0, 1, 40)]

    read = Recognised("Акт 15", ((2, pytest.approx(0.5)), (1, 0.5), (3, 0.5)))  # type: ignore[arg-type]
    assert [page.result(30) for page in pages] == [(), (read,), (read,) * 40]
    assert recogniser.load == {"blocks": 41, "row_steps": 123}


def test_it_is_asked_as_its_makers_ask_it(start: Start, model: PretendedModel) -> None:
    start().submit([block(tokens=77)], replace(LIMITS, special=True)).result(30)

    [asked] = model.asked()
    assert asked["messages"][0]["content"][1] == {"type": "text", "text": "OCR:"}
    assert (asked["size"], asked["pixel"]) == ([80, 30], [0, 0, 255])
    assert (asked["temperature"], asked["max_completion_tokens"]) == (0, 77)
    assert asked["mm_processor_kwargs"] == {"min_pixels": 112_896, "max_pixels": 1_003_520}
    assert asked["skip_special_tokens"] is False


def test_an_answer_without_end_is_stopped_while_it_is_written(
    start: Start, model: PretendedModel
) -> None:
    model.behave(tokens=["да ", "нет "], for_ever=True, seconds=0.001)

    [answer] = start().submit([block(tokens=4000)], LIMITS).result(60)

    assert answer.cut
    assert answer.text.startswith("да нет")
    assert len(answer.text) < 100
    said = eventually(lambda: model.read("left"), 20, "the end of the answer")
    assert int(said) < 1000


def test_killed_in_the_middle_it_answers_at_the_second_try(
    start: Start, model: PretendedModel
) -> None:
    recogniser = start()
    before = recogniser.process_id
    model.behave(tokens=["a", "b"], seconds=30)
    pages = [recogniser.submit([block()] * 3, LIMITS) for _ in range(4)]
    eventually(lambda: len(model.asked()) == 12, 20, "all blocks in flight")
    model.behave(tokens=["other"])

    model.kill()

    assert [[each.text for each in page.result(60)] for page in pages] == [["other"] * 3] * 4
    assert recogniser.process_id != before


def test_a_block_that_kills_it_twice_fails_alone(start: Start, model: PretendedModel) -> None:
    recogniser = start()
    for number in (1, 2):
        model.behave(tokens=["a"], seconds=30)
        if number == 1:
            page = recogniser.submit([block()], LIMITS)
        eventually(lambda n=number: len(model.asked()) == n, 30, "the block in flight")  # type: ignore[misc]
        model.kill()

    with pytest.raises(EngineFailed, match="ended twice"):
        page.result(60)
    model.behave(tokens=["well"])
    assert recogniser.submit([block()], LIMITS).result(60)[0].text == "well"


def test_one_that_hangs_is_ended_and_another_answers(
    start: Start, model: PretendedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "SILENCE", 3.0)
    recogniser = start()
    before = model.processes()
    model.send_signal(signal.SIGSTOP)

    assert recogniser.submit([block()], LIMITS).result(60)[0].text == "Акт 15"
    assert_ended(before)


def test_what_takes_too_long_is_given_up(start: Start, model: PretendedModel) -> None:
    recogniser = start()
    model.behave(tokens=["a"] * 100, seconds=0.1)

    with pytest.raises(ReadingTimeout):
        recogniser.submit([block()], replace(LIMITS, seconds=0.5)).result(30)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("The image has a length of 0", EngineFailed),
        ("CUDA out of memory. Tried to allocate 2 GiB", RecogniserOutOfMemory),
    ],
)
def test_what_it_refuses_fails_with_its_words(
    start: Start, model: PretendedModel, said: str, error: type[Exception]
) -> None:
    recogniser = start()
    model.behave(error=said)

    with pytest.raises(error, match=said[:20]):
        recogniser.submit([block()], LIMITS).result(30)


def test_one_that_keeps_dying_is_lost(start: Start, model: PretendedModel) -> None:
    recogniser = start()
    model.behave(ends=True, tokens=[])

    model.kill()

    with pytest.raises(RecogniserLost):
        recogniser.submit([block()], LIMITS).result(60)


def test_one_that_does_not_start_says_so(vllm: Path, model: PretendedModel) -> None:
    model.behave(ends=True)

    with pytest.raises(EngineUnavailable, match="vLLM did not start: it ended with 3"):
        ServerRecogniser(vllm, model.directory, 0.5).start()


def test_what_waits_while_it_is_closed_is_lost(start: Start, model: PretendedModel) -> None:
    recogniser = start()
    model.behave(tokens=["a"], seconds=30)
    page = recogniser.submit([block()] * 300, LIMITS)
    eventually(model.asked, 20, "blocks in flight")

    recogniser.close()

    with pytest.raises(RecogniserLost):
        page.result(60)
    with pytest.raises(RecogniserLost):
        recogniser.submit([block()], LIMITS).result(60)


OWNER = """
import sys, time
from pathlib import Path
import django
django.setup()
from ocr_worker.engines.paddleocr_vl.recognisers.server import ServerRecogniser
ServerRecogniser(Path(sys.argv[1]), Path(sys.argv[2]), 0.5).start()
time.sleep(600)
"""


def test_it_ends_with_its_owner_and_so_do_its_children(
    vllm: Path, model: PretendedModel, tmp_path: Path
) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(vllm), str(model.directory)],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "ocrsite.settings", "OCRSITE_DATA_DIR": str(tmp_path)},
    )
    processes = eventually(model.processes, 60, "the server")

    owner.kill()
    owner.wait()

    assert_ended(processes)
