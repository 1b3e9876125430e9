"""People before the admin: a reviewer, a reader, somebody of another team, an administrator."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from documents.models import Document, Role, Team, User
from tests.factories import make_team, make_user


def browser_of(user: User) -> Client:
    """A browser in which `user` is logged in, and which sends no CSRF token by itself."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """The last request's language stays active in Django's test client."""
    yield
    translation.activate("en")


@pytest.fixture
def team(db: None) -> Team:
    return make_team("Accounts")


@pytest.fixture
def reviewer(team: Team) -> User:
    return make_user("reviewer", team=team, is_staff=True)


@pytest.fixture
def browser(reviewer: User) -> Client:
    """A reviewer's, of `team`."""
    return browser_of(reviewer)


@pytest.fixture
def reader_browser(team: Team) -> Client:
    return browser_of(make_user("reader", team=team, role=Role.READER, is_staff=True))


@pytest.fixture
def stranger_browser(db: None) -> Client:
    """A manager's, of another team."""
    stranger = make_user("stranger", team=make_team("Others"), role=Role.MANAGER, is_staff=True)
    return browser_of(stranger)


@pytest.fixture
def root_browser(db: None) -> Client:
    return browser_of(make_user("root", is_staff=True, is_superuser=True))


@pytest.fixture
def url() -> Callable[..., str]:
    """The address of a view of the admin: url("verb", document, "approve")."""

    def address(name: str, document: Document | None = None, *more: object) -> str:
        args = [document.id, *more] if document else None
        return reverse(f"admin:documents_document_{name}", args=args)

    return address
