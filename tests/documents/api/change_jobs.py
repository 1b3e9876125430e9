"""A job of many changes, asked for and worked on."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from documents.actions.run_change import run_change_slice
from documents.models import Document

URL = "/api/v1/changes/"


def ask(api: APIClient, action: str, headers: Any = None, **content: Any) -> Any:
    return api.post(URL, {"action": action, **content}, format="json", headers=headers or {})


def begin(api: APIClient, action: str, **content: Any) -> dict[str, Any]:
    answer = ask(api, action, **content)
    assert answer.status_code == 202, answer.content
    job: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == job["links"]["self"]
    return job


def work() -> None:
    """What a background worker does."""
    while run_change_slice():
        pass


def ids_of(*documents: Document) -> list[str]:
    return [str(document.id) for document in documents]


def outcomes_of(api: APIClient, job: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(job["links"]["outcomes"], query).json()["results"]
    return found
