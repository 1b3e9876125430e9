"""A file keeps its name, however the client spells it in the form."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from documents.files.part_headers import LONGEST_HEADERS
from tests.documents.api.conftest import problem_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NAME = "Договор аренды № 7.pdf"
LONG = "договор" * 17 + ".pdf"  # 119 letters, as of issue 14
assert len(LONG) > 120


def encoded_word(name: str, charset: str = "utf-8") -> bytes:
    return b"=?%s?B?%s?=" % (charset.encode(), base64.b64encode(name.encode(charset)))


def starred(name: str) -> bytes:
    return b"utf-8''" + quote(name).encode()


SPELLINGS = {
    "raw UTF-8": lambda name: b'filename="%s"' % name.encode(),
    "raw cp1251": lambda name: b'filename="%s"' % name.encode("cp1251"),
    "RFC 5987": lambda name: b"filename*=" + starred(name),
    "RFC 2047": lambda name: b'filename="%s"' % encoded_word(name),
    "RFC 2047 in cp1251": lambda name: b'filename="%s"' % encoded_word(name, "windows-1251"),
    "RFC 2047, no quotes": lambda name: b"filename=" + encoded_word(name),
    ".NET": lambda name: b'filename="%s"; filename*=%s' % (encoded_word(name), starred(name)),
    "a fallback first": lambda name: b'filename="file.pdf"; filename*=' + starred(name),
    "a fallback last": lambda name: b"filename*=" + starred(name) + b'; filename="file.pdf"',
    "percent-encoded": lambda name: b'filename="%s"' % quote(name).encode(),
    "parts of RFC 2231": lambda name: (
        b"filename*0*=" + starred(name[:7]) + b"; filename*1*=" + quote(name[7:]).encode()
    ),
    "folded": lambda name: b'\r\n filename="%s"' % name.encode(),
}


def send(api: APIClient, parameters: bytes, content: bytes = b"%PDF-1.4 x") -> Any:
    body = (
        b"--edge\r\nContent-Disposition: form-data; name=file; " + parameters + b"\r\n"
        b"Content-Type: application/pdf\r\n\r\n" + content + b"\r\n--edge--\r\n"
    )
    return post(api, body)


def post(api: Any, body: bytes) -> Any:
    """Bytes as they are."""
    return api.generic(
        "POST", "/api/v1/documents/", body, content_type="multipart/form-data; boundary=edge"
    )


@pytest.mark.parametrize("name", [NAME, LONG, "a b.pdf", "100%25.pdf"])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_name_arrives_as_it_was(api: APIClient, media: Any, spelling: str, name: str) -> None:
    if spelling == "percent-encoded" and name.isascii():
        pytest.skip("nobody can tell it from a name with percent signs")
    if spelling == "raw cp1251" and "№" not in name and name.isascii():
        pytest.skip("the same bytes as in UTF-8")

    answer = send(api, SPELLINGS[spelling](name))

    assert answer.status_code == 201, answer.content
    assert answer.json()["title"] == name.removesuffix(".pdf")
    kept = answer.json()["filename"]
    assert kept.endswith(".pdf")
    assert name.startswith(kept.removesuffix(".pdf"))
    assert kept == name or len(name) > 100


@pytest.mark.parametrize(
    "parameters",
    [
        b"filename*=no-such-charset''a.pdf",
        b"filename=\"=?no-such?B?0YI=?=\"",
        b"filename*=utf-8''%FF%FE",
        b'filename="\x98.pdf"',
        b'filename="=?utf-8?B?!!!?="',
    ],
)  # fmt: skip
def test_a_name_that_makes_no_sense_loses_no_file(
    api: APIClient, media: Any, parameters: bytes
) -> None:
    assert send(api, parameters).status_code == 201


def test_headers_without_end_are_refused(api: APIClient, media: Any) -> None:
    problem_of(send(api, b'filename="%s.pdf"' % (b"a" * LONGEST_HEADERS)), 400)


def test_a_field_keeps_its_letters_beside_the_file(api: APIClient, media: Any) -> None:
    body = (
        '--edge\r\nContent-Disposition: form-data; name="title"\r\n\r\nПисьмо\r\n'
        '--edge\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        "%PDF-1.4 y\r\n--edge--\r\n"
    ).encode()

    answer = post(api, body)

    assert answer.json()["title"] == "Письмо"
