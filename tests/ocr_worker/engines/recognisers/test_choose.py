"""Which recogniser is taken, and what is said where it is no better one."""

from __future__ import annotations

import pytest

from documents.errors import EngineUnavailable
from ocr_worker.engines.paddleocr_vl.recognisers import start_recogniser

from .conftest import LIMITS, PretendedModel, block

pytestmark = pytest.mark.usefixtures("vllm")


@pytest.mark.parametrize("choice", ["auto", "server"])
def test_vllm_is_used_where_it_is_installed(choice: str, model: PretendedModel) -> None:
    recogniser, remark = start_recogniser(choice, model.directory, "cpu")

    assert recogniser is not None
    try:
        assert recogniser.submit([block()], LIMITS).result(30)[0].text == "Акт 15"
    finally:
        recogniser.close()
    assert (recogniser.name, remark) == ("server", None)


def test_where_none_starts_the_librarys_own_goes_on_and_says_why(model: PretendedModel) -> None:
    model.behave(ends=True)

    recogniser, remark = start_recogniser("auto", model.directory, "cpu")

    assert recogniser is None
    assert "one block at a time" in str(remark)


def test_what_was_lost_is_not_tried_again(model: PretendedModel) -> None:
    recogniser, _ = start_recogniser("auto", model.directory, "cpu", without={"server"})

    assert recogniser is None
    assert not (model.directory / "process").exists()


def test_what_was_asked_for_and_does_not_start_is_an_error(model: PretendedModel) -> None:
    model.behave(ends=True)

    with pytest.raises(EngineUnavailable, match="vLLM did not start"):
        start_recogniser("server", model.directory, "cpu")


def test_the_librarys_own_is_a_choice(model: PretendedModel) -> None:
    assert start_recogniser("native", model.directory, "cpu") == (None, None)
