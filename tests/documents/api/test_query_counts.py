"""What lists, documents and pages ask the database: few questions, and none again for each row."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from documents.models import Origin, OriginKind, Team
from tests.factories import make_document

pytestmark = pytest.mark.postgresql

URL = "/api/v1/documents/"


def tables_asked(api: APIClient, path: str) -> list[str]:
    """The table of each query."""
    with CaptureQueriesContext(connection) as caught:
        assert api.get(path).status_code == 200
    return [query["sql"].partition(' FROM "')[2].partition('"')[0] for query in caught]


def test_a_list_loads_all_it_shows_whatever_a_document_has(api: APIClient, team: Team) -> None:
    make_document(team)
    plain = tables_asked(api, URL)
    document = make_document(
        team, pages=["text"], flags=["disputed"], error_code="damaged-page", held_at=timezone.now(),
        hold_reason="a lawsuit", replaces=uuid.uuid4(), message_id="<1@example.org>",
        mail={"subject": "Letter", "date": ""},
    )  # fmt: skip
    document.set_origin(Origin(OriginKind.FOLDER, "inbox", "a.pdf"))
    document.save()

    assert tables_asked(api, URL) == plain


@pytest.mark.parametrize("below", ["", "pages/1/"])
def test_a_document_and_a_page_are_one_question_each(
    api: APIClient, team: Team, url: Callable[..., str], below: str
) -> None:
    document = make_document(team, pages=["text"], tags=["letters"])

    tables = tables_asked(api, url(document, below))

    assert tables.count("documents_document") == 1
    assert tables.count("documents_page") == (1 if below else 0)
    assert "documents_membership" not in tables
