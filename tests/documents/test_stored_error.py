"""A document or page keeps the message of its error, for readers of any language."""

from __future__ import annotations

import pytest
from django.utils import translation

from documents.errors import DamagedPage, InTrash
from documents.messages import Message
from documents.models import Document, PageStatus, Status, Team
from documents.models.stored_error import error_fields
from documents.replication.manifest import build_manifest
from tests.factories import make_document, make_page, make_team

ERROR = DamagedPage(
    Message(
        "Page {page} of the PDF is damaged. "
        "Export it again from the program that made it, or scan the paper again.",
        page=3,
    )
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


def test_a_stored_error_reads_in_both_languages(team: Team) -> None:
    document = make_document(team, status=Status.FAILED, **error_fields(ERROR))

    found = Document.objects.get(id=document.id)

    assert (found.error_code, found.error_detail) == ("damaged-page", ERROR.detail)
    with translation.override("ru"):
        assert found.error_text.translated() == (
            "Страница 3 этого PDF повреждена. Сохраните его заново в программе, где он создан, "
            "или отсканируйте бумагу ещё раз."
        )


def test_a_document_takes_the_error_of_its_page_and_loses_it(team: Team) -> None:
    document = make_document(team)
    page = make_page(document, 3, None, status=PageStatus.FAILED, **error_fields(ERROR))

    document.set_error(page, page.number)
    assert (document.error_text, document.error_page) == (ERROR.detail, 3)

    document.set_error(None)
    assert (document.error_code, document.error_detail, document.error_page) == ("", "", None)
    assert document.error_message is None


def test_a_stored_error_without_a_message_shows_what_it_has(team: Team) -> None:
    document = make_document(team, error_code=InTrash.code)

    assert document.error_text == InTrash.title
    document.error_detail = "It is broken."
    assert document.error_text == "It is broken."


def test_the_manifest_carries_the_messages(team: Team) -> None:
    document = make_document(team, status=Status.FAILED, **error_fields(ERROR))
    make_page(document, 1, None, status=PageStatus.FAILED, **error_fields(ERROR))

    manifest = build_manifest(document, "an archive")

    assert manifest["document"]["error_message"] == ERROR.message.to_json()
    [page] = manifest["pages"]
    assert page["error"] == {
        "code": "damaged-page",
        "detail": ERROR.detail,
        "message": {"msgid": ERROR.message.msgid, "params": {"page": 3}},
    }
