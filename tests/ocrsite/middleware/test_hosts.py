"""What `Host` and `X-Forwarded-Host` may do: pass the list of hosts, and vouch for an Origin."""

from __future__ import annotations

import pytest
from django.test import Client

from documents.models import User
from documents.sign_in.tokens import create_token
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

FORGED = {"HTTP_HOST": "evil-host.example", "HTTP_X_FORWARDED_HOST": "evil-forward.example"}


@pytest.fixture
def user() -> User:
    team = make_team()
    user = make_user("root", team=team, is_staff=True, is_superuser=True)
    for _ in range(3):
        make_document(team, pages=["text"])
    return user


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/documents/?page_size=1",
        "/api/v1/searches/",
        "/api/v1/nothing/",
        "/",
        "/admin",
        "/admin/",
        "/login/?next=//evil.example/",
        "/admin/documents/document/",
        "/nothing/",
        "/health",
    ],
)
def test_no_link_contains_a_host(user: User, path: str) -> None:
    browser = Client(**FORGED)  # type: ignore[arg-type]
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    _, token = create_token(user)

    for headers in ({}, {"authorization": f"Token {token}"}):
        answer = browser.get(path, headers=headers)
        said = answer.content.decode() + str(dict(answer.headers))

        assert "evil-" not in said
        assert answer.headers.get("Location", "/").startswith("/")
        assert not answer.headers.get("Location", "/").startswith("//")


def test_links_work_as_they_are(user: User) -> None:
    _, token = create_token(user)
    client = Client(headers={"authorization": f"Token {token}"})

    page = client.get("/api/v1/documents/?page_size=1").json()

    assert client.get(page["next"]).status_code == 200
    link = page["results"][0]["links"]["self"]
    assert link.startswith("/api/")
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("host", "forwarded", "status"),
    [
        ("archive.example", None, 200),
        ("other.example", None, 400),
        # What a gateway says counts in place of Host: it knows what the browser asked for.
        ("inner:8081", "archive.example", 200),
        ("archive.example", "other.example", 400),
    ],
)
def test_a_list_of_hosts_is_compared_with_what_the_browser_asked_for(
    settings: object, host: str, forwarded: str | None, status: int
) -> None:
    settings.ALLOWED_HOSTS = ["archive.example"]  # type: ignore[attr-defined]
    headers = {"HTTP_HOST": host}
    if forwarded:
        headers["HTTP_X_FORWARDED_HOST"] = forwarded

    answer = Client(**headers).get("/login/")  # type: ignore[arg-type]

    assert answer.status_code == status
