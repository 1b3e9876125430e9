"""POST /api/v1/documents/ with a form: the file is kept, or refused with the reason."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from rest_framework.test import APIClient

from documents.files.keys import original_key
from documents.models import Document, Membership, Team, User
from tests.documents.api.conftest import client_of, problem_of
from tests.documents.api.files import pdf_bytes, pdf_file
from tests.factories import make_document, make_team, make_user

URL = "/api/v1/documents/"


def upload(api: APIClient, file: Any = None, **fields: Any) -> Any:
    return api.post(URL, {"file": file or pdf_file(), **fields}, format="multipart")


def nothing_is_kept(media: Path) -> bool:
    return not Document.objects.exists() and not [p for p in media.rglob("*") if p.is_file()]


def test_a_new_file_is_a_document_with_an_address_of_its_own(
    api: APIClient, team: Team, user: User, media: Path
) -> None:
    content = pdf_bytes(1000)

    answer = upload(api, pdf_file("Акт №5.pdf", content))

    assert answer.status_code == 201
    document = answer.json()
    assert answer.headers["Location"] == document["links"]["self"]
    assert api.get(answer.headers["Location"]).json()["id"] == document["id"]
    assert document["title"] == "Акт №5"
    assert document["filename"] == "Акт №5.pdf"
    assert document["sha256"] == hashlib.sha256(content).hexdigest()
    assert document["size"] == 1000
    assert document["mime_type"] == "application/pdf"
    assert document["status"] == "queued"
    assert document["team"] == str(team.id)
    kept = Document.objects.get()
    assert kept.created_by == user
    assert (media / original_key(kept.id, kept.filename)).read_bytes() == content


def test_what_is_said_of_the_file_is_kept(api: APIClient) -> None:
    answer = upload(api, title=" Договор ", tags="счета, 2024", language="RU", ocr="always")

    document = answer.json()
    assert document["title"] == "Договор"
    assert sorted(document["tags"]) == ["2024", "счета"]
    assert document["language"] == "ru"
    assert Document.objects.get().ocr == "always"


def test_tags_may_be_a_field_repeated(api: APIClient) -> None:
    answer = upload(api, tags=["a", "b,c"])

    assert sorted(answer.json()["tags"]) == ["a", "b", "c"]


def test_the_same_bytes_again_are_the_first_document(api: APIClient) -> None:
    content = pdf_bytes()
    first = upload(api, pdf_file("a.pdf", content))

    again = upload(api, pdf_file("b.pdf", content), title="Other")

    assert again.status_code == 200
    assert again.headers["Location"] == first.headers["Location"]
    assert again.json() == first.json()
    assert Document.objects.count() == 1


def test_the_same_bytes_come_out_of_the_trash(api: APIClient) -> None:
    content = pdf_bytes()
    first = upload(api, pdf_file("a.pdf", content)).json()
    api.delete(first["links"]["self"])

    again = upload(api, pdf_file("a.pdf", content))

    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert again.json()["trashed_at"] is None


def test_the_same_bytes_in_two_teams_are_two_documents(
    api: APIClient, stranger_api: APIClient
) -> None:
    content = pdf_bytes()

    answers = [upload(one, pdf_file("a.pdf", content)) for one in (api, stranger_api)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_a_file_is_what_its_content_says(api: APIClient) -> None:
    document = upload(api, pdf_file("photo.jpg")).json()

    assert document["mime_type"] == "application/pdf"


@pytest.mark.parametrize(
    ("name", "content", "status", "says"),
    [
        ("a.docx", b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", 415, "Office"),
        ("a.pdf", b"<svg xmlns='http://www.w3.org/2000/svg'/>%PDF-1.4", 415, "SVG"),
        ("a.txt", b"some\0text", 415, "unknown"),
        ("a.pdf", b"", 400, "empty"),
    ],
)
def test_what_is_not_accepted_is_refused_by_its_name_and_nothing_is_kept(
    api: APIClient, media: Path, name: str, content: bytes, status: int, says: str
) -> None:
    problem = problem_of(upload(api, SimpleUploadedFile(name, content)), status)

    assert says in problem["detail"]
    if status == 415:
        assert "PDF" in problem["detail"], "it says what is accepted"
    assert nothing_is_kept(media)


@override_settings(OCRSITE_MAX_UPLOAD_BYTES=2**20)
def test_a_file_over_the_limit_is_refused_and_nothing_is_kept(api: APIClient, media: Path) -> None:
    answer = upload(api, pdf_file("a.pdf", pdf_bytes(2**20 + 1)))

    assert "1 MB" in problem_of(answer, 413)["detail"]
    assert nothing_is_kept(media)


@override_settings(OCRSITE_MAX_UPLOAD_BYTES=2**20)
def test_a_file_at_the_limit_is_kept(api: APIClient) -> None:
    assert upload(api, pdf_file("a.pdf", pdf_bytes(2**20))).status_code == 201


@override_settings(OCRSITE_MAX_UPLOAD_BYTES=30 * 2**20)
def test_a_length_over_the_limit_is_refused_before_the_body_is_read(api: APIClient) -> None:
    answer = api.generic(
        "POST", URL, "--x", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(35 * 2**20),
    )  # fmt: skip

    problem_of(answer, 413)


def test_a_body_of_unknown_length_is_asked_to_say_it(api: APIClient) -> None:
    answer = api.generic(
        "POST", URL, "", content_type="multipart/form-data; boundary=x",
        HTTP_TRANSFER_ENCODING="chunked",
    )  # fmt: skip

    problem_of(answer, 411)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x"),
        (b"garbage", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n',
         "multipart/form-data; boundary=x"),
        (b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
         b"Content-Transfer-Encoding: base64\r\n\r\n%%%%\r\n--x--\r\n",
         "multipart/form-data; boundary=x"),
    ],
)  # fmt: skip
def test_a_broken_form_or_one_without_a_file_is_a_400(
    api: APIClient, media: Path, body: bytes, content_type: str
) -> None:
    problem_of(api.post(URL, body, content_type=content_type), 400)
    assert nothing_is_kept(media)


@pytest.mark.parametrize(
    "fields",
    [
        {"ocr": "sometimes"},
        {"language": "russian"},
        {"language": "r1"},
        {"team": "mine"},
        {"title": "x" * 501},
        {"title": "a\0b"},
        {"tags": "x" * 101},
        {"tags": ",".join(f"t{n}" for n in range(51))},
        {"titel": "a typo"},
    ],
)
def test_a_field_that_makes_no_sense_is_named_and_nothing_is_kept(
    api: APIClient, media: Path, fields: dict[str, str]
) -> None:
    problem = problem_of(upload(api, **fields), 400)

    assert {name.split(".")[0] for name in problem["errors"]} == set(fields)
    assert nothing_is_kept(media)


def test_two_files_in_one_request_are_refused(api: APIClient, media: Path) -> None:
    answer = api.post(URL, {"file": [pdf_file(), pdf_file()]}, format="multipart")

    assert "file" in problem_of(answer, 400)["errors"]
    assert nothing_is_kept(media)


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "a\nb.pdf", "NUL.pdf"])
def test_a_hostile_name_becomes_a_safe_one(api: APIClient, media: Path, name: str) -> None:
    answer = upload(api, SimpleUploadedFile(name, pdf_bytes()), filename=name)

    assert answer.status_code == 201
    filename = answer.json()["filename"]
    assert not set("/\\\n") & set(filename)
    document = Document.objects.get()
    assert (media / "documents" / str(document.id) / "original" / filename).is_file()


def test_an_upload_that_names_no_team_goes_to_the_default_one(user: User, team: Team) -> None:
    other = make_team()
    Membership.objects.create(user=user, team=other, is_default=True)

    assert upload(client_of(user)).json()["team"] == str(other.id)


def test_who_is_in_several_teams_without_a_default_has_to_name_one(user: User, team: Team) -> None:
    other = make_team()
    Membership.objects.create(user=user, team=other)

    assert "team" in problem_of(upload(client_of(user)), 400)["errors"]
    assert upload(client_of(user), team=str(other.id)).json()["team"] == str(other.id)


def test_a_team_of_others_is_not_there(api: APIClient, media: Path) -> None:
    problem_of(upload(api, team=str(make_team().id)), 404)
    assert nothing_is_kept(media)


def test_a_reader_can_not_upload(reader_api: APIClient, media: Path) -> None:
    problem_of(upload(reader_api), 403)
    assert nothing_is_kept(media)


def test_nobody_can_not_upload(anonymous_api: APIClient, media: Path) -> None:
    problem_of(upload(anonymous_api), 401)
    assert nothing_is_kept(media)


def test_a_session_uploads_with_its_csrf_token_and_not_without(user: User, team: Team) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)

    problem_of(upload(client), 403)

    client.cookies["csrftoken"] = "a" * 32
    assert client.post(
        URL, {"file": pdf_file()}, format="multipart", HTTP_X_CSRFTOKEN="a" * 32
    ).status_code == 201  # fmt: skip


def test_a_superuser_in_no_team_has_to_name_one(team: Team) -> None:
    root = client_of(make_user(is_superuser=True))

    problem_of(upload(root), 400)
    assert upload(root, team=str(team.id)).status_code == 201


def test_a_path_without_its_last_slash_takes_uploads_too(api: APIClient) -> None:
    answer = api.post("/api/v1/documents", {"file": pdf_file()}, format="multipart")

    assert answer.status_code == 201


def test_the_documents_of_others_do_not_count_as_the_same(api: APIClient) -> None:
    content = pdf_bytes()
    make_document(sha256=hashlib.sha256(content).hexdigest())

    assert upload(api, pdf_file("a.pdf", content)).status_code == 201


@pytest.mark.parametrize("body", [b"file=1", b""])
def test_other_formats_are_a_415(api: APIClient, body: bytes) -> None:
    answer = api.post(URL, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in (400, 415)
    problem_of(answer, answer.status_code)
