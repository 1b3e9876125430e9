"""A person of a team, the API as they see it, and somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.models import Document, Role, Team, User
from tests.factories import make_team, make_user


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def user(team: Team) -> User:
    return make_user(team=team)


@pytest.fixture
def api(user: User) -> APIClient:
    """The API for a reviewer of `team`."""
    return client_of(user)


@pytest.fixture
def reader_api(team: Team) -> APIClient:
    """The API for somebody who may only read in `team`."""
    return client_of(make_user(team=team, role=Role.READER))


@pytest.fixture
def stranger_api(db: None) -> APIClient:
    """The API for a manager of another team."""
    return client_of(make_user(team=make_team(), role=Role.MANAGER))


@pytest.fixture
def anonymous_api(db: None) -> APIClient:
    return APIClient()


@pytest.fixture
def url() -> Callable[..., str]:
    """The path of a document, or of what lies below it."""

    def path(document: Document, below: str = "") -> str:
        return f"/api/v1/documents/{document.id}/{below}"

    return path


def problem_of(response: Any, status: int) -> dict[str, Any]:
    """The problem document of an answer, which has that status and the right shape."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert set(problem) - {"code", "revision", "blocks"} == {
        "type",
        "title",
        "status",
        "detail",
        "errors",
    }
    assert problem["status"] == status
    if "code" in problem:
        assert problem["type"] == f"urn:ocrsite:problem:{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    assert isinstance(problem["errors"], dict)
    return problem
