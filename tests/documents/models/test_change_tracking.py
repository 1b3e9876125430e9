"""A row knows which of its fields are not saved, and writes those only."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from documents.models import Document
from tests.factories import make_document

pytestmark = pytest.mark.django_db


def loaded() -> Document:
    return Document.objects.get(id=make_document().id)


def test_a_loaded_or_saved_row_has_no_changes() -> None:
    document = make_document()

    assert document.changed_fields() == []
    assert Document.objects.get(id=document.id).changed_fields() == []


def test_assigned_values_are_changes_unless_equal() -> None:
    document = loaded()
    document.title, document.size = "other", document.size
    document.result_files = {**document.result_files, "txt": {}}

    assert set(document.changed_fields()) == {"title", "result_files"}


def test_only_changes_are_written() -> None:
    document = loaded()
    Document.objects.filter(id=document.id).update(language="ru")
    document.title = "other"

    document.save_changed_fields()

    assert document.changed_fields() == []
    document.refresh_from_db()
    assert (document.title, document.language) == ("other", "ru")
    assert document.changed_fields() == []


def test_a_row_without_changes_is_not_written() -> None:
    document = loaded()

    with CaptureQueriesContext(
        connection,
    ) as queries:
        document.save_changed_fields()

    assert len(queries) == 0


def test_what_was_not_loaded_is_no_change() -> None:
    make_document()
    document = Document.objects.only("id", "title").get()
    assert document.changed_fields() == []

    document.title = "other"
    assert document.size > 0  # loads it now

    assert document.changed_fields() == ["title"]


def test_a_foreign_key_is_compared_by_its_id() -> None:
    document = loaded()
    assert document.team.name
    document.team = document.team
    assert document.changed_fields() == []

    document.team = make_document().team
    assert document.changed_fields() == ["team"]
