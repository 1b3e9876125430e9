"""Many blocks at once: the same answers as one at a time, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ocr_worker.vlm.batching import Batching
from ocr_worker.vlm.language_model import LanguageModel, Row
from tests.paddle.standin import language
from tests.vlm.conftest import make_pictures

LEAST, MOST = 28 * 28 * 4, 28 * 28 * 64


@pytest.fixture(scope="module")
def model(by_chance: Path) -> LanguageModel:
    return LanguageModel(by_chance, "cpu")


def make_rows(model: LanguageModel, count: int = 24, tokens: int = 60) -> list[Row]:
    """Blocks of different sizes and questions, whose answers have 5 to `tokens` tokens."""
    return [
        model.prepare(
            1, index, picture,
            query=("OCR:", "Table Recognition:", "Formula Recognition:")[index % 3],
            min_pixels=LEAST, max_pixels=MOST,
            most_tokens=5 + index * 11 % (tokens - 5), special=False,
        )
        for index, picture in enumerate(make_pictures(count))
    ]  # fmt: skip


def recognise(
    model: LanguageModel,
    rows: list[Row],
    most_rows: int,
    between: Callable[[Batching], None] | None = None,
) -> tuple[dict[int, tuple[int, ...]], Batching]:
    """The tokens of each row, by its index."""
    found: dict[int, tuple[int, ...]] = {}
    failed: list[BaseException] = []
    batching = Batching(
        model, most_rows,
        finish=lambda row: found.update({row.index: tuple(row.tokens)}),
        fail=lambda row, error: failed.append(error),
    )  # fmt: skip
    batching.add(rows)
    while not batching.is_idle:
        batching.step()
        if between is not None:
            between(batching)
    assert failed == []
    return found, batching


@pytest.fixture(scope="module")
def alone(model: LanguageModel) -> dict[int, tuple[int, ...]]:
    return recognise(model, make_rows(model), 1)[0]


@pytest.mark.parametrize("most_rows", [2, 8, 32])
def test_a_batch_says_what_one_at_a_time_say(
    model: LanguageModel, alone: dict[int, tuple[int, ...]], most_rows: int
) -> None:
    together, batching = recognise(model, make_rows(model), most_rows)

    assert together == alone
    assert len(set(alone.values())) == len(alone), "each answer is another"
    assert batching.load.row_steps / batching.load.steps > most_rows / 4, "it is well filled"


def test_blocks_come_in_while_others_go_on(
    model: LanguageModel, alone: dict[int, tuple[int, ...]]
) -> None:
    rows = make_rows(model)
    late = rows[10:]

    def bring(batching: Batching) -> None:
        if late:
            batching.add([late.pop(0)])

    together, _ = recognise(model, rows[:10], 8, bring)

    assert together == alone


def test_where_memory_runs_out_the_batch_is_halved_and_goes_on(
    model: LanguageModel, alone: dict[int, tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine_step, genuine_begin = model.step, model.begin

    def step(batch: Any) -> None:
        if len(batch.rows) > 5:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        genuine_step(batch)

    def begin(rows: list[Row]) -> Any:
        if len(rows) > 7:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return genuine_begin(rows)

    monkeypatch.setattr(model, "step", step)
    monkeypatch.setattr(model, "begin", begin)

    together, batching = recognise(model, make_rows(model), 32)

    assert together == alone
    assert 2 <= batching.load.shortages < 10


def test_a_block_that_memory_does_not_suffice_for_fails_alone(
    model: LanguageModel, alone: dict[int, tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = make_rows(model)
    too_large = max(rows, key=lambda row: len(row.patches))
    genuine = model.begin

    def begin(given: list[Row]) -> Any:
        if too_large in given:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return genuine(given)

    monkeypatch.setattr(model, "begin", begin)
    found: dict[int, tuple[int, ...]] = {}
    failed: list[int] = []
    batching = Batching(
        model, 8,
        finish=lambda row: found.update({row.index: tuple(row.tokens)}),
        fail=lambda row, _: failed.append(row.index),
    )  # fmt: skip
    batching.add(rows)
    while not batching.is_idle:
        batching.step()

    assert failed == [too_large.index]
    assert found == {index: said for index, said in alone.items() if index != too_large.index}


def test_the_batch_grows_again(model: LanguageModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_worker.vlm.batching._GROW_AFTER", 10)
    genuine, shortages = model.step, [True]

    def step(batch: Any) -> None:
        if shortages:
            shortages.pop()
            raise torch.OutOfMemoryError("CUDA out of memory.")
        genuine(batch)

    monkeypatch.setattr(model, "step", step)
    widths = []

    recognise(
        model, make_rows(model), 8,
        lambda batching: widths.append(len(batching._batch.rows) if batching._batch else 0),
    )  # fmt: skip

    assert max(widths[:8]) == 4
    assert max(widths) == 8


def test_nobody_waits_for_what_was_dropped(model: LanguageModel) -> None:
    rows = make_rows(model)
    for row in rows[::2]:
        row.request = 2

    found, _ = recognise(model, rows, 8, lambda batching: batching.drop(2))

    assert set(found) == {row.index for row in rows[1::2]}


def test_an_endless_answer_is_stopped_while_it_is_written(tmp_path: Path) -> None:
    answers = {**language.ANSWERS, "ocr": ("Once", "▁more", "▁and", language.AGAIN)}
    language.build(tmp_path, "PaddleOCR-VL-1.6-0.9B", answers)
    model = LanguageModel(tmp_path, "cpu")
    row = model.prepare(
        1, 0, make_pictures(1)[0],
        query="OCR:", min_pixels=LEAST, max_pixels=MOST, most_tokens=4000, special=False,
    )  # fmt: skip

    recognise(model, [row], 4)

    assert row.cut_text == "Once more and"
    assert len(row.tokens) < 200
