"""The access check: reports what the key may do in sentences, and never raises."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from documents.bucket import settings as bucket_settings
from documents.bucket.access_check import BucketReport, check_access
from documents.bucket.settings import Timeouts
from documents.bucket.store import Bucket
from tests.busy import allow
from tests.s3 import NO_LIST, NO_WRITE, Identity, S3Server, free_ports
from tests.s3_faults import Fault, faulty_s3

#: Asked once; answers on loopback come at once, and on a busy machine within seconds.
ONCE = Timeouts(connect=20.0, read=20.0, attempts=1)
DOCS = (Path(__file__).resolve().parents[3] / "docs" / "operations.md").read_text("utf-8")
NOTHING = BucketReport(ok=False, can_list=False, can_read=False, can_delete=False, problems=())


def one_problem(report: BucketReport) -> str:
    """The only problem; it is one sentence."""
    (problem,) = report.problems
    assert problem.endswith(".") and "\n" not in problem
    return problem


def checked(server: S3Server, bucket: Bucket, identity: Identity) -> BucketReport:
    return check_access(Bucket(server.address(bucket.address.name, identity)))


# --- against a real server ---------------------------------------------------------------------


@pytest.mark.s3
def test_full_access_has_no_problems_and_leaves_no_probe(s3_bucket: Bucket) -> None:
    report = check_access(s3_bucket)

    assert report == BucketReport(
        ok=True, can_list=True, can_read=True, can_delete=True, problems=()
    )
    assert list(s3_bucket.list("")) == []


@pytest.mark.s3
def test_a_key_that_may_not_list_can_not_restore(s3_server: S3Server, s3_bucket: Bucket) -> None:
    report = checked(s3_server, s3_bucket, NO_LIST)

    assert "this key cannot restore" in one_problem(report)
    assert replace(report, problems=()) == BucketReport(
        ok=True, can_list=False, can_read=True, can_delete=True, problems=()
    )


@pytest.mark.s3
def test_a_key_that_may_not_write(s3_server: S3Server, s3_bucket: Bucket) -> None:
    report = checked(s3_server, s3_bucket, NO_WRITE)

    assert "may not write" in one_problem(report)
    assert not report.ok
    assert report.can_list


#: What a person may set wrongly, and of the one sentence that they get for it what can't be in any
#: other. PORT: the server's.
WRONG_SETTINGS = {
    "no CLOUDRU_S3_ENDPOINT": ({"ENDPOINT": ""}, "CLOUDRU_S3_ENDPOINT is not set"),
    "no CLOUDRU_S3_BUCKET": ({"BUCKET": ""}, "CLOUDRU_S3_BUCKET is not set"),
    "no CLOUDRU_S3_ACCESS_KEY": ({"ACCESS_KEY": ""}, "CLOUDRU_S3_ACCESS_KEY is not set"),
    "no CLOUDRU_S3_SECRET_KEY": ({"SECRET_KEY": ""}, "CLOUDRU_S3_SECRET_KEY is not set"),
    "an endpoint where nothing listens": (
        {"ENDPOINT": "http://127.0.0.1:1"},
        "Nothing listens at",
    ),
    "an endpoint whose name is not known": (
        {"ENDPOINT": "https://s3.no-such-name.invalid"},
        "The name in",
    ),
    "an endpoint without a scheme, where TLS is not spoken": (
        {"ENDPOINT": "127.0.0.1:PORT"},
        "does not speak TLS",
    ),
    "an endpoint that is no address": ({"ENDPOINT": "http://not a server"}, "is no address of a"),
    "an endpoint that ends in another path": (
        {"ENDPOINT": "http://127.0.0.1:PORT/elsewhere"},
        "must be the server's address alone",
    ),
    "a bucket that does not exist": ({"BUCKET": "no-such-bucket"}, "There is no bucket"),
    "a name that no bucket can have": ({"BUCKET": "my bucket"}, "can't be the name of a bucket"),
    "another access key": ({"ACCESS_KEY": "tenant:other"}, "does not know the access key"),
    "an access key without a colon": (
        {"ACCESS_KEY": "key"},
        "CLOUDRU_S3_ACCESS_KEY has no colon",
    ),
    "another secret key": (
        {"SECRET_KEY": "not-the-secret-of-this-key"},
        "The secret key does not belong to the access key",
    ),
}


def said_of(server: S3Server, bucket: Bucket, wrong: dict[str, str]) -> list[str]:
    """Every sentence that a start with these settings has for a person."""
    given = server.variables(bucket.address.name)
    for name, text in wrong.items():
        given[f"CLOUDRU_S3_{name}"] = text.replace("PORT", str(server.port))
    settings = bucket_settings.read_bucket_settings(given)
    found = check_access(Bucket(settings.bucket)).problems if settings.bucket else ()
    return [*settings.warnings, *found]


@pytest.mark.s3
@pytest.mark.parametrize("case", WRONG_SETTINGS)
def test_each_wrong_setting_has_a_sentence_of_its_own_that_the_docs_explain(
    s3_server: S3Server, s3_bucket: Bucket, case: str
) -> None:
    wrong, words = WRONG_SETTINGS[case]

    said = said_of(s3_server, s3_bucket, wrong)

    assert words in said[0] or words in said[-1], said
    others = [text for name, (_, text) in WRONG_SETTINGS.items() if name != case]
    # A key without a colon is also one that the server does not know.
    assert not [text for text in others if text in said[0]], said
    assert f"| {case} | *" in DOCS and words in DOCS


# --- against one that fails as it is told to ---------------------------------------------------


def test_a_key_that_may_not_delete_is_no_reason_to_worry_much() -> None:
    with faulty_s3({"delete": Fault(403, "AccessDenied")}) as server:
        report = check_access(Bucket(server.address, ONCE))

    assert "may not delete" in one_problem(report)
    assert report.ok and report.can_list and not report.can_delete


def test_a_key_that_may_not_read() -> None:
    with faulty_s3({"get": Fault(403, "AccessDenied")}) as server:
        report = check_access(Bucket(server.address, ONCE))

    assert "may not read" in one_problem(report)
    assert not report.ok and not report.can_read and report.can_list and report.can_delete


@pytest.mark.parametrize("code", ["AccessDenied", ""])
def test_a_refused_list_is_distinguished_from_an_empty_one(code: str) -> None:
    with faulty_s3({"list": Fault(403, code)}) as server:
        report = check_access(Bucket(server.address, ONCE))

    assert "this key cannot restore" in one_problem(report)


def test_a_full_bucket_can_still_be_read() -> None:
    with faulty_s3({"put": Fault(507)}) as server:
        report = check_access(Bucket(server.address, ONCE))

    assert "no room left" in one_problem(report)
    assert not report.ok and report.can_list


def test_clocks_that_differ() -> None:
    with faulty_s3({"any": Fault(403, "RequestTimeTooSkewed", clock=3600)}) as server:
        report = check_access(Bucket(server.address, ONCE))

    assert "60 minutes behind" in one_problem(report)


def test_no_server_listens() -> None:
    with faulty_s3() as server:
        address = replace(server.address, endpoint=f"http://127.0.0.1:{free_ports(1)[0]}")

    report = check_access(Bucket(address, ONCE))

    assert "Nothing listens" in one_problem(report)
    assert replace(report, problems=()) == NOTHING


def test_a_server_that_hangs_does_not_delay_the_caller() -> None:
    with faulty_s3({"any": Fault(kind="hang")}) as server:
        begun = time.monotonic()
        report = check_access(Bucket(server.address), within=0.5)
        seconds = time.monotonic() - begun

    assert "did not answer all of the check within 0.5 s" in one_problem(report)
    assert not report.ok
    assert seconds < allow(5)


def test_bytes_that_come_back_changed_are_noticed() -> None:
    with faulty_s3({"get": Fault(200, body="something else")}) as server:
        report = check_access(Bucket(server.address, ONCE))

    assert "comes back as something else" in one_problem(report)
    assert not report.ok


def test_a_list_that_lacks_the_probe_is_noticed() -> None:
    empty = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"
    with faulty_s3({"list": Fault(200, body=empty)}) as server:
        report = check_access(Bucket(server.address, ONCE))

    assert "lacks what was just written" in one_problem(report)
    assert report.ok and not report.can_list


def test_a_mistake_in_this_program_stops_no_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty_s3() as server:
        bucket = Bucket(server.address)
        monkeypatch.setattr(bucket, "put_bytes", lambda *_: 1 / 0)
        report = check_access(bucket)

    assert "can't be checked (ZeroDivisionError)" in one_problem(report)
    assert replace(report, problems=()) == NOTHING
