"""GET, PATCH and DELETE of one document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.models import Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document

CONTRACT = {
    "id", "title", "filename", "sha256", "size", "mime_type", "page_count", "pages_done",
    "pages_failed", "status", "review_status", "error", "engine", "language", "team", "tags",
    "engines", "requested_engine_version", "requested_pages", "pages_skipped", "priority",
    "requested_engine", "storage", "created_at", "finished_at", "trashed_at", "hold",
    "confidence", "flags", "version", "links", "origin",
    "edition", "replaces", "replaced_by", "mail", "member_count",
}  # fmt: skip

Url = Callable[..., str]


def test_a_document_is_shown_as_the_contract_says(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, title="Letter", pages=["text"], tags=["a"], language="ru")

    shown = api.get(url(document)).json()

    assert set(shown) == CONTRACT
    assert shown["id"] == str(document.id)
    assert (shown["page_count"], shown["pages_done"], shown["pages_failed"]) == (1, 1, 0)
    assert (shown["status"], shown["review_status"]) == ("ready", "unreviewed")
    assert (shown["error"], shown["engine"], shown["language"]) == (None, "tesseract", "ru")
    assert (shown["tags"], shown["storage"], shown["team"]) == (["a"], "local", str(team.id))
    assert shown["created_at"].endswith("Z")


def test_every_link_leads_somewhere(api: APIClient, team: Team, url: Url) -> None:
    links = api.get(url(make_document(team))).json()["links"]

    for link in filter(None, links.values()):
        assert api.get(link).json().get("code") != "not-found" or link.endswith("original/")


def test_what_is_not_there_yet_has_no_link(api: APIClient, team: Team, url: Url) -> None:
    links = api.get(url(make_document(team, status="queued"))).json()["links"]

    assert {name for name, link in links.items() if link is None} == {
        "thumbnail", *(name for name in links if name.startswith("result_")),
    }  # fmt: skip
    assert {"result_json", "result_md", "result_txt", "result_pdf"} < set(links)


def test_a_document_read_in_part_says_which_page_failed_and_why(
    api: APIClient, team: Team, url: Url
) -> None:
    document = make_document(
        team, status="partial", error_code="damaged-page", error_detail="Broken.", error_page=2
    )

    assert api.get(url(document)).json()["error"] == {
        "code": "damaged-page", "detail": "Broken.", "page": 2,
    }  # fmt: skip


def test_an_unchanged_document_is_not_sent_again(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, title="before")
    etag = api.get(url(document)).headers["ETag"]

    assert api.get(url(document), HTTP_IF_NONE_MATCH=etag).status_code == 304
    api.patch(url(document), {"title": "after"})
    assert api.get(url(document), HTTP_IF_NONE_MATCH=etag).json()["title"] == "after"


def test_documents_are_kept_by_no_shared_cache(api: APIClient, team: Team, url: Url) -> None:
    assert "private" in api.get(url(make_document(team))).headers["Cache-Control"]
    assert api.get("/api/v1/documents/").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_a_document_of_another_team_is_not_there(
    stranger_api: APIClient, team: Team, url: Url, method: str
) -> None:
    document = make_document(team)

    problem_of(getattr(stranger_api, method)(url(document)), 404)
    document.refresh_from_db()
    assert document.trashed_at is None


def test_what_never_was_and_what_is_not_ones_own_are_told_the_same(
    stranger_api: APIClient, team: Team, url: Url
) -> None:
    theirs = make_document(team)
    never = make_document(team)
    never.delete()
    never.id = theirs.id.__class__(int=7)

    answers = [problem_of(stranger_api.get(url(d)), 404) for d in (theirs, never)]

    for answer, document in zip(answers, (theirs, never), strict=True):
        answer["detail"] = answer["detail"].replace(str(document.id), "")
    assert answers[0] == answers[1]


def test_title_language_and_tags_can_be_changed(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, tags=["old"], language="en")

    answer = api.patch(url(document), {"title": "Новый", "language": "ru", "tags": ["new"]})

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["title"], shown["language"], shown["tags"]) == ("Новый", "ru", ["new"])
    assert shown["version"] == document.version + 1
    assert api.get(url(document)).json() == shown


def test_what_is_not_named_stays(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, title="stays", tags=["stays"], language="ru")

    shown = api.patch(url(document), {"language": None}).json()

    assert (shown["title"], shown["language"], shown["tags"]) == ("stays", None, ["stays"])


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"title": ""}, "title"),
        ({"title": "  "}, "title"),
        ({"title": None}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"language": "russian"}, "language"),
        ({"tags": "x" * 101}, "tags"),
        ({"tags": [1, {"a": 1}]}, "tags"),
        ({"tags": 7}, "tags"),
        ({"status": "ready"}, "status"),
        ({"team": "x"}, "team"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(
    api: APIClient, team: Team, url: Url, change: dict[str, Any], culprit: str
) -> None:
    document = make_document(team, title="before")

    problem = problem_of(api.patch(url(document), change), 400)

    assert {name.split(".")[0] for name in problem["errors"]} == {culprit}
    document.refresh_from_db()
    assert (document.title, document.version) == ("before", 1)


@pytest.mark.parametrize("body", ["[]", "7", "null", '"x"'])
def test_a_change_is_an_object(api: APIClient, team: Team, url: Url, body: str) -> None:
    answer = api.generic("PATCH", url(make_document(team)), body, content_type="application/json")

    problem_of(answer, 400)


def test_half_a_character_is_no_title(api: APIClient, team: Team, url: Url) -> None:
    answer = api.generic(
        "PATCH",
        url(make_document(team)),
        r'{"title": "a\ud800"}',
        content_type="application/json",
    )

    assert "title" in problem_of(answer, 400)["errors"]


def test_a_body_of_unknown_length_is_not_taken_for_an_empty_one(
    api: APIClient, team: Team, url: Url
) -> None:
    answer = api.patch(url(make_document(team)), {"title": "x"}, HTTP_TRANSFER_ENCODING="chunked")

    problem_of(answer, 411)


def test_a_reader_changes_nothing(reader_api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, title="before")

    assert reader_api.get(url(document)).status_code == 200
    problem_of(reader_api.patch(url(document), {"title": "after"}), 403)
    problem_of(reader_api.delete(url(document)), 403)
    document.refresh_from_db()
    assert (document.title, document.trashed_at) == ("before", None)


def test_what_is_deleted_lies_in_the_trash(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team)

    answer = api.delete(url(document))

    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(url(document)).json()["trashed_at"] is not None
    assert api.get("/api/v1/documents/").json()["results"] == []
    assert api.delete(url(document)).status_code == 204


def test_what_lies_in_the_trash_is_not_changed(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team)
    api.delete(url(document))

    problem = problem_of(api.patch(url(document), {"title": "after"}), 409)

    assert "trash" in problem["detail"]


def test_put_is_not_how_a_document_is_changed(api: APIClient, team: Team, url: Url) -> None:
    answer = api.put(url(make_document(team)), {"title": "x"})

    problem_of(answer, 405)
    assert "PATCH" in answer.headers["Allow"]
