"""What requests note is written by a thread of its own, and waits where it can't be."""

from __future__ import annotations

import pytest

from ocrsite.front import written_later
from tests.ocrsite.running_site import eventually


def test_every_flush_is_called_again_and_again_whatever_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(written_later, "EVERY", 0.01)
    calls: list[str] = []

    def fail_at_first() -> int:
        calls.append("one")
        if len(calls) < 3:
            raise OSError("database is locked")
        return 1

    def count() -> int:
        calls.append("other")
        return 0

    written_later.write_later(fail_at_first, count)

    eventually(lambda: calls.count("other") >= 2, 30, "two rounds")
    assert calls[:4] == ["one", "one", "one", "other"]
