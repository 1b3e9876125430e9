"""`GET /api/v1/search/`, and `q` on the documents' list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.actions.trash import trash
from documents.models import Document, OriginKind, Team
from documents.search.index.follower import Follower
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def follow(search_directory: Path) -> Callable[[], None]:
    follower = Follower(search_directory)

    def catch_up() -> None:
        while follower.step() or follower.is_behind:
            pass

    return catch_up


@pytest.fixture
def team() -> Team:
    return make_team("Main")


@pytest.fixture
def document(team: Team, follow: Callable[[], None]) -> Document:
    found = make_document(
        team,
        title="Папка",
        pages=["Договор аренды", "Акт приёмки", "Договор"],
        tags=["Срочно"],
        flags=["disputed"],
        confidence=0.75,
        engines=[
            {"engine": "tesseract", "version": "5.5.4 rus+eng", "pages": 2},
            {"engine": "text-layer", "version": "1", "pages": 1},
        ],
        origin_kind=OriginKind.MAIL,
        origin_name="Invoices",
    )
    follow()
    return found


@pytest.fixture
def client(team: Team) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_user(team=team))
    return client


def search(client: APIClient, _expected: int = 200, /, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/api/v1/search/", parameters)
    assert answer.status_code == _expected, answer.json()
    return dict(answer.json())


def test_a_result_is_of_the_contract_s_shape(client: APIClient, document: Document) -> None:
    answer = search(client, q="договора аренда", facets="tag")

    (result,) = answer["results"]
    assert result["document"]["id"] == str(document.id)
    assert result["document"]["title"] == "Папка"
    assert result["document"]["team"] == str(document.team_id)
    assert result["page"] == 1
    assert result["snippet"] == "<mark>Договор</mark> <mark>аренды</mark>"
    assert result["score"] > 0
    assert [hit["text"] for hit in result["hits"]] == ["Договор", "аренды"]
    assert all(len(hit["bbox"]) == 4 for hit in result["hits"])
    assert client.get(result["links"]["page"]).status_code == 200
    assert (answer["count"], answer["next"], answer["previous"]) == (1, None, None)
    assert answer["facets"] == {"tag": [{"value": "Срочно", "count": 1}]}
    assert answer["index"]["complete"] is True


def test_links_lead_through_the_results(client: APIClient, document: Document) -> None:
    first = search(client, q="договор", page_size=1)
    second = client.get(first["next"]).json()
    assert {first["results"][0]["page"], second["results"][0]["page"]} == {1, 3}
    assert second["next"] is None
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_grouped_by_document(client: APIClient, document: Document) -> None:
    (result,) = search(client, q="договор", group="document")["results"]
    assert result["pages_found"] == 2
    assert [page["page"] for page in result["pages"]] == [3, 1]


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"tag": "срочно"}, 2),
        ({"tag": "иное"}, 0),
        ({"status": "ready"}, 2),
        ({"status": "failed"}, 0),
        ({"review_status": "unreviewed"}, 2),
        ({"mime_type": "application/pdf"}, 2),
        ({"created_after": "2020-01-01T00:00:00Z"}, 2),
        ({"created_before": "2020-01-01T00:00:00Z"}, 0),
        ({"year": "1999"}, 0),
        ({"flag": ["damaged", "disputed"]}, 2),
        ({"flag": "damaged"}, 0),
        ({"origin": "mail", "origin_name": "Invoices"}, 2),
        ({"origin": "folder"}, 0),
        ({"engine": "tesseract"}, 2),
        ({"engine": "paddleocr-vl"}, 0),
        ({"engine": "tesseract", "engine_version": "5.5"}, 2),
        ({"engine": "tesseract", "engine_version": "1"}, 0),
        ({"engine_version": ["1", "7"]}, 2),
        ({"engine_version": "5.5.4 rus+eng"}, 2),
        ({"confidence_below": "0.75"}, 0),
        ({"confidence_below": "0.7500001"}, 2),
        ({"confidence_below": "0"}, 0),
    ],
)
def test_the_filters_of_the_list_are_the_search_s_too(
    client: APIClient, document: Document, parameters: dict[str, Any], count: int
) -> None:
    assert search(client, q="договор", **parameters)["count"] == count
    listed = client.get("/api/v1/documents/", parameters).json()["results"]
    assert len(listed) == bool(count), "the same documents as in the list"


def test_what_read_the_pages_is_counted(client: APIClient, document: Document, team: Team) -> None:
    facets = ["engine", "engine_version", "flag", "origin"]
    assert search(client, q="договор", facets=facets)["facets"] == {
        "engine": [{"value": "tesseract", "count": 2}, {"value": "text-layer", "count": 2}],
        "engine_version": [{"value": "1", "count": 2}, {"value": "5.5.4 rus+eng", "count": 2}],
        "flag": [{"value": "disputed", "count": 2}],
        "origin": [{"value": "mail", "count": 2}],
    }


def test_a_document_that_nothing_read_has_no_confidence(
    client: APIClient, team: Team, follow: Callable[[], None]
) -> None:
    make_document(team, title="Договор", pages=[None])
    follow()
    assert search(client, q="договор")["count"] == 1
    assert search(client, q="договор", confidence_below="1")["count"] == 0


@pytest.mark.parametrize(
    "parameters",
    [
        {"ordering": "size"},
        {"group": "page"},
        {"facets": "sha256"},
        {"offset": "-1"},
        {"page_size": "0"},
        {"team": "main"},
        {"language": "xx-yy"},
        {"qq": "договор"},
        {"flag": "nonsense"},
        {"engine": "abacus"},
        {"confidence_below": "2"},
        {"priority": "high"},
    ],
)
def test_a_parameter_that_means_nothing_is_refused(
    client: APIClient, document: Document, parameters: dict[str, str]
) -> None:
    assert "errors" in search(client, 400, q="договор", **parameters)


def test_a_question_is_never_refused(client: APIClient, document: Document) -> None:
    answer = search(client, q='"договор (')
    assert answer["count"] == 2
    assert {note["code"] for note in answer["notes"]} == {"quote"} | {
        note["code"] for note in answer["notes"]
    }


@pytest.mark.parametrize("text", ["a\x00b", "д" * 20_000, "\ufffd"])
def test_nothing_that_is_typed_is_an_error(
    client: APIClient, document: Document, text: str
) -> None:
    search(client, q=text)


def test_behind_the_last_result_a_link_leads_back_to_it(
    client: APIClient, document: Document
) -> None:
    beyond = search(client, q="договор", offset=500, page_size=1)
    assert (beyond["results"], beyond["next"]) == ([], None)
    assert len(client.get(beyond["previous"]).json()["results"]) == 1


def test_what_a_facet_counts_is_what_its_filter_takes(
    client: APIClient, document: Document
) -> None:
    names = {"team": "team", "tag": "tag", "type": "mime_type", "year": "year", "status": "status",
             "language": "language"}  # fmt: skip
    facets = search(client, q="договор", facets=list(names))["facets"]
    for facet, name in names.items():
        for each in facets[facet]:
            assert search(client, q="договор", **{name: each["value"]})["count"] == each["count"]


def test_without_an_index_it_says_so(client: APIClient) -> None:
    assert search(client, 503, q="договор")["type"].endswith("search-unavailable")


def test_who_is_not_logged_in_may_not_search() -> None:
    assert APIClient().get("/api/v1/search/?q=a").status_code == 401


# --- the documents' list --------------------------------------------------------------------------


def listed(client: APIClient, **parameters: str) -> list[str]:
    answer = client.get("/api/v1/documents/", parameters)
    assert answer.status_code == 200, answer.json()
    return [result["id"] for result in answer.json()["results"]]


def test_the_list_is_searched_by_what_the_pages_say(client: APIClient, document: Document) -> None:
    assert listed(client, q="акты") == [str(document.id)]
    assert listed(client, q="папка") == [str(document.id)]
    assert listed(client, q="накладная") == []


def test_what_is_in_the_trash_is_found_by_its_title(
    client: APIClient, document: Document, follow: Callable[[], None]
) -> None:
    trash(document.id, actor=None)
    follow()
    assert listed(client, q="папка") == []
    assert listed(client, q="папка", trashed="true") == [str(document.id)]
    assert listed(client, q="папка", trashed="all") == [str(document.id)]


def test_a_moment_before_1970_is_one(client: APIClient, document: Document) -> None:
    assert search(client, q="договор", created_after="1905-01-01")["count"] == 2
    assert search(client, q="договор", created_before="1905-01-01")["count"] == 0
    assert search(client, q="договор", created_before="1970-01-01T00:00:01Z")["count"] == 0
