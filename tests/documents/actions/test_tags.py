"""Tags change at the same time as the documents that carry them; no transaction waits or fails."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from documents.actions import edit as edit_module
from documents.actions.delete_tag import delete_tag
from documents.actions.edit import edit
from documents.actions.rename_tag import rename_tag
from documents.actions.upload import upload
from documents.errors import Conflict, InvalidRequest, NotFound
from documents.files.upload_staging import stage
from documents.models import Document, Tag, Team
from documents.models.tag_names import get_or_create_tags
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.postgresql

#: SQLite has one writer at a time: what happens at once there happens one after the other.
several_writers = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only PostgreSQL has several writers at a time"
)


def tags_of(document: Document) -> set[str]:
    return set(document.tags.values_list("name", flat=True))


def at_once(*tasks: Callable[[], Any]) -> None:
    """Run them side by side; the first error of any is raised here."""
    errors: list[BaseException] = []

    def run(task: Callable[[], Any]) -> None:
        try:
            task()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    if errors:
        raise errors[0]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [lambda tag: rename_tag(tag.id, "new", actor=None),
                                    lambda tag: delete_tag(tag.id, actor=None)])  # fmt: skip
def test_a_tag_that_changes_makes_a_new_version_of_its_documents_alone(
    change: Callable[[Tag], Any],
) -> None:
    team = make_team()
    carrier, other = make_document(team, tags=["old"]), make_document(team, tags=["another"])

    change(carrier.tags.get())

    carrier.refresh_from_db()
    other.refresh_from_db()
    assert (carrier.version, other.version) == (2, 1)


@pytest.mark.django_db
def test_a_tag_that_is_not_there_is_not_found() -> None:
    tag = Tag(name="never kept")

    with pytest.raises(NotFound):
        rename_tag(tag.id, "new", actor=None)


@pytest.mark.django_db
def test_a_name_that_no_database_keeps_is_refused() -> None:
    document = make_document(tags=["old"])

    with pytest.raises(InvalidRequest) as caught:
        rename_tag(document.tags.get().id, "a\x00b", actor=None)

    assert set(caught.value.fields) == {"name"}


@pytest.mark.django_db
def test_a_comma_parts_tags_and_is_in_no_name_of_one() -> None:
    document = make_document(tags=["old"])

    with pytest.raises(InvalidRequest) as caught:
        rename_tag(document.tags.get().id, "old, new", actor=None)
    with pytest.raises(InvalidRequest):
        get_or_create_tags(document.team, ["one", "two, three"])

    assert set(caught.value.fields) == {"name"}
    assert set(Tag.objects.values_list("name", flat=True)) == {"old"}


@contextmanager
def before_the_tag_is_locked(act: Callable[[], None]) -> Iterator[None]:
    """`act` runs before each query that reads a tag by its id: a rename or a deletion has locked
    the tag's documents by then."""
    acting = False

    def act_first(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        nonlocal acting
        if not acting and re.search(r'FROM "documents_tag" WHERE "documents_tag"."id" =', sql):
            acting = True
            act()
            acting = False
        return execute(sql, *args)

    with connection.execute_wrapper(act_first):
        yield


@pytest.mark.django_db
def test_a_tag_that_never_comes_to_rest_is_a_conflict() -> None:
    document = make_document(tags=["old"])
    tag = document.tags.get()
    others = iter([make_document(document.team) for _ in range(20)])

    with before_the_tag_is_locked(lambda: next(others).tags.add(tag)), pytest.raises(Conflict):
        rename_tag(tag.id, "new", actor=None)

    assert tags_of(document) == {"old"}


@several_writers
@pytest.mark.django_db(transaction=True)
def test_a_document_that_gets_the_tag_meanwhile_is_a_version_on_as_well() -> None:
    team = make_team()
    tag, late = make_document(team, tags=["old"]).tags.get(), make_document(team)

    with before_the_tag_is_locked(lambda: at_once(lambda: late.tags.add(tag))):
        rename_tag(tag.id, "new", actor=None)

    assert set(Document.objects.values_list("version", flat=True)) == {2}


@several_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("delete", [False, True])
def test_a_tag_changes_while_a_document_is_given_it(
    monkeypatch: pytest.MonkeyPatch, delete: bool
) -> None:
    document = make_document(tags=["tag", "other"])
    tag = document.tags.get(name="tag")
    locked = threading.Event()

    def tags_after_a_while(team: Team, names: Iterable[str]) -> list[Tag]:
        locked.set()
        time.sleep(0.5)
        return get_or_create_tags(team, names)

    monkeypatch.setattr(edit_module, "get_or_create_tags", tags_after_a_while)

    def give() -> None:
        edit(document.id, actor=None, tags=["tag"])

    def change() -> None:
        locked.wait(60)
        if delete:
            delete_tag(tag.id, actor=None)
        else:
            rename_tag(tag.id, "new", actor=None)

    at_once(give, change)

    assert tags_of(document) == (set() if delete else {"new"})


@several_writers
@pytest.mark.django_db(transaction=True)
def test_a_tag_deleted_while_a_file_comes_in_with_it_does_not_stop_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    team = make_team()
    user = make_user(team=team)
    tag = Tag.objects.create(team=team, name="tag")
    found = threading.Event()
    save = QuerySet.bulk_create

    def later(rows: QuerySet[Any], *arguments: Any, **options: Any) -> Any:
        if rows.model is Document.tags.through:
            found.set()
            time.sleep(0.5)
        return save(rows, *arguments, **options)

    monkeypatch.setattr(QuerySet, "bulk_create", later)

    def delete() -> None:
        found.wait(60)
        delete_tag(tag.id, actor=None)

    at_once(lambda: upload(user, stage([b"%PDF-1.4 x"]), "a.pdf", tags=["tag"]), delete)

    assert tags_of(Document.objects.get()) == set()
