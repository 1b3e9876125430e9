"""A document's page in the admin offers copies of the same paper and similar ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from documents.models import Team
from tests.documents.search.conftest import follow
from tests.factories import make_document

pytestmark = pytest.mark.any_database

assert follow  # a fixture


def test_a_document_s_page_offers_copies_and_similar_ones(
    browser: Client, team: Team, follow: Callable[[], None]
) -> None:
    words = " ".join(f"слово{n}" for n in range(60))
    document = make_document(team, title="Первый", pages=[words])
    make_document(team, title="Скан того же", pages=[words])
    make_document(team, title="Похожий", pages=["слово1 слово2 слово3 и слово4, но не слово5"])
    address = f"/admin/documents/document/{document.id}/change/"
    assert "more than once" not in browser.get(address).content.decode()

    follow()
    text = browser.get(address).content.decode()

    assert "This paper may have been scanned more than once" in text
    assert "Скан того же" in text
