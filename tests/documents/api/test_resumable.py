"""/api/v1/uploads/: tus 1.0, a file in pieces over a line that may break."""

from __future__ import annotations

import base64
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.actions.resumable_upload import KEEP
from documents.files.storage import archive
from documents.models import Document, Team, UploadSession
from tests.documents.api.conftest import client_of, problem_of
from tests.factories import make_document, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

URL = "/api/v1/uploads/"
PDF = b"%PDF-1.4 " + bytes(range(256)) * 40
TUS = {"tus-resumable": "1.0.0"}


def metadata(**fields: str) -> str:
    return ",".join(
        f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in fields.items()
    )


def begin(api: APIClient, length: int = len(PDF), **fields: str) -> Any:
    fields = fields or {"filename": "Договор.pdf"}
    headers = {**TUS, "upload-length": str(length), "upload-metadata": metadata(**fields)}
    return api.post(URL, headers=headers)


def send(api: APIClient, place: str, offset: int, piece: bytes, **headers: str) -> Any:
    client: Any = api
    return client.generic(
        "PATCH", place, piece, content_type="application/offset+octet-stream",
        headers={**TUS, "upload-offset": str(offset), **headers},
    )  # fmt: skip


def offset_of(api: APIClient, place: str) -> int:
    answer = api.head(place, headers=TUS)
    assert answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def test_a_file_in_three_pieces_becomes_a_document(api: APIClient, team: Team) -> None:
    made = begin(api, filename="Договор.pdf", filetype="application/pdf", tags="in,new", title="T")
    assert made.status_code == 201
    assert made.headers["Tus-Resumable"] == "1.0.0"
    place = made.headers["Location"]

    for start in (0, 4000, 8000):
        assert offset_of(api, place) == start
        answer = send(api, place, start, PDF[start : start + 4000])
        assert answer.status_code == 204, answer.content
        assert answer.headers["Upload-Offset"] == str(min(start + 4000, len(PDF)))

    document = Document.objects.get()
    assert answer.headers["Content-Location"] == f"/api/v1/documents/{document.id}/"
    assert api.get(place).json()["document"] == str(document.id)
    assert (document.filename, document.title) == ("Договор.pdf", "T")
    assert (document.size, document.team) == (len(PDF), team)
    assert [tag.name for tag in document.tags.order_by("name")] == ["in", "new"]
    assert not list(archive().staging.iterdir())


def test_a_piece_that_is_sent_again_is_told_where_to_go_on(api: APIClient) -> None:
    place = begin(api).headers["Location"]
    send(api, place, 0, PDF[:4000])

    for offset in (0, 3999, 5000):
        problem = problem_of(send(api, place, offset, b"x"), 409)
        assert problem["code"] == "upload-offset-wrong"
    assert offset_of(api, place) == 4000


def test_bytes_past_the_end_are_not_taken(api: APIClient) -> None:
    place = begin(api).headers["Location"]

    assert send(api, place, 0, PDF + b"more").status_code == 204

    assert Document.objects.get().size == len(PDF)


def test_two_pieces_at_a_time_do_not_mix(api: APIClient) -> None:
    place = begin(api).headers["Location"]
    UploadSession.lease.take(UploadSession.objects.all())

    answer = send(api, place, 0, PDF)

    assert problem_of(answer, 409)["code"] == "piece-under-way"
    assert "Retry-After" in answer.headers


def test_what_is_lost_begins_anew(api: APIClient) -> None:
    place = begin(api).headers["Location"]
    send(api, place, 0, PDF[:4000])
    for path in archive().staging.iterdir():
        path.unlink()

    assert problem_of(send(api, place, 4000, PDF[4000:]), 410)["code"] == "upload-lost"
    assert api.head(place, headers=TUS).status_code == 404


def test_a_file_that_is_no_document_is_refused_with_its_last_piece(api: APIClient) -> None:
    place = begin(api, length=5).headers["Location"]

    problem_of(send(api, place, 0, b"\x00\x01\x02\x03\x04"), 415)

    assert not UploadSession.objects.exists()
    assert not list(archive().staging.iterdir())


