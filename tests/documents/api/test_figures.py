"""GET figures/{name}: pictures cut out of pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from documents.files.figures import figure_key, name_of
from documents.files.storage import archive
from documents.models import Document, Team
from documents.replication.store_figures import store_figures
from tests.documents.api.conftest import problem_of
from tests.factories import FIGURE, layout_with_figure, make_document, make_reading

pytestmark = pytest.mark.any_database

Url = Callable[..., str]
NAME = name_of(1, FIGURE)


@pytest.fixture
def document(team: Team) -> Document:
    document = make_document(team, pages=[None], filename="счёт.pdf")
    figures = store_figures(document.id, 1, layout_with_figure(), {NAME: FIGURE})
    make_reading(document.pages.get(), layout_with_figure(), figures=figures)
    return document


def test_a_figure_is_sent_as_an_image_that_never_changes(
    api: APIClient, document: Document, url: Url
) -> None:
    answer = api.get(url(document, f"figures/{NAME}"))

    assert b"".join(answer.streaming_content) == FIGURE  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"].startswith("inline")
    caching = answer.headers["Cache-Control"]
    assert "private" in caching and "immutable" in caching
    assert {"Authorization", "Cookie"} <= set(answer.headers["Vary"].split(", "))
    again = api.get(url(document, f"figures/{NAME}"), HTTP_IF_NONE_MATCH=answer.headers["ETag"])
    assert again.status_code == 304
    assert again.headers["Cache-Control"] == caching


def test_it_is_for_the_team_alone(
    stranger_api: APIClient, anonymous_api: APIClient, document: Document, url: Url
) -> None:
    problem_of(stranger_api.get(url(document, f"figures/{NAME}")), 404)
    problem_of(anonymous_api.get(url(document, f"figures/{NAME}")), 401)


@pytest.mark.parametrize(
    "name",
    [name_of(1, b"?"), name_of(2, FIGURE), "manifest.json", "..%2fmanifest.json", "x" * 5000],
)
def test_only_what_a_reading_names_is_there(
    name: str, api: APIClient, document: Document, url: Url
) -> None:
    archive().write(figure_key(document.id, name_of(1, b"?")), b"?")

    problem_of(api.get(url(document, f"figures/{name}")), 404)


def test_one_that_is_lost_says_so(api: APIClient, document: Document, url: Url) -> None:
    archive().path(figure_key(document.id, NAME)).unlink()

    problem_of(api.get(url(document, f"figures/{NAME}")), 404)
