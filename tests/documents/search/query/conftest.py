"""A team, its member, and a document of four pages."""

from __future__ import annotations

import pytest

from documents.models import Document, Team, User
from tests.documents.search.query.asking import Follow
from tests.factories import make_document, make_team, make_user


@pytest.fixture
def team() -> Team:
    return make_team("Main")


@pytest.fixture
def user(team: Team) -> User:
    return make_user(team=team)


@pytest.fixture
def contract(team: Team, follow: Follow) -> Document:
    document = make_document(
        team,
        title="Папка",
        pages=[
            "Договор аренды № 12/2025 от 12 мая 2025 г.",
            "Акт приёмки. Сумма 1 250 000,00 руб.",
            "Дoгoвop поставки и аренда склада",
            "The contract was signed in Moscow, arXiv:1004.1461v1",
        ],
        tags=["Срочно"],
        language="ru",
    )
    follow()
    return document
