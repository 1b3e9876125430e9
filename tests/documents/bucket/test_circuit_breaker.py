"""The breaker: no caller waits for a service that does not answer, and its recovery is noticed."""

from __future__ import annotations

import threading

import pytest

from documents.bucket.circuit_breaker import Breaker
from documents.bucket.errors import (
    BucketBusy,
    BucketForbidden,
    BucketFull,
    BucketOpen,
    BucketUnreachable,
    ObjectMissing,
)
from documents.errors import StorageFull


class Clock:
    """Advances on request."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock=clock)


def fail(breaker: Breaker, error: BaseException | None = None, times: int = 1) -> None:
    error = error or BucketUnreachable()
    for _ in range(times):
        with pytest.raises(type(error)), breaker.guard():
            raise error


def passes(breaker: Breaker) -> bool:
    """Whether something that works gets through; it does work, then."""
    try:
        with breaker.guard():
            return True
    except BucketOpen:
        return False


def test_what_works_passes_for_ever(breaker: Breaker) -> None:
    assert all(passes(breaker) for _ in range(10))
    assert breaker.seconds_left == 0


@pytest.mark.parametrize("error", [BucketUnreachable(), BucketBusy(), TimeoutError()])
def test_three_failures_in_a_row_open_it(breaker: Breaker, error: Exception) -> None:
    fail(breaker, error, times=3)

    with pytest.raises(BucketOpen, match="tried again in 30 s"), breaker.guard():
        pytest.fail("it is open")
    assert breaker.seconds_left == 30


def test_failures_that_are_not_in_a_row_do_not(breaker: Breaker) -> None:
    for _ in range(5):
        fail(breaker, times=2)
        assert passes(breaker)

    assert passes(breaker)


@pytest.mark.parametrize("error", [ObjectMissing(), BucketForbidden(), BucketFull()])
def test_a_refusal_is_an_answer(breaker: Breaker, error: Exception) -> None:
    fail(breaker, error, times=10)
    fail(breaker, times=2)
    fail(breaker, error)
    fail(breaker, times=2)

    assert passes(breaker)


@pytest.mark.parametrize("error", [StorageFull(), OSError(), KeyboardInterrupt()])
def test_an_error_of_this_machine_counts_neither_way(
    breaker: Breaker, error: BaseException
) -> None:
    fail(breaker, error, times=10)
    assert passes(breaker)

    fail(breaker, times=2)
    fail(breaker, error)
    fail(breaker)
    assert not passes(breaker)


def test_an_open_one_looks_like_something_unreachable(breaker: Breaker) -> None:
    fail(breaker, times=3)

    with pytest.raises(BucketUnreachable), breaker.guard():
        pytest.fail("it is open")


def test_after_a_while_one_may_try_and_an_answer_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, times=3)
    clock.now += 29.9
    assert not passes(breaker)

    clock.now += 0.1
    assert breaker.seconds_left == 0
    assert passes(breaker)

    fail(breaker, times=2)
    assert passes(breaker), "it counts from the beginning"


def test_each_try_that_fails_opens_it_for_longer(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, times=3)
    pauses = []
    for _ in range(5):
        pauses.append(breaker.seconds_left)
        clock.now += breaker.seconds_left
        fail(breaker)
        assert not passes(breaker)
    clock.now += breaker.seconds_left
    assert passes(breaker)
    fail(breaker, times=3)

    assert pauses == [30, 60, 120, 120, 120]
    assert breaker.seconds_left == 30, "and from the beginning once it worked"


def test_only_one_tries_at_a_time(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, times=3)
    clock.now += 30

    with breaker.guard():
        assert not passes(breaker)
    assert passes(breaker)


def test_a_trial_without_an_outcome_lets_the_next_call_try(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, times=3)
    clock.now += 30
    fail(breaker, StorageFull())

    assert passes(breaker)


def test_those_that_were_under_way_when_it_opened_do_not_prolong_it(
    breaker: Breaker, clock: Clock
) -> None:
    def ask() -> None:
        with breaker.guard():
            fail(breaker, times=3)
            clock.now += 10
            raise BucketUnreachable

    with pytest.raises(BucketUnreachable):
        ask()

    assert breaker.seconds_left == 20


def test_one_breaker_in_another_is_counted_once(breaker: Breaker, clock: Clock) -> None:
    outer = Breaker(clock=clock)
    fail(breaker, times=3)
    for _ in range(10):
        with pytest.raises(BucketOpen), outer.guard(), breaker.guard():
            pytest.fail("it is open")

    assert outer.seconds_left == 0


def test_threads_share_it(breaker: Breaker) -> None:
    together = threading.Barrier(20)

    def ask() -> None:
        together.wait()
        fail(breaker)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert breaker.seconds_left == 30
    assert not passes(breaker)


def test_an_answer_to_another_caller_closes_it(breaker: Breaker) -> None:
    fail(breaker, times=3)

    breaker.record_answer()

    assert passes(breaker)
