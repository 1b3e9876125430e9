"""A person of a team, the API as they see it, and somebody else."""

from __future__ import annotations

import hashlib
import ipaddress
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.bucket import circuit_breaker
from documents.files import streaming_fetch
from documents.files.keys import original_key
from documents.models import Document, Role, Team, User
from tests.documents.api.webhook_receiver import Receiver
from tests.factories import make_document, make_team, make_user
from tests.ocrsite.running_site import eventually
from tests.s3_faults import FaultyS3, faulty_s3


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


@pytest.fixture
def s3(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyS3]:
    monkeypatch.setattr(circuit_breaker, "shared", circuit_breaker.Breaker())
    with faulty_s3() as server:
        settings.OCRSITE_BUCKET = server.address
        yield server
        server.go_on.set()
        eventually(lambda: not streaming_fetch._under_way, 20, "the end of what was begun")


@pytest.fixture
def in_bucket(s3: FaultyS3, team: Team, media: Path) -> Callable[..., Document]:
    """A document whose original is only in the bucket; `damaged`: what lies there instead."""

    def make(content: bytes, damaged: bytes | None = None) -> Document:
        document = make_document(
            team,
            filename="a.pdf",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        key = original_key(document.id, document.filename)
        s3.objects[key] = content if damaged is None else damaged
        return document

    return make


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OCRSITE_CALL_ALLOWED = (ipaddress.ip_network("127.0.0.1/32"),)
    with Receiver() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def manager(team: Team) -> User:
    return make_user(team=team, role=Role.MANAGER)


@pytest.fixture
def managing(manager: User) -> APIClient:
    return client_of(manager)
