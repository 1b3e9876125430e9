"""GET /api/v1/documents/: the documents of one's teams, filtered, in pages."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from documents.models import Document, Membership, Team, User
from tests.documents.api.conftest import client_of, problem_of
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.postgresql

URL = "/api/v1/documents/"


def titles(api: APIClient, query: str = "") -> list[str]:
    answer = api.get(f"{URL}?{query}")
    assert answer.status_code == 200, answer.content
    return [document["title"] for document in answer.json()["results"]]


def walk(api: APIClient, url: str | None, direction: str = "next") -> list[list[str]]:
    """The titles of each page from `url` on."""
    pages = []
    while url:
        answer = api.get(url).json()
        pages.append([document["title"] for document in answer["results"]])
        url = answer[direction]
    return pages


def test_the_newest_document_comes_first(api: APIClient, team: Team) -> None:
    for title in ("a", "b", "c"):
        make_document(team, title=title)

    assert titles(api) == ["c", "b", "a"]


def test_a_list_of_nothing_is_a_list(api: APIClient) -> None:
    assert api.get(URL).json() == {"results": [], "next": None, "previous": None}


def test_the_documents_of_other_teams_are_not_there(
    api: APIClient, stranger_api: APIClient, team: Team
) -> None:
    make_document(team, title="ours")

    assert titles(api) == ["ours"]
    assert titles(stranger_api) == []


def test_a_superuser_sees_every_team(team: Team) -> None:
    make_document(team, title="a")
    make_document(make_team(), title="b")

    assert titles(client_of(make_user(is_superuser=True))) == ["b", "a"]


def test_nobody_sees_nothing(anonymous_api: APIClient) -> None:
    answer = anonymous_api.get(URL)

    problem_of(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=ready", ["a"]),
        ("status=ready&status=failed", ["b", "a"]),
        ("review_status=approved", ["b"]),
        ("tag=red", ["a"]),
        ("tag=КРАСНЫЙ", ["a", "b"]),
        ("tag=красный&tag=red", ["a"]),
        ("tag=nothing", []),
        ("language=ru", ["a"]),
        ("language=RU", ["a"]),
        ("language=none", ["b"]),
        ("language=none&language=ru", ["a", "b"]),
        ("mime_type=image/png", ["b"]),
        ("origin=mail", ["a"]),
        ("origin=mail&origin=folder", ["a", "b"]),
        ("origin_name=Inbox", ["b"]),
        ("sha256=" + "a" * 64, ["a"]),
        ("sha256=" + "A" * 64, ["a"]),
        ("trashed=true", ["gone"]),
        ("trashed=all", ["gone", "b", "a"]),
        ("created_after=2024-01-02", ["b"]),
        ("created_after=2024-01-02T00:00:00Z", ["b"]),
        ("created_before=2024-01-02T00:00:00Z", ["a"]),
        ("created_after=2024-01-01T03:00:00%2B03:00&created_before=2024-01-01T00:00:01Z", ["a"]),
        ("q=B", ["b"]),
        ("q=LETTER+a", ["a"]),
        ("q=nothing", []),
        ("ordering=title", ["a", "b"]),
        ("ordering=-title", ["b", "a"]),
        ("ordering=size", ["b", "a"]),
    ],
)
def test_filters_and_orderings(api: APIClient, team: Team, query: str, expected: list[str]) -> None:
    times = {
        "a": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc),
        "b": datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc),
        "gone": datetime.datetime(2024, 1, 1, 23, tzinfo=datetime.timezone.utc),
    }
    make_document(
        team, title="a", status="ready", language="ru", sha256="a" * 64, size=2,
        tags=["red", "красный"], origin_kind="mail",
    )  # fmt: skip
    make_document(
        team, title="b", status="failed", review_status="approved", mime_type="image/png", size=1,
        tags=["красный"], origin_kind="folder", origin_name="Inbox",
    )  # fmt: skip
    make_document(team, title="gone", trashed_at=timezone.now())
    for title, time in times.items():
        Document.objects.filter(title=title).update(created_at=time)

    found = titles(api, query)

    assert sorted(found) == sorted(expected)
    if "ordering" in query:
        assert found == expected


def test_the_team_filter_takes_one_of_several(api: APIClient, team: Team, user: User) -> None:
    other = make_team()
    Membership.objects.create(user=user, team=other)
    make_document(team, title="a")
    make_document(other, title="b")

    assert titles(api, f"team={other.id}") == ["b"]
    assert titles(api, f"team={make_document().team_id}") == []


@pytest.mark.parametrize(
    ("query", "culprit"),
    [
        ("status=done", "status"),
        ("status=ready&status=done", "status"),
        ("review_status=maybe", "review_status"),
        ("team=main", "team"),
        ("tag=a%00b", "tag"),
        ("language=russian", "language"),
        ("mime_type=text/troff", "mime_type"),
        ("sha256=abc", "sha256"),
        ("created_after=yesterday", "created_after"),
        ("created_before=0001-01-01T00:00:00%2B14:00", "created_before"),
        ("trashed=maybe", "trashed"),
        ("ordering=owner", "ordering"),
        ("ordering=created_at,title", "ordering"),
        ("cursor=abc", "cursor"),
        ("cursor=%00", "cursor"),
        ("page_size=0", "page_size"),
        ("page_size=-1", "page_size"),
        ("page_size=many", "page_size"),
        ("stauts=ready", "stauts"),
        ("q=a%00b", "q"),
    ],
)
def test_what_is_unknown_is_a_400_that_names_it(api: APIClient, query: str, culprit: str) -> None:
    problem = problem_of(api.get(f"{URL}?{query}"), 400)

    assert {name.split(".")[0] for name in problem["errors"]} == {culprit}


@pytest.mark.parametrize("ordering", ["created_at", "-created_at", "title", "-title", "-size"])
def test_walking_the_pages_meets_every_document_once_both_ways(
    api: APIClient, team: Team, ordering: str
) -> None:
    # Given documents of which several are equal in what they are sorted by
    for number in range(11):
        make_document(team, title=f"т{number // 4}", size=number // 4)
    Document.objects.update(created_at=timezone.now())

    forwards = walk(api, f"{URL}?ordering={ordering}&page_size=3")

    assert [len(page) for page in forwards] == [3, 3, 3, 2]
    everything = [title for page in forwards for title in page]
    assert sorted(everything) == sorted(f"т{number // 4}" for number in range(11))
    last = api.get(f"{URL}?ordering={ordering}&page_size=3").json()
    while last["next"]:
        last = api.get(last["next"]).json()
    backwards = walk(api, last["previous"], "previous")
    assert list(reversed(backwards)) == forwards[:-1]


def test_a_page_stays_in_place_while_documents_come(api: APIClient, team: Team) -> None:
    for number in range(4):
        make_document(team, title=str(number))
    first = api.get(f"{URL}?page_size=2").json()

    make_document(team, title="new")

    assert [d["title"] for d in api.get(first["next"]).json()["results"]] == ["1", "0"]


def test_the_next_page_keeps_the_filters(api: APIClient, team: Team) -> None:
    for number in range(3):
        make_document(team, title=f"ready {number}")
        make_document(team, title=f"failed {number}", status="failed")

    pages = walk(api, f"{URL}?status=failed&page_size=2")

    assert pages == [["failed 2", "failed 1"], ["failed 0"]]


def test_a_cursor_of_another_ordering_is_refused(api: APIClient, team: Team) -> None:
    for _ in range(2):
        make_document(team)
    following = api.get(f"{URL}?page_size=1").json()["next"]

    problem_of(api.get(f"{following}&ordering=title"), 400)


def test_a_page_has_at_most_two_hundred_documents(api: APIClient, team: Team) -> None:
    Document.objects.bulk_create(
        Document(team=team, title=str(n), filename="a.pdf", sha256=f"{n:064}", size=1)
        for n in range(201)
    )

    assert len(titles(api, "page_size=100000")) == 200
    assert len(titles(api)) == 50


def queries_for(api: APIClient, query: str = "") -> Any:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        titles(api, query)
    return queries


def test_the_number_of_queries_does_not_grow_and_nothing_is_counted(
    api: APIClient, team: Team
) -> None:
    make_document(team, tags=["a"])
    few = len(queries_for(api))
    for number in range(10):
        make_document(team, tags=["a", str(number)])

    many = queries_for(api)

    assert len(many) == few
    assert not [query for query in many.captured_queries if "COUNT(" in query["sql"]]


def test_what_is_to_be_looked_at_is_found_by_flag(api: APIClient, team: Team) -> None:
    make_document(team, title="a", flags=["disputed", "lookalikes"])
    make_document(team, title="b", flags=["low_confidence"])
    make_document(team, title="c")

    assert titles(api, "flag=disputed") == ["a"]
    assert titles(api, "flag=lookalikes&flag=low_confidence") == ["b", "a"]
    assert api.get(f"{URL}?flag=disputed").json()["results"][0]["flags"] == [
        "disputed",
        "lookalikes",
    ]
    problem_of(api.get(f"{URL}?flag=odd"), 400)
