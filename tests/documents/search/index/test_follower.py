"""The index matches the database, whatever changes there."""

from __future__ import annotations

from pathlib import Path

import pytest
from tantivy import Query

from documents.actions.correct import correct
from documents.actions.edit import edit
from documents.actions.purge import purge
from documents.actions.trash import trash
from documents.actions.untrash import untrash
from documents.events import commit_change
from documents.search.index import entry_writer
from documents.search.index.consistency_check import check_index
from documents.search.index.index_files import read_current
from documents.search.index.index_reader import IndexReader
from tests.documents.search.index.following import catch_up, followed, found
from tests.factories import make_document, make_page, make_reading, make_team

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_a_page_is_found_once_it_was_followed(root: Path) -> None:
    follower = followed(root)
    make_document(make_team(), pages=["Первый лист", "Второй лист"])
    assert found(root, "лист") == 0

    catch_up(follower)

    assert found(root, "лист") == 2
    assert check_index(root).is_consistent


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
