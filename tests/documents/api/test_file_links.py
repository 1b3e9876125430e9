"""A link opens one file for a while, as long as whoever made it may see it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from documents.actions.log_out_everywhere import log_out_everywhere
from documents.actions.revoke_token import revoke_token
from documents.audit.reads import reads
from documents.exports.assemble import assemble_results
from documents.models import ApiToken, AuditEntry, Document, Export, Team, User
from documents.sign_in import rate_limits
from documents.sign_in.tokens import create_token
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def team() -> Team:
    return make_team("Main")


@pytest.fixture
def user(team: Team) -> User:
    return make_user("anna", team=team)


@pytest.fixture
def document(team: Team, media: Path) -> Document:
    made = make_document(team, pages=["Договор", "Акт"])
    with assemble_results(made) as results:
        results.publish()
    return made


@pytest.fixture
def token(user: User) -> tuple[ApiToken, APIClient]:
    token, key = create_token(user, name="agent", scopes=["read"])
    return token, APIClient(headers={"authorization": f"Bearer {key}"})


def make(client: APIClient, document: Document, **body: Any) -> dict[str, Any]:
    answer = client.post(f"/api/v1/documents/{document.id}/links/", {"format": "txt", **body})
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def fetch(url: str) -> HttpResponseBase:
    """As somebody who has nothing but the link."""
    return Client().get(url)


def text_of(answer: HttpResponseBase) -> str:
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_it_opens_the_file_for_whoever_has_it(
    token: tuple[ApiToken, APIClient], document: Document
) -> None:
    link = make(token[1], document)

    answer = fetch(link["url"])

    assert answer.status_code == 200
    assert text_of(answer) == "Договор\n\fАкт\n"
    assert "RateLimit" in answer.headers
    assert link["expires_at"].endswith("Z")


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("result.txt", "result.md"),
        lambda url: url.replace("result.txt", "original/"),
        lambda url: url.replace("expires=1", "expires=2"),
        lambda url: url + "&pages=1",
        lambda url: url[:-2] + ("AA" if url[-2:] != "AA" else "BB"),
        lambda url: url.replace("by=token-", "by=user-"),
        lambda url: url.replace("by=token-", "by="),
        lambda url: url.partition("&signature=")[0],
    ],
)
def test_it_opens_nothing_else(
    token: tuple[ApiToken, APIClient], document: Document, change: Any
) -> None:
    url = make(token[1], document)["url"]
    other = change(url)
    assert other != url
    assert fetch(other).status_code == 401


def test_it_opens_no_other_document(
    token: tuple[ApiToken, APIClient], document: Document, team: Team
) -> None:
    other = make_document(team, pages=["Чужое"])
    url = make(token[1], document)["url"]
    assert fetch(url.replace(str(document.id), str(other.id))).status_code == 401


def test_it_ends_in_time(
    token: tuple[ApiToken, APIClient], document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make(token[1], document, expires_in=60)["url"]
    later = timezone.now() + datetime.timedelta(seconds=61)
    monkeypatch.setattr("django.utils.timezone.now", lambda: later)
    assert fetch(url).status_code == 401


def test_it_ends_with_its_token(
    token: tuple[ApiToken, APIClient], document: Document, user: User
) -> None:
    url = make(token[1], document)["url"]
    revoke_token(token[0], actor=user)
    assert fetch(url).status_code == 401


def test_it_lasts_no_longer_than_its_token(
    token: tuple[ApiToken, APIClient], document: Document
) -> None:
    end = timezone.now().replace(microsecond=0) + datetime.timedelta(minutes=1)
    ApiToken.objects.filter(pk=token[0].pk).update(expires_at=end)
    assert make(token[1], document)["expires_at"] == end.isoformat().replace("+00:00", "Z")


def test_one_that_a_person_made_ends_with_all_sessions(user: User, document: Document) -> None:
    client = APIClient()
    client.force_authenticate(user)
    url = make(client, document)["url"]
    assert fetch(url).status_code == 200
    log_out_everywhere(user.pk, actor=user)
    assert fetch(url).status_code == 401


def test_whoever_made_it_must_still_see_the_document(
    token: tuple[ApiToken, APIClient], document: Document, user: User
) -> None:
    url = make(token[1], document)["url"]
    user.memberships.all().delete()
    assert fetch(url).status_code == 404


def test_a_link_counts_before_a_session_of_somebody_else(
    token: tuple[ApiToken, APIClient], document: Document
) -> None:
    stranger = Client()
    stranger.force_login(make_user("olga", team=make_team("Other")))
    assert stranger.get(make(token[1], document)["url"]).status_code == 200


def test_some_pages_are_made_meanwhile(
    token: tuple[ApiToken, APIClient], document: Document
) -> None:
    link = make(token[1], document, format="pdf", pages="1")
    assert Export.objects.filter(document=document, kind="pdf", variant="pages=1").exists()
    assert urlsplit(link["url"]).query.startswith("pages=1&")
    assert fetch(link["url"]).status_code == 202


@pytest.mark.parametrize(
    "body", [{"format": "exe"}, {"expires_in": 0}, {"expires_in": 86_401}, {"pages": "7"}]
)
def test_what_makes_no_sense_is_refused(
    token: tuple[ApiToken, APIClient], document: Document, body: dict[str, Any]
) -> None:
    answer = token[1].post(f"/api/v1/documents/{document.id}/links/", {"format": "txt", **body})
    assert answer.status_code == 400


def test_making_and_using_one_is_in_the_audit(
    token: tuple[ApiToken, APIClient], document: Document
) -> None:
    assert text_of(fetch(make(token[1], document)["url"]))
    reads.flush()
    entries = AuditEntry.objects.filter(document_id=document.id).order_by("id")
    assert [(entry.what, entry.username) for entry in entries] == [
        ("link.made", "anna"),
        ("result.txt (link)", "anna"),
    ]


def test_links_are_limited_as_tokens_are(
    token: tuple[ApiToken, APIClient], document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = make(token[1], document)["url"]
    keys: list[str] = []

    def count(key: str) -> rate_limits.Usage:
        keys.append(key)
        return rate_limits.Usage(limit=1, count=len(keys), reset=30)

    monkeypatch.setattr("documents.api.rates.count_request", count)
    assert [fetch(url).status_code for _ in range(2)] == [200, 429]
    assert keys == [f"link-token-{token[0].public_id.hex}"] * 2
