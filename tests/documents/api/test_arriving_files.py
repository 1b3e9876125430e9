"""A file that is only in the bucket is sent while it comes, and then is on this disk again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from documents.files import streaming_fetch
from documents.files.keys import original_key, result_key
from documents.files.storage import archive
from documents.models import Document, Team
from tests.documents.api.arriving import LARGE, SMALL, drafts, gone, is_here, stream
from tests.documents.api.conftest import problem_of
from tests.factories import make_document
from tests.ocrsite.running_site import eventually
from tests.s3_faults import Fault, FaultyS3

pytestmark = pytest.mark.any_database

Url = Callable[..., str]


Make = Callable[..., Document]


def gets(s3: FaultyS3) -> int:
    return len([seen for seen in s3.seen if seen.operation == "get"])


def test_an_answer_is_begun_before_the_file_is_here(
    api: APIClient, s3: FaultyS3, in_bucket: Make, url: Url
) -> None:
    document = in_bucket(LARGE)
    s3.faults["get"] = Fault(kind="pause")

    answer = api.get(url(document, "original/"))
    pieces = stream(answer)
    first = b"".join(next(pieces) for _ in range(8))

    assert not s3.go_on.is_set()
    assert answer.headers["Content-Length"] == str(len(LARGE))
    assert answer.headers["ETag"] == f'"{document.sha256}"'
    assert first == LARGE[: len(first)]
    s3.go_on.set()
    assert first + b"".join(pieces) == LARGE


def test_what_came_is_kept_and_not_fetched_again(
    api: APIClient, s3: FaultyS3, in_bucket: Make, url: Url
) -> None:
    document = in_bucket(LARGE)
    before = api.get(url(document, "original/"))
    assert before.getvalue() == LARGE
    assert is_here(document)

    again = api.get(url(document, "original/"))

    assert again.getvalue() == LARGE
    assert again.headers["ETag"] == before.headers["ETag"]
    assert gets(s3) == 1
    assert drafts() == []


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize(("first", "last"), [(0, 3), (9, None), (5, 5), (None, 2)])
def test_a_part_of_it_can_be_had(
    api: APIClient, in_bucket: Make, url: Url, content: bytes, first: int | None, last: int | None
) -> None:
    document = in_bucket(content)
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"

    answer = api.get(url(document, "original/"), HTTP_RANGE=header)

    wanted = content[-2:] if first is None else content[first : None if last is None else last + 1]
    assert answer.status_code == 206
    assert answer.getvalue() == wanted
    assert answer.headers["Content-Range"].endswith(f"/{len(content)}")


def test_a_part_far_ahead_does_not_wait_for_what_comes_before(
    api: APIClient, s3: FaultyS3, in_bucket: Make, url: Url
) -> None:
    document = in_bucket(LARGE)
    s3.faults["get"] = Fault(kind="pause", times=1)

    answer = api.get(url(document, "original/"), HTTP_RANGE="bytes=-1000")

    assert answer.getvalue() == LARGE[-1000:]
    assert not s3.go_on.is_set()


def test_a_part_that_is_not_there_is_a_416(api: APIClient, in_bucket: Make, url: Url) -> None:
    document = in_bucket(SMALL)

    answer = api.get(url(document, "original/"), HTTP_RANGE="bytes=19-")

    problem_of(answer, 416)
    assert answer.headers["Content-Range"] == "bytes */19"


def test_head_says_what_get_says(api: APIClient, in_bucket: Make, url: Url) -> None:
    path = url(in_bucket(LARGE), "original/")

    head, get = api.head(path), api.get(path)

    assert head.status_code == 200
    for name in ("Content-Length", "Content-Type", "ETag", "X-Content-Type-Options",
                 "Content-Security-Policy", "Content-Disposition", "Accept-Ranges"):  # fmt: skip
        assert head.headers[name] == get.headers[name], name
    gone(head)
    gone(get)


def test_who_has_it_is_not_sent_it(api: APIClient, in_bucket: Make, url: Url) -> None:
    document = in_bucket(SMALL)

    answer = api.get(url(document, "original/"), HTTP_IF_NONE_MATCH=f'"{document.sha256}"')

    assert answer.status_code == 304


def test_two_who_want_it_read_what_is_fetched_once(
    api: APIClient, s3: FaultyS3, in_bucket: Make, url: Url
) -> None:
    document = in_bucket(LARGE)
    s3.faults["get"] = Fault(kind="pause")
    one, other = (api.get(url(document, "original/")) for _ in range(2))
    pieces = stream(one)
    first = next(pieces)
    s3.go_on.set()

    assert other.getvalue() == LARGE
    assert first + b"".join(pieces) == LARGE
    assert gets(s3) == 1


def test_it_goes_on_coming_when_who_wanted_it_has_gone(
    api: APIClient, s3: FaultyS3, in_bucket: Make, url: Url
) -> None:
    document = in_bucket(LARGE)
    s3.faults["get"] = Fault(kind="pause")
    answer = api.get(url(document, "original/"))
    next(stream(answer))
    gone(answer)
    s3.go_on.set()

    eventually(lambda: is_here(document), 20, "the file on this disk")

    assert archive().path(original_key(document.id, "a.pdf")).read_bytes() == LARGE


def test_only_so_many_are_fetched_at_once(
    api: APIClient, s3: FaultyS3, in_bucket: Make, url: Url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming_fetch, "MAX_FETCHES", 1)
    s3.faults["get"] = Fault(kind="pause")
    one, other = in_bucket(LARGE), in_bucket(LARGE[1:])
    answer = api.get(url(one, "original/"))

    assert problem_of(api.get(url(other, "original/")), 503)["code"] == "busy"
    gone(answer)


def test_a_large_result_is_sent_while_it_comes(
    api: APIClient, s3: FaultyS3, team: Team, url: Url
) -> None:
    facts = {"size": len(LARGE), "sha256": hashlib.sha256(LARGE).hexdigest()}
    document = make_document(team, pages=["a"], result_files={"json": facts})
    s3.objects[result_key(document.id, "json")] = LARGE
    s3.faults["get"] = Fault(kind="pause")

    answer = api.get(url(document, "result.json"))
    pieces = stream(answer)
    first = next(pieces)

    assert not s3.go_on.is_set()
    s3.go_on.set()
    assert first + b"".join(pieces) == LARGE
    assert api.get(url(document, "result.json")).headers["ETag"] == answer.headers["ETag"]


def test_no_file_stays_open(api: APIClient, in_bucket: Make, url: Url) -> None:
    descriptors = Path("/proc/self/fd")

    def opened() -> list[str]:
        return [
            str(target)
            for target in (Path(os.path.realpath(found)) for found in descriptors.iterdir())
            if "a.pdf" in target.name or "fetched" in target.name
        ]

    for document in (in_bucket(LARGE), in_bucket(LARGE[1:], damaged=SMALL), in_bucket(SMALL)):
        answer = api.get(url(document, "original/"))
        gone(answer)

    eventually(lambda: not streaming_fetch._under_way, 20, "the end")
    assert opened() == []
