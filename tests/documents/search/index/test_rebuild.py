"""An index that can't be used, or is to be new, is built beside the one that is searched."""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from documents.actions.edit import edit
from documents.errors import SearchUnavailable
from documents.models import ArchiveIdentity, SearchChange
from documents.search.index import build, index_flags
from documents.search.index.consistency_check import check_index
from documents.search.index.follower import Follower
from documents.search.index.index_files import read_current
from documents.search.index.index_reader import IndexReader
from tests.documents.search.index.following import catch_up, followed, found
from tests.factories import make_document, make_team

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_a_first_start_is_no_warning(root: Path) -> None:
    with capture_logs() as logs:
        followed(root)

    events = [(entry["log_level"], entry["event"]) for entry in logs]
    assert events[:2] == [("info", "search_index_created"), ("info", "search_build_started")]
    assert {level for level, _ in events} == {"info"}


def test_a_damaged_index_is_a_warning(root: Path) -> None:
    followed(root)
    make_unusable(root, "without a state")
    with capture_logs() as logs:
        followed(root)

    warnings = [entry["event"] for entry in logs if entry["log_level"] == "warning"]
    assert warnings == ["search_index_missing_or_damaged"]


def make_unusable(root: Path, how: str) -> None:
    current = read_current(root)
    assert current is not None
    if how == "deleted":
        shutil.rmtree(root)
    elif how == "without a state":
        (current / "state.json").unlink()
    elif how == "of another format":
        state = current / "state.json"
        content = json.loads(state.read_text())
        state.write_text(json.dumps({**content, "format": "0.0"}))
    elif how == "of another archive":
        ArchiveIdentity.objects.update(archive=uuid.uuid4())
    elif how == "of an older database":
        SearchChange.objects.all().delete()
        make_document(make_team(), pages=["Ещё лист"])
    elif how == "without its list of segments":
        (current / "meta.json").write_text("{")
    elif how == "without the end of its words":
        words = max((current / "words").glob("*.term"), key=lambda path: path.stat().st_size)
        words.write_bytes(words.read_bytes()[:-10])
    else:
        segment = max(current.glob(f"*.{how}"), key=lambda path: path.stat().st_size)
        content = segment.read_bytes()
        segment.write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    "how",
    [
        "deleted",
        "without a state",
        "of another format",
        "of another archive",
        "of an older database",
        "without its list of segments",
        "without the end of its words",
        "store",
        "term",
        "idx",
        "pos",
        "fast",
    ],
)
def test_an_index_that_can_not_be_used_is_rebuilt(root: Path, how: str) -> None:
    make_document(make_team(), pages=["Первый лист", "Второй лист"])
    followed(root)
    before = read_current(root)
    make_unusable(root, how)

    followed(root)

    assert read_current(root) != before
    assert found(root, "лист") == 2 + (how == "of an older database")
    assert check_index(root).is_consistent


def test_an_index_that_goes_while_it_is_followed_comes_back(root: Path) -> None:
    make_document(make_team(), pages=["Первый лист"])
    follower = followed(root)
    shutil.rmtree(root)
    with pytest.raises(SearchUnavailable):
        IndexReader(root).open_snapshot()
    root.mkdir()

    catch_up(follower)

    assert found(root, "лист") == 1


@contextlib.contextmanager
def paused_build() -> Iterator[None]:
    """A build that is started makes no progress."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(build, "SLICE", 0)
        yield


def test_while_an_index_is_rebuilt_the_old_one_is_searched(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.search.index.follower.REPORT_INTERVAL", 0)
    make_document(make_team(), pages=["Первый лист"])
    follower = followed(root)
    before = read_current(root)
    index_flags.request_rebuild(root)
    with paused_build():
        follower.step()
        assert (read_current(root), found(root, "лист")) == (before, 1)

        make_document(make_team(), pages=["Ещё лист"])
        follower.step()
        assert (read_current(root), found(root, "лист")) == (before, 2)
        assert "rebuilt" in IndexReader(root).open_snapshot().warnings[0]

    catch_up(follower)
    assert read_current(root) != before
    assert found(root, "лист") == 2
    assert check_index(root).is_consistent


def test_a_requested_rebuild_is_done_though_its_process_was_killed(root: Path) -> None:
    make_document(make_team(), pages=["Первый лист"])
    follower = followed(root)
    before = read_current(root)
    index_flags.request_rebuild(root)
    with paused_build():
        follower.step()
    assert follower.building is not None
    del follower

    followed(root)

    assert read_current(root) != before
    rebuilt = read_current(root)
    followed(root)
    assert read_current(root) == rebuilt


def test_while_a_rebuild_goes_on_after_a_kill_the_old_index_is_followed(root: Path) -> None:
    make_document(make_team(), pages=["Первый лист"])
    followed(root)
    before = read_current(root)
    index_flags.request_rebuild(root)
    with paused_build():
        Follower(root).step()  # killed here
        make_document(make_team(), pages=["Второй лист"])
        follower = Follower(root)
        follower.step()

    assert follower.building is not None
    assert read_current(root) == before
    assert found(root, "лист") == 2


def test_what_changes_while_long_documents_are_built_in_waits_for_few_of_them(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team()
    for _ in range(4):
        make_document(team, pages=["Лист"] * 3)
    monkeypatch.setattr(build, "PAGE_BATCH", 6)
    monkeypatch.setattr(build, "SLICE", 0.0001)
    follower = Follower(root)

    follower.step()

    assert follower.building is not None
    assert follower.building.built == 2


def test_an_index_being_built_goes_on_where_its_process_was_killed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team()
    for _ in range(5):
        make_document(team, pages=["Лист"])
    monkeypatch.setattr(build, "DOCUMENT_BATCH", 2)
    monkeypatch.setattr(build, "SLICE", 0.0001)
    monkeypatch.setattr(build, "COMMIT_INTERVAL", 0)
    follower = Follower(root)
    follower.step()
    assert follower.building is not None
    half = follower.building.directory
    assert follower.building.state.built == 2
    del follower

    followed(root)

    assert read_current(root) == half
    assert found(root, "лист") == 5
    assert check_index(root).is_consistent


def test_a_document_that_changes_while_it_is_built_in_is_there_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = make_team()
    documents = [make_document(team, pages=["Лист"]) for _ in range(5)]
    monkeypatch.setattr(build, "DOCUMENT_BATCH", 2)
    monkeypatch.setattr(build, "SLICE", 0.0001)
    follower = Follower(root)
    follower.step()  # two are built in, and not committed yet
    for document in documents:
        edit(document.id, actor=None, title="Иначе")

    catch_up(follower)

    assert found(root, "лист") == 5
    assert check_index(root).is_consistent
