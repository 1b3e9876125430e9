"""The index matches the database, whatever happened to either."""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tantivy import Query

from documents.actions.correct import correct
from documents.actions.edit import edit
from documents.actions.purge import purge
from documents.actions.trash import trash
from documents.actions.untrash import untrash
from documents.errors import SearchUnavailable
from documents.events import commit_change, delete_document
from documents.models import ArchiveIdentity, Document, Reading, SearchChange
from documents.models.fields import Packed
from documents.search.index import build, entry_writer, index_flags, lifecycle
from documents.search.index.consistency_check import check_index
from documents.search.index.description import describe_index
from documents.search.index.follower import Follower
from documents.search.index.generation import Generation
from documents.search.index.index_files import read_current
from documents.search.index.index_reader import IndexReader
from documents.search.index.integrity import find_truncated_files
from documents.search.index.schema import get_schema
from tests.factories import make_document, make_page, make_reading, make_team

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "search"


def followed(root: Path) -> Follower:
    """A follower whose index matches the database."""
    follower = Follower(root)
    catch_up(follower)
    return follower


def catch_up(follower: Follower) -> None:
    while follower.step() or follower.is_behind:
        pass


def found(root: Path, stem: str, field: str = "body") -> int:
    return IndexReader(root).open_snapshot().count(Query.term_query(get_schema(), field, stem))


def test_a_page_is_found_once_it_was_followed(root: Path) -> None:
    follower = followed(root)
    make_document(make_team(), pages=["Первый лист", "Второй лист"])
    assert found(root, "лист") == 0

    catch_up(follower)

    assert found(root, "лист") == 2
    assert check_index(root).is_consistent


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


def test_what_was_there_before_the_index_is_in_it(root: Path) -> None:
    make_document(make_team(), pages=["Первый лист", "Второй лист"])
    followed(root)
    assert found(root, "лист") == 2
    assert found(root, "letter", "title") == 2


def test_a_corrected_page_is_found_by_its_new_text_only(root: Path) -> None:
    document = make_document(make_team(), pages=["Первый лист", "Второй лист"])
    follower = followed(root)

    correct(document.id, 2, {"b0": "Второй документ"}, revision=0, actor=None)
    catch_up(follower)

    assert (found(root, "лист"), found(root, "документ")) == (1, 1)
    assert check_index(root).is_consistent


def test_new_facts_are_in_every_entry_and_the_texts_stay(root: Path) -> None:
    document = make_document(make_team(), pages=["Первый лист", "Второй лист"])
    follower = followed(root)

    edit(document.id, actor=None, title="Смета на ремонт", tags=["Срочно"])
    catch_up(follower)

    assert found(root, "смет", "title") == 2
    assert found(root, "срочно", "folded_tag") == 2
    assert found(root, "лист") == 2
    assert check_index(root).is_consistent


def test_what_is_in_the_trash_is_not_found_until_it_is_taken_out(root: Path) -> None:
    document = make_document(make_team(), pages=["Первый лист"])
    follower = followed(root)

    trash(document.id, actor=None)
    catch_up(follower)
    assert found(root, "лист") == 0
    untrash(document.id, actor=None)
    catch_up(follower)
    assert found(root, "лист") == 1

    trash(document.id, actor=None)
    purge(document.id)
    catch_up(follower)
    assert found(root, "лист") == 0
    assert check_index(root).is_consistent


def test_a_document_that_was_not_read_is_found_by_its_title(root: Path) -> None:
    document = make_document(make_team(), title="Устав общества", pages=[None, "второй лист"])
    follower = followed(root)
    assert found(root, "устав", "title") == 2

    page = document.pages.get(number=1)
    page.current_reading = make_reading(page, "первый лист")
    page.save()
    commit_change(document)
    catch_up(follower)

    assert IndexReader(root).open_snapshot().count(Query.all_query()) == 2  # its cover is gone
    assert check_index(root).is_consistent


def test_a_page_that_is_no_more_is_not_found(root: Path) -> None:
    document = make_document(make_team(), pages=["Первый лист", "Второй лист"])
    follower = followed(root)
    document.pages.get(number=2).delete()
    commit_change(document)
    catch_up(follower)
    assert found(root, "лист") == 1
    assert check_index(root).is_consistent


def test_an_index_is_taken_up_where_it_was_left(root: Path) -> None:
    document = make_document(make_team(), pages=["Первый лист"])
    del (first := {"it": followed(root)})["it"]
    generation = read_current(root)
    make_page(document, 2, "Второй лист")
    commit_change(document)

    followed(root)

    assert read_current(root) == generation
    assert found(root, "лист") == 2
    assert not first


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


