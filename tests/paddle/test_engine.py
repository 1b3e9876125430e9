"""The contract between our engine and the genuine pipeline, whichever version is installed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from documents.errors import EngineFailed, EngineUnavailable, ReadingTimeout
from documents.review.flag_rules import CUT
from documents.text.page_layout import PageLayout
from ocr_worker.engines.paddleocr_vl import PaddleOCRVLEngine
from ocr_worker.engines.paddleocr_vl import guard as guard_module
from ocr_worker.engines.paddleocr_vl.engine import MAX_PIXELS
from ocr_worker.engines.paddleocr_vl.recognisers import BlockImage, Limits, Recognised
from ocr_worker.engines.paddleocr_vl.recognisers.pipeline_model import put_in_place
from ocr_worker.figures import cut_out_figures
from ocr_worker.quality import assess_layout
from tests.paddle.conftest import VERSION, Made
from tests.paddle.standin.language import AGAIN, ANSWERS


def page(width: int = 620, height: int = 877, word: str = "Page") -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).text((width // 8, height // 10), word, "black")
    return image


def read(engine: PaddleOCRVLEngine, image: Image.Image, seconds: float = 100) -> PageLayout:
    return engine.read(image, dpi=75, language="", seconds=seconds)


def by_label(layout: PageLayout) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for block in layout.blocks:
        found.setdefault(block.label, []).append(block)
    return found


def test_every_region_is_read_as_what_it_is(engine: PaddleOCRVLEngine) -> None:
    layout = read(engine, page())

    found = by_label(layout)
    assert (layout.width, layout.height, layout.dpi) == (620, 877, 75)
    assert set(found) == {
        "header", "doc_title", "paragraph_title", "text", "table", "display_formula", "image",
        "chart", "figure_title", "number",
    }  # fmt: skip
    (text,) = found["text"]
    assert text.text == "Sample text of a block."
    assert (text.bbox[0], round(text.bbox[3], -1)) == (62, 320)
    (table,) = found["table"]
    assert table.text == "Item\tQty\nBolt\t12\nNut"
    assert table.html.startswith("<table><tbody><tr><td>Item</td><td>Qty</td></tr>")
    assert "| Bolt | 12 |" in table.markdown
    (formula,) = found["display_formula"]
    assert (formula.text, formula.markdown) == ("E=mc^2", "$$\nE=mc^2\n$$")
    assert found["doc_title"][0].markdown == "# Sample text of a block."
    assert found["header"][0].order is None
    order = [block.label for block in layout.blocks_in_order()]
    assert order.index("text") < order.index("table") < order.index("display_formula")


def test_pictures_are_cut_out_of_the_page_and_named_in_its_markdown(
    engine: PaddleOCRVLEngine,
) -> None:
    image = page()
    image.paste("navy", (70, 620, 250, 700))

    layout, figures = cut_out_figures(image, read(engine, image), 3)

    found = by_label(layout)
    assert set(figures) == {found["image"][0].figure, found["chart"][0].figure}
    assert all(name.startswith("0003-") for name in figures)
    assert f"![](figures/{found['image'][0].figure})" in layout.markdown


def test_a_blank_page_has_no_blocks(engine: PaddleOCRVLEngine) -> None:
    assert read(engine, Image.new("RGB", (620, 877), "white")).blocks == ()


def test_a_page_in_gray_is_read_too(engine: PaddleOCRVLEngine) -> None:
    assert read(engine, page().convert("L")).text == read(engine, page()).text


def test_two_threads_read_as_one(engine: PaddleOCRVLEngine) -> None:
    sizes = [(500 + 40 * n, 700 + 30 * n) for n in range(4)]
    expected = {size: read(engine, page(*size)) for size in sizes}
    found: list[tuple[tuple[int, int], PageLayout]] = []

    def work(mine: list[tuple[int, int]]) -> None:
        found.extend((size, read(engine, page(*size))) for size in mine)

    threads = [threading.Thread(target=work, args=(sizes[n::2] * 2,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)

    assert len(found) == 8
    assert all(layout == expected[size] for size, layout in found)


class RecognisesTogether:
    """A recogniser that answers no page before all have asked, each answer its size in pixels."""

    name = "together"

    def __init__(self, pages: int) -> None:
        self.all_have_asked = threading.Barrier(pages)
        self.load: Mapping[str, float] = {}

    def submit(
        self, blocks: Sequence[BlockImage], limits: Limits
    ) -> Future[tuple[Recognised, ...]]:
        answers = tuple(Recognised("x".join(map(str, block.pixels.shape))) for block in blocks)
        future: Future[tuple[Recognised, ...]] = Future()

        def answer() -> None:
            self.all_have_asked.wait(60)
            future.set_result(answers)

        threading.Thread(target=answer).start()
        return future

    def close(self) -> None: ...


def test_pages_that_wait_for_their_blocks_in_turns_are_read_as_alone(made: Made) -> None:
    images = [page(500 + 40 * n, 700 + 30 * n, word=f"Page {n}") for n in range(4)]
    engine = made()
    recogniser = RecognisesTogether(1)
    engine._loop.submit(
        lambda: put_in_place(engine._pipeline, recogniser, engine._loop.wait)
    ).result()
    alone = [read(engine, image) for image in images]
    recogniser.all_have_asked = threading.Barrier(len(images))

    with ThreadPoolExecutor(len(images)) as threads:
        together = list(threads.map(lambda image: read(engine, image), images))

    assert together == alone
    assert len({layout.text for layout in together}) == len(images)


def test_a_process_forked_from_one_with_an_engine_is_refused(engine: PaddleOCRVLEngine) -> None:
    child = os.fork()
    if child == 0:
        try:
            read(engine, page())
        except EngineUnavailable:
            os._exit(17)
        os._exit(1)

    deadline = time.monotonic() + 30
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(child, 9)
        time.sleep(0.05)
    assert os.waitstatus_to_exitcode(ended[1]) == 17


def test_a_stamp_is_a_picture_and_its_text_where_the_model_reads_stamps(made: Made) -> None:
    engine = made(boxes=(("text", 0.9, 0.1, 0.1, 0.9, 0.3), ("seal", 0.9, 0.6, 0.6, 0.9, 0.8)))

    _, stamp = read(engine, page()).blocks

    assert stamp.label == "seal"
    assert stamp.text == ("" if VERSION == "v1" else "Town archive")


def test_a_region_that_is_far_too_oblong_costs_no_page(made: Made) -> None:
    engine = made(boxes=(
        ("text", 0.9, 0.05, 0.1, 0.95, 0.12),
        ("text", 0.9, 0.05, 0.3, 0.95, 0.8),
    ))  # fmt: skip

    layout = read(engine, page(4000, 800))

    assert len(layout.blocks) == 2
    x0, y0, x1, y1 = layout.blocks[0].bbox
    assert (x1 - x0) / (y1 - y0) > 200
    assert layout.blocks[1].text == "Sample text of a block."


def test_an_answer_without_end_is_cut_at_its_first_repeat_and_the_page_flagged(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_module, "MAX_NEW_TOKENS", 300)
    engine = made(
        answers={**ANSWERS, "ocr": ("The▁same", "▁again", "▁and", "▁over.▁", AGAIN)},
        boxes=(("text", 0.9, 0.1, 0.1, 0.9, 0.3),),
    )

    layout = read(engine, page())

    assert layout.text.startswith("The same again and over.")
    assert layout.text.count("again") <= 2
    assert layout.blocks[0].confidence == CUT
    assert "repetition" in assess_layout(layout).flags


def test_a_text_that_runs_on_in_the_next_column_is_one_text(made: Made) -> None:
    engine = made(boxes=(
        ("text", 0.9, 0.10, 0.20, 0.45, 0.40),
        ("text", 0.9, 0.50, 0.10, 0.90, 0.35),
    ))  # fmt: skip

    first, second = read(engine, page()).blocks

    assert first.text == "Sample text of a block."
    assert (second.text, second.continues) == ("", first.id)


def test_what_a_page_shows_as_markup_is_no_markup_in_its_table(made: Made) -> None:
    engine = made(
        answers={**ANSWERS, "table": ("<fcel><script>alert(1)</script>A", "<fcel>B", "<nl>")}
    )

    (table,) = by_label(read(engine, page()))["table"]

    assert "<script" not in table.html
    assert "B" in table.text


def test_a_gpu_that_runs_out_of_memory_is_asked_once_more_for_half(
    engine: PaddleOCRVLEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine, asked = engine._pipeline.predict, []

    def short_of_memory(*arguments: Any, **settings: Any) -> Any:
        asked.append(settings["max_pixels"])
        if len(asked) == 1:
            raise RuntimeError(
                "ResourceExhaustedError: Out of memory error on GPU 0. Cannot allocate 2.0GB"
            )
        return genuine(*arguments, **settings)

    monkeypatch.setattr(engine._pipeline, "predict", short_of_memory)

    assert read(engine, page()).text
    assert asked == [MAX_PIXELS, MAX_PIXELS // 2]


def test_a_gpu_without_memory_for_half_fails_the_page_for_now(
    engine: PaddleOCRVLEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_memory(*arguments: Any, **settings: Any) -> Any:
        raise MemoryError("CUDA out of memory")

    monkeypatch.setattr(engine._pipeline, "predict", no_memory)

    with pytest.raises(EngineFailed, match="out of memory") as caught:
        read(engine, page())
    assert not caught.value.permanent


def test_a_page_that_runs_out_of_time_stops_between_two_blocks(
    engine: PaddleOCRVLEngine,
) -> None:
    with pytest.raises(ReadingTimeout):
        read(engine, page(), seconds=0)
    assert read(engine, page()).text, "the next one is read"


def test_the_readings_version_says_library_models_and_recogniser(engine: PaddleOCRVLEngine) -> None:
    number, models, recogniser = engine.version.split()
    assert number.startswith("3.")
    assert (models, recogniser) == (VERSION, "native")


def test_models_that_are_absent_are_named_with_where_they_were_looked_for(
    tmp_path: Path, settings: Any
) -> None:
    settings.OCRSITE_PADDLE_MODEL_DIRS = [tmp_path]

    with pytest.raises(EngineUnavailable) as caught:
        PaddleOCRVLEngine("cpu").load()

    assert "PP-DocLayoutV2 with PaddleOCR-VL" in caught.value.detail
    assert str(tmp_path) in caught.value.detail
