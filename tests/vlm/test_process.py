"""The recogniser's process: asked, killed, lost."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path

import psutil
import pytest

from documents.errors import EngineUnavailable, ReadingTimeout
from ocr_worker.engines.paddleocr_vl.recognisers import (
    BatchedRecogniser,
    BlockImage,
    Limits,
    Recognised,
    RecogniserLost,
)
from ocr_worker.engines.paddleocr_vl.recognisers import batched as batched_module
from tests.ocrsite.running_site import eventually
from tests.vlm.conftest import make_pictures

PYTHON = Path(sys.executable)
LIMITS = Limits(min_pixels=28 * 28 * 4, max_pixels=28 * 28 * 64, seconds=60)


def blocks(count: int, tokens: int = 40) -> list[BlockImage]:
    return [BlockImage(picture, "OCR:", tokens) for picture in make_pictures(count)]


def is_another(recogniser: BatchedRecogniser, before: int | None) -> bool:
    return recogniser.process_id != before


def texts(page: Future[tuple[Recognised, ...]]) -> list[str]:
    """What was read; the probabilities differ in the last digit with who else is in the batch."""
    return [recognised.text for recognised in page.result(120)]


@pytest.fixture(scope="module")
def recogniser(by_chance: Path) -> Iterator[BatchedRecogniser]:
    recogniser = BatchedRecogniser(PYTHON, by_chance, "cpu", most_rows=8)
    recogniser.start()
    yield recogniser
    recogniser.close()


def kill(recogniser: BatchedRecogniser) -> None:
    assert recogniser.process_id is not None
    os.kill(recogniser.process_id, signal.SIGKILL)


def test_each_block_is_answered_with_the_models_own_probabilities(
    recogniser: BatchedRecogniser,
) -> None:
    pages = [recogniser.submit(blocks(count), LIMITS) for count in (1, 5, 3)]

    answers = [page.result(120) for page in pages]

    assert [len(answer) for answer in answers] == [1, 5, 3]
    assert answers[0][0].text == answers[1][0].text == answers[2][0].text, "whoever asks with it"
    for answer in answers[1]:
        assert sum(length for length, _ in answer.spans) == len(answer.text)
        assert all(0 < probability <= 1 for _, probability in answer.spans)
    assert recogniser.load["blocks"] >= 9


def test_what_was_told_is_said(reciting: Path) -> None:
    recogniser = BatchedRecogniser(PYTHON, reciting, "cpu")
    facts = recogniser.start()
    picture = make_pictures(1)[0]

    text, table = recogniser.submit(
        [BlockImage(picture, "OCR:", 100), BlockImage(picture, "Table Recognition:", 100)], LIMITS
    ).result(120)

    recogniser.close()
    assert text.text == "Sample text of a block."
    assert table.text == "<fcel>Item<fcel>Qty<nl><fcel>Bolt<fcel>12<nl><fcel>Nut<ecel><nl>"
    assert min(probability for _, probability in text.spans) > 0.9
    assert (facts["device"], facts["dtype"], facts["vision_dtype"]) == ("cpu", "float32", "float32")


def test_killed_in_the_middle_again_and_again_it_answers_each_block_once(
    by_chance: Path, recogniser: BatchedRecogniser
) -> None:
    expected = texts(recogniser.submit(blocks(6, tokens=150), LIMITS))
    victim = BatchedRecogniser(PYTHON, by_chance, "cpu", most_rows=8)
    victim.start()
    chance = random.Random(7)
    times: dict[int, int] = {}

    def count(number: int, future: Future[tuple[Recognised, ...]]) -> None:
        times[number] = times.get(number, 0) + 1

    pages = []
    for round_number in range(3):
        for number in range(3):
            page = victim.submit(blocks(6, tokens=150), LIMITS)
            page.add_done_callback(partial(count, 3 * round_number + number))
            pages.append(page)
        time.sleep(chance.uniform(0.02, 0.3))
        before = victim.process_id
        kill(victim)
        eventually(partial(is_another, victim, before), 90, "another process")
        for page in pages:
            page.result(120)

    assert [texts(page) for page in pages] == [expected] * len(pages)
    victim.close()
    assert times == dict.fromkeys(range(len(pages)), 1)


def test_one_that_hangs_is_ended_and_another_answers(
    by_chance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batched_module, "_PATIENCE", 0.5)
    recogniser = BatchedRecogniser(PYTHON, by_chance, "cpu")
    recogniser.start()
    assert recogniser.process_id is not None
    os.kill(recogniser.process_id, signal.SIGSTOP)

    page = recogniser.submit(blocks(2), Limits(LIMITS.min_pixels, LIMITS.max_pixels, seconds=1))

    with pytest.raises(ReadingTimeout):
        page.result(120)
    assert len(recogniser.submit(blocks(2), LIMITS).result(120)) == 2
    recogniser.close()


def test_one_that_takes_nothing_in_is_ended_and_another_answers(
    by_chance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batched_module, "_PATIENCE", 0.5)
    recogniser = BatchedRecogniser(PYTHON, by_chance, "cpu")
    recogniser.start()
    before = recogniser.process_id
    assert before is not None
    os.kill(before, signal.SIGSTOP)
    small = [BlockImage(picture[:30, :60], "OCR:", 1) for picture in make_pictures(100)]

    pages = [recogniser.submit(small, LIMITS) for _ in range(30)]  # more than a socket holds

    assert [len(page.result(120)) for page in pages] == [100] * 30
    assert recogniser.process_id != before
    recogniser.close()


def test_what_takes_too_long_is_dropped_and_the_rest_goes_on(
    recogniser: BatchedRecogniser,
) -> None:
    late = recogniser.submit(
        blocks(40, tokens=4000), Limits(LIMITS.min_pixels, LIMITS.max_pixels, seconds=0.2)
    )
    quick = recogniser.submit(blocks(2), LIMITS)

    with pytest.raises(ReadingTimeout):
        late.result(120)
    assert len(quick.result(120)) == 2


def test_one_that_keeps_dying_is_lost(by_chance: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recogniser = BatchedRecogniser(PYTHON, by_chance, "cpu")
    recogniser.start()
    # Another process ends at once: it does not know this option.
    recogniser._command.append("--unknown")
    page = recogniser.submit(blocks(8, tokens=4000), LIMITS)

    kill(recogniser)

    with pytest.raises(RecogniserLost):
        page.result(120)
    with pytest.raises(RecogniserLost):
        recogniser.submit(blocks(1), LIMITS).result(120)
    recogniser.close()


def test_a_model_that_can_not_be_loaded_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="did not start: FileNotFoundError"):
        BatchedRecogniser(PYTHON, tmp_path, "cpu").start()


def test_it_ends_with_its_owner(by_chance: Path) -> None:
    recogniser = BatchedRecogniser(PYTHON, by_chance, "cpu")
    recogniser.start()
    assert recogniser.process_id is not None
    process = psutil.Process(recogniser.process_id)

    recogniser.close()

    assert not process.is_running()
