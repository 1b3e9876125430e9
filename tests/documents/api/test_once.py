"""`Idempotency-Key`: a request that is repeated happens once."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from documents.actions import do_once as module
from documents.models import Document, OnceRequest, Team
from tests.documents.api.conftest import client_of, problem_of
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

URL = "/api/v1/documents/"


def send(
    api: APIClient, key: str = "one", content: bytes = b"%PDF-1.4 a", name: str = "a.pdf", **f: Any
) -> Any:
    data = {"file": SimpleUploadedFile(name, content), **f}
    return api.post(URL, data, format="multipart", headers={"idempotency-key": key})


def test_the_second_answer_is_the_first_one(api: APIClient, media: Any) -> None:
    first = send(api)
    Document.objects.update(title="changed since")

    second = send(api)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    "other", [{"content": b"%PDF-1.4 b"}, {"title": "Other"}, {"name": "b.pdf"}, {"ocr": "never"}]
)
def test_the_key_of_another_request_is_refused(
    api: APIClient, media: Any, other: dict[str, Any]
) -> None:
    send(api)

    problem = problem_of(send(api, **other), 422)

    assert problem["code"] == "idempotency-key-reused"
    assert Document.objects.count() == 1


def test_keys_of_different_people_do_not_meet(api: APIClient, team: Team, media: Any) -> None:
    send(api)

    answer = send(client_of(make_user(team=team)), content=b"%PDF-1.4 b")

    assert answer.status_code == 201


def test_while_the_first_is_under_way_the_second_has_to_wait(api: APIClient, media: Any) -> None:
    send(api)
    OnceRequest.objects.update(status=None)

    answer = send(api)

    assert problem_of(answer, 409)["code"] == "request-under-way"
    assert int(answer.headers["Retry-After"]) > 0


def test_a_request_whose_process_died_is_done_after_a_while(api: APIClient, media: Any) -> None:
    send(api)
    earlier = OnceRequest.objects.get()
    OnceRequest.objects.update(status=None, created_at=earlier.created_at - module.UNDER_WAY)

    answer = send(api)

    assert answer.status_code == 200, "the document is there"
    assert OnceRequest.objects.get().status == 200


def test_a_refused_request_leaves_its_key_free(api: APIClient, media: Any) -> None:
    problem_of(send(api, content=b"\0no document"), 415)

    assert send(api).status_code == 201


def test_after_a_day_the_key_is_free(api: APIClient, media: Any) -> None:
    send(api)
    day = module.KEPT + datetime.timedelta(seconds=1)
    earlier = OnceRequest.objects.get()
    OnceRequest.objects.update(created_at=earlier.created_at - day)

    assert send(api, content=b"%PDF-1.4 b").status_code == 201
    assert OnceRequest.objects.count() == 1


def test_a_key_too_long_is_refused(api: APIClient, media: Any) -> None:
    problem_of(send(api, key="k" * 256), 400)


def test_a_json_request_for_the_same_is_the_same(api: APIClient, media: Any) -> None:
    send(api)
    body = {"file_base64": "JVBERi0xLjQgYQ==", "filename": "a.pdf"}

    same = api.post(URL, body, format="json", headers={"idempotency-key": "one"})

    assert same.status_code == 201, "the same bytes, name and fields are the same request"
