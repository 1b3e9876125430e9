"""An index that follows the test's database on demand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from documents.search.index.follower import Follower


@pytest.fixture
def follow(search_directory: Path) -> Callable[[], None]:
    """Calling it makes everything in the database findable."""
    follower = Follower(search_directory)

    def catch_up() -> None:
        while follower.step() or follower.is_behind:
            pass

    return catch_up
