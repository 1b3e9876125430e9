"""The search page as a person gets it, over two documents."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from documents.models import Document, Team
from tests.factories import make_document

HERE = "/search/"


def shown(browser: Client, **parameters: str) -> str:
    answer = browser.get(HERE, parameters, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def document(team: Team, follow: Callable[[], None]) -> Document:
    found = make_document(
        team,
        title="Папка <b>",
        pages=["Договор аренды <script>", "Акт приёмки", "Договор"],
        tags=["Срочно"],
    )
    make_document(team, title="Ещё", pages=["Договор"], tags=["Потом"])
    follow()
    return found
