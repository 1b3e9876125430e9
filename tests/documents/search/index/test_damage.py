"""What is damaged is found; what the machine or a document lacks costs no index."""

from __future__ import annotations

import uuid
import zlib
from pathlib import Path

import pytest

from documents.errors import SearchUnavailable
from documents.events import delete_document
from documents.models import Document, Reading
from documents.models.fields import Packed
from documents.search.index import lifecycle
from documents.search.index.consistency_check import check_index
from documents.search.index.description import describe_index
from documents.search.index.follower import Follower
from documents.search.index.generation import Generation
from documents.search.index.index_files import read_current
from documents.search.index.index_reader import IndexReader
from documents.search.index.integrity import find_truncated_files
from tests.documents.search.index.following import catch_up, followed, found
from tests.factories import make_document, make_team

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


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
