"""The process that follows an index writes only while it has the lock."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tantivy import Query

from documents.search.index.follower_process import FollowerProcess
from documents.search.index.index_lock import IndexLock
from documents.search.index.index_reader import IndexReader
from documents.search.index.schema import get_schema
from tests.factories import make_document, make_team


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "search"


def found(root: Path, stem: str) -> int:
    query = Query.term_query(get_schema(), "body", stem)
    return IndexReader(root).open_snapshot().count(query)


class Script(threading.Event):
    """A request to stop: each time the process waits, the next action happens, then it stops."""

    def __init__(self, *actions: Callable[[], object]) -> None:
        super().__init__()
        self._actions = list(actions)

    def wait(self, timeout: float | None = None) -> bool:
        if not self._actions:
            self.set()
        elif not timeout:
            return self.is_set()  # it is busy
        else:
            self._actions.pop(0)()
        return self.is_set()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_process_that_lost_the_lock_writes_no_more_until_it_has_it_again(root: Path) -> None:
    make_document(make_team(), pages=["Первый лист"])
    other = IndexLock(root)

    def take_over() -> None:
        assert found(root, "лист") == 1
        shutil.rmtree(root)
        assert other.acquire()

    def wrote_nothing() -> None:
        assert [path.name for path in root.iterdir()] == ["lock"]

    def give_back() -> None:
        wrote_nothing()
        other.release()

    script = Script(take_over, wrote_nothing, give_back, lambda: None)
    FollowerProcess(root, script).run()

    assert found(root, "лист") == 1
