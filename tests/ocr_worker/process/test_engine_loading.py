"""An engine that is unavailable is tried again, and what is reported of it stays true."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from documents.errors import EngineUnavailable
from ocr_worker.engines.select_engine import LoadedEngine
from ocr_worker.process import engine_loading
from ocr_worker.process.engine_loading import EngineLoading
from tests.ocr_worker.claims import Pretending
from tests.ocrsite.running_site import eventually

ABSENT = EngineUnavailable("Install the language data.")
Outcome = Exception | None


@pytest.fixture
def loading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., EngineLoading]]:
    """Begins to load engines, one after the other; the last one forever."""
    monkeypatch.setattr(engine_loading, "RETRY_SECONDS", 0.01)
    stopping = threading.Event()

    def begin(*outcomes: Outcome, on_failure: Callable[[], None] = lambda: None) -> EngineLoading:
        left = list(outcomes)

        def load(deaths: int) -> LoadedEngine:
            outcome = left.pop(0) if len(left) > 1 else left[0]
            if outcome is not None:
                raise outcome
            return LoadedEngine(Pretending())

        loading = EngineLoading(load, stopping=stopping, on_failure=on_failure)
        loading.start()
        return loading

    yield begin
    stopping.set()


def is_ready(loading: EngineLoading) -> bool:
    return loading.state == "ready"


def test_an_engine_installed_later_becomes_ready_by_itself_and_is_logged(
    loading: Callable[..., EngineLoading],
) -> None:
    with capture_logs() as log:
        engine = loading(ABSENT, ABSENT, ABSENT, None)
        eventually(lambda: is_ready(engine), 20, "ready")

    assert engine.engine is not None
    assert engine.detail is None
    assert [entry["event"] for entry in log] == ["engine_unavailable", "engine_ready"], (
        "the same only once"
    )


def test_between_attempts_it_is_absent_and_not_loading(
    loading: Callable[..., EngineLoading],
) -> None:
    engine = loading(ABSENT)
    eventually(lambda: engine.state == "absent", 20, "absent")

    seen = {(engine.state.value, engine.detail) for _ in range(10_000)}

    assert seen == {("absent", ABSENT.detail)}


def test_another_reason_is_logged_too(loading: Callable[..., EngineLoading]) -> None:
    with capture_logs() as log:
        engine = loading(ABSENT, EngineUnavailable("Install osd."), None)
        eventually(lambda: is_ready(engine), 20, "ready")

    assert [entry.get("reason") for entry in log[:2]] == [ABSENT.detail, "Install osd."]


def test_an_unexpected_error_ends_the_worker_at_the_first_attempt_only(
    loading: Callable[..., EngineLoading],
) -> None:
    ended = threading.Event()

    first = loading(MemoryError("no room"), on_failure=ended.set)
    assert ended.wait(20)
    assert first.detail == "The OCR engine did not load: MemoryError: no room"
    assert first.state == "loading"

    ended.clear()
    later = loading(ABSENT, MemoryError("no room"), None, on_failure=ended.set)
    eventually(lambda: is_ready(later), 20, "ready")
    assert not ended.is_set()
