"""Many pages in one thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial

import pytest

from ocr_worker.engines.paddleocr_vl.page_loop import PageLoop


@pytest.fixture
def loop() -> Iterator[PageLoop]:
    loop = PageLoop("pages")
    yield loop
    loop.close()


def test_a_page_that_waits_lets_the_others_go_on(loop: PageLoop) -> None:
    answers: list[Future[str]] = [Future() for _ in range(3)]
    threads = set()

    def read(answer: Future[str]) -> str:
        threads.add(threading.get_ident())
        text = loop.wait(answer)
        threads.add(threading.get_ident())
        return text.upper()

    pages = [loop.submit(partial(read, answer)) for answer in answers]
    for number in (2, 0, 1):
        answers[number].set_result(f"page {number}")
        assert pages[number].result(10) == f"PAGE {number}"

    assert len(threads) == 1
    assert threads.isdisjoint({threading.get_ident()})


def test_a_page_waits_as_often_as_it_likes(loop: PageLoop) -> None:
    def read(letter: str) -> str:
        found = ""
        for number in range(50):
            answer: Future[str] = Future()
            threading.Thread(target=answer.set_result, args=(f"{letter}{number} ",)).start()
            found += loop.wait(answer)
        return found

    pages = {letter: loop.submit(partial(read, letter)) for letter in "abcd"}

    for letter, page in pages.items():
        assert page.result(30) == "".join(f"{letter}{number} " for number in range(50))


def test_what_fails_fails_its_own_page_only(loop: PageLoop) -> None:
    lost, kept = Future[str](), Future[str]()
    failing, other = (loop.submit(partial(loop.wait, answer)) for answer in (lost, kept))

    lost.set_exception(OSError("the recogniser died"))
    kept.set_result("text")

    with pytest.raises(OSError, match="the recogniser died"):
        failing.result(10)
    assert other.result(10) == "text"
    with pytest.raises(ZeroDivisionError):
        loop.submit(lambda: 1 // 0).result(10)


def test_an_answer_that_is_there_costs_no_turn(loop: PageLoop) -> None:
    answer: Future[str] = Future()
    answer.set_result("there")

    assert loop.submit(partial(loop.wait, answer)).result(10) == "there"
    assert loop.wait(answer) == "there", "and elsewhere it is only waited for"