@pytest.mark.parametrize(
    "reason",
    [
        "No space left on device",
        "Too many open files",
        "Failed to acquire Lockfile: LockBusy. None",
    ],
)
def test_an_index_is_not_given_up_for_what_the_machine_lacks(
    root: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    make_document(make_team(), pages=["Первый лист"])
    followed(root)
    before = read_current(root)

    def fails(*_: object) -> Generation:
        raise ValueError(reason)

    with monkeypatch.context() as lacking:
        lacking.setattr(lifecycle, "Generation", fails)
        with pytest.raises(ValueError, match=reason):
            Follower(root).step()
    followed(root)

    assert read_current(root) == before


def test_a_reader_that_has_no_file_to_spare_reports_no_damage(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_document(make_team(), pages=["Первый лист"])
    follower = followed(root)
    before = read_current(root)

    def fails(*_: object, **__: object) -> None:
        raise ValueError('Failed to open file for read: IoError "Too many open files"')

    with monkeypatch.context() as lacking:
        lacking.setattr("documents.search.index.index_reader.vocabulary.open_vocabulary", fails)
        with pytest.raises(SearchUnavailable):
            IndexReader(root).open_snapshot()
    catch_up(follower)

    assert read_current(root) == before
    assert found(root, "лист") == 1


def test_a_listener_that_fails_does_not_stop_the_index(root: Path) -> None:
    def fails(_: list[uuid.UUID]) -> None:
        raise ValueError("Expected U64 type for field created, got -1")

    follower = Follower(root, fails)
    catch_up(follower)
    make_document(make_team(), pages=["Первый лист"])
    catch_up(follower)

    assert found(root, "лист") == 1


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


def test_a_byte_that_changed_is_found_by_a_check(root: Path) -> None:
    make_document(make_team(), pages=["Первый лист"])
    followed(root)
    current = read_current(root)
    assert current is not None
    segment = next(current.glob("*.store"))
    content = bytearray(segment.read_bytes())
    content[3] ^= 1
    segment.write_bytes(content)

    assert check_index(root).damaged_files == [segment.name]


def test_a_cut_file_of_the_words_is_noticed_as_one_of_the_pages_is(root: Path) -> None:
    make_document(make_team(), pages=["Первый лист"])
    followed(root)
    current = read_current(root)
    assert current is not None
    segment = next((current / "words").glob("*.term"))
    segment.write_bytes(segment.read_bytes()[:-10])

    assert find_truncated_files(current) == [segment.name]


def test_a_check_tells_what_is_not_as_it_should_be(root: Path) -> None:
    document = make_document(make_team(), pages=["Первый лист"])
    make_document(make_team(), pages=["Второй лист"])
    followed(root)
    Document.objects.filter(id=document.id).update(title="Иначе")
    delete_document(Document.objects.exclude(id=document.id).get().id)

    result = check_index(root)

    assert (result.outdated, result.superfluous) == (1, 1)
    assert "0 changes" not in describe_index(root)["waiting"]


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


@pytest.mark.parametrize(
    "layout",
    [
        {"layout_version": 99},
        {"width": 2**40, "height": 1, "dpi": 1},
        {"width": None, "height": 1, "dpi": 1},
        {
            "width": 1,
            "height": 1,
            "dpi": 1,
            "blocks": [
                {"id": "a", "label": "text", "text": "Лист", "bbox": [0, 0, float("inf"), 1]},
            ],
        },
        Packed(b"no deflated JSON"),
        Packed(zlib.compress(b"{")),
    ],
)
def test_a_page_that_makes_no_sense_keeps_no_other_from_being_found(
    root: Path, layout: object
) -> None:
    document = make_document(make_team(), pages=["Первый лист", "Второй лист"])
    Reading.objects.filter(page__document=document, page__number=1).update(layout=layout)

    followed(root)

    assert found(root, "лист") == 1
    assert check_index(root).is_consistent


def test_a_change_of_many_pages_keeps_back_no_other(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.search.index.generation.REWRITES_BESIDE_CHANGES", 4)
    long = make_document(make_team(), title="Книга", pages=["Длинный лист"] * 20)
    follower = followed(root)
    edit(long.id, actor=None, title="Тетрадь")
    follower.step()
    make_document(make_team(), pages=["Короткое письмо"])

    follower.step()

    assert found(root, "письм") == 1
    assert 0 < found(root, "тетрад", "title") < 20
    assert found(root, "лист") == 20  # each is found all the while
    catch_up(follower)
    assert (found(root, "тетрад", "title"), found(root, "книг", "title")) == (20, 0)
    assert check_index(root).is_consistent


def test_what_was_not_indexed_when_the_process_was_killed_is_indexed_by_the_next(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_writer, "MAX_NEW_ENTRIES", 4)
    follower = followed(root)
    make_document(make_team(), pages=["Длинный лист"] * 20)
    follower.step()
    assert 0 < found(root, "лист") < 20
    del follower

    followed(root)

    assert found(root, "лист") == 20
    assert check_index(root).is_consistent
