"""A file that the bucket does not give, or gives damaged, is never sent as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient
from structlog.testing import capture_logs

from documents.files.keys import result_key
from documents.models import Document, Team
from tests.documents.api.arriving import LARGE, SMALL, drafts, gone, is_here, stream
from tests.documents.api.conftest import problem_of
from tests.factories import make_document
from tests.s3_faults import Fault, FaultyS3

pytestmark = pytest.mark.any_database

Url = Callable[..., str]


Make = Callable[..., Document]


def first_started(ask: Callable[[], Any], attempts: int = 20) -> Any:
    """The first answer that starts before its fetch has failed: on a busy machine the failure may
    be known earlier, and the answer is 503."""
    for _ in range(attempts - 1):
        answer = ask()
        if answer.status_code != 503:
            return answer
    return ask()


def taken_until_it_breaks(pieces: Iterator[bytes]) -> bytes:
    """What a client has got when the answer breaks off; it has to."""
    taken: list[bytes] = []
    with pytest.raises(Exception, match=r"broke off|is damaged"):
        taken.extend(pieces)
    return b"".join(taken)


def test_a_bucket_that_fails_half_way_breaks_the_answer_off(
    api: APIClient, s3: FaultyS3, in_bucket: Make, url: Url
) -> None:
    document = in_bucket(LARGE)

    def asked() -> Any:
        s3.faults["get"] = Fault(kind="half", times=1)
        return api.get(url(document, "original/"))

    with capture_logs() as log:
        answer = first_started(asked)
        taken = taken_until_it_breaks(stream(answer))
        gone(answer)

    assert answer.status_code == 200
    assert len(taken) < len(LARGE)
    assert LARGE.startswith(taken)
    assert {"file_not_fetched", "download_aborted"} <= {entry["event"] for entry in log}
    assert not is_here(document)
    assert drafts() == []
    assert api.get(url(document, "original/")).getvalue() == LARGE, "once it is well again"


def test_a_file_that_came_damaged_is_never_sent_as_a_whole(
    api: APIClient, in_bucket: Make, url: Url
) -> None:
    damaged = LARGE[:-1] + b"!"
    document = in_bucket(LARGE, damaged=damaged)

    answer = first_started(lambda: api.get(url(document, "original/")))
    taken = taken_until_it_breaks(stream(answer))
    gone(answer)

    assert len(taken) < len(LARGE)
    assert not is_here(document)
    assert drafts() == []


@pytest.mark.parametrize("damaged", [SMALL[:-1] + b"!", SMALL[:-1], SMALL + b"!"])
def test_a_small_one_that_is_damaged_is_a_problem(
    api: APIClient, in_bucket: Make, url: Url, damaged: bytes
) -> None:
    document = in_bucket(SMALL, damaged=damaged)

    problem = problem_of(api.get(url(document, "original/")), 503)

    assert problem["code"] == "damaged-copy"
    assert "verify" in problem["detail"]
    assert not is_here(document)


def test_what_is_not_in_the_bucket_either_is_missing(
    api: APIClient, s3: FaultyS3, in_bucket: Make, url: Url
) -> None:
    document = in_bucket(SMALL)
    s3.objects.clear()

    assert problem_of(api.get(url(document, "original/")), 503)["code"] == "original-missing"


def test_a_bucket_that_does_not_answer_is_a_problem(
    api: APIClient, s3: FaultyS3, in_bucket: Make, url: Url
) -> None:
    document = in_bucket(LARGE)
    s3.faults["get"] = Fault(kind="reset")

    assert problem_of(api.get(url(document, "original/")), 503)["code"] == "bucket-unreachable"


def test_a_result_whose_copy_is_damaged_is_assembled_again(
    api: APIClient, s3: FaultyS3, team: Team, url: Url
) -> None:
    facts = {"size": 3, "sha256": hashlib.sha256(b"one").hexdigest()}
    document = make_document(team, pages=["a page"], result_files={"txt": facts})
    s3.objects[result_key(document.id, "txt")] = b"two"

    assert api.get(url(document, "result.txt")).getvalue() == b"a page\n"