def test_the_same_bytes_are_the_same_document(api: APIClient) -> None:
    for _ in range(2):
        place = begin(api).headers["Location"]
        send(api, place, 0, PDF)

    assert Document.objects.count() == 1


def test_it_can_be_given_up(api: APIClient) -> None:
    place = begin(api).headers["Location"]
    send(api, place, 0, PDF[:4000])

    assert api.delete(place, headers=TUS).status_code == 204

    problem_of(send(api, place, 4000, PDF[4000:]), 404)
    assert not list(archive().staging.iterdir())


def test_what_the_server_can_do_is_for_everybody(anonymous_api: APIClient, settings: Any) -> None:
    answer = anonymous_api.options(URL)

    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,termination"
    assert answer.headers["Tus-Max-Size"] == str(settings.OCRSITE_MAX_UPLOAD_BYTES)


@pytest.mark.parametrize("version", [None, "0.2.2"])
def test_another_version_is_refused(api: APIClient, version: str | None) -> None:
    headers = {"upload-length": "5"} | ({"tus-resumable": version} if version else {})

    answer = api.post(URL, headers=headers)

    assert problem_of(answer, 412)["code"] == "version-not-supported"
    assert answer.headers["Tus-Version"] == "1.0.0"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"upload-length": ""}, 400),
        ({"upload-length": "-1"}, 400),
        ({"upload-length": "1" * 30}, 400),
        ({"upload-length": "0"}, 400),
        ({"upload-length": str(10**14)}, 413),
        ({"upload-length": "5", "upload-metadata": "filename ***"}, 400),
        ({"upload-length": "5", "upload-metadata": metadata(colour="red")}, 400),
        ({"upload-length": "5", "upload-metadata": metadata(team=str(uuid.uuid4()))}, 404),
    ],
)
def test_what_begins_no_upload_is_refused(
    api: APIClient, headers: dict[str, str], status: int
) -> None:
    problem_of(api.post(URL, headers={**TUS, **headers}), status)


def test_a_piece_of_another_type_is_refused(api: APIClient) -> None:
    client: Any = api
    place = begin(api).headers["Location"]

    answer = client.generic(
        "PATCH", place, b"x", content_type="text/plain", headers={**TUS, "upload-offset": "0"}
    )

    problem_of(answer, 415)


def test_an_upload_is_for_whoever_began_it(
    api: APIClient, team: Team, reader_api: APIClient
) -> None:
    place = begin(api).headers["Location"]
    colleague = client_of(make_user(team=team))

    assert colleague.head(place, headers=TUS).status_code == 404
    problem_of(send(colleague, place, 0, PDF), 404)
    problem_of(colleague.delete(place, headers=TUS), 404)
    problem_of(begin(reader_api), 403)


def test_old_sessions_are_forgotten(api: APIClient) -> None:
    begin(api)
    session = UploadSession.objects.get()
    UploadSession.objects.update(changed_at=session.changed_at - KEEP * 2)

    begin(api)

    assert not UploadSession.objects.filter(pk=session.pk).exists()


def test_a_new_version_arrives_in_pieces(api: APIClient, team: Team) -> None:
    document = make_document(team, title="Order", pages=["old"])
    made = begin(api, filename="order.pdf", replaces=str(document.id))
    assert made.status_code == 201, made.content
    place = made.headers["Location"]
    assert send(api, place, 0, PDF[:4000]).status_code == 204
    answer = send(api, place, 4000, PDF[4000:])
    newer = Document.objects.get(replaces=document.id)
    assert answer.headers["Content-Location"].endswith(f"{newer.id}/")
    assert (newer.title, newer.edition) == ("Order", 2)
    assert begin(api, filename="x.pdf", replaces=str(document.id)).status_code == 409
    assert begin(api, filename="x.pdf", replaces=str(uuid.uuid4())).status_code == 404
