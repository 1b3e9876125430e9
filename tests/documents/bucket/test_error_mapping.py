"""Every failure of the bucket has an error class and a sentence that says what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from documents.bucket.errors import (
    BucketBusy,
    BucketError,
    BucketForbidden,
    BucketFull,
    BucketRefused,
    BucketUnreachable,
    ClockSkew,
    NoSuchBucket,
    ObjectMissing,
    WrongAccessKey,
    WrongSecretKey,
)
from documents.bucket.settings import BucketAddress, Timeouts
from documents.bucket.store import Bucket
from tests.s3 import S3Server, free_ports
from tests.s3_faults import Fault, faulty_s3

#: Asked once; answers on loopback come at once, and on a busy machine within seconds.
ONCE = Timeouts(connect=20.0, read=20.0, attempts=1)


def failure(ask: Callable[[], object]) -> BucketError:
    """The error that `ask` raises; its detail is one sentence for a person."""
    with pytest.raises(BucketError) as caught:
        ask()
    detail = caught.value.detail
    assert str(caught.value) == detail
    assert "\n" not in detail and re.fullmatch(r"[A-Z].*[.]", detail), detail
    return caught.value


def answered(fault: Fault) -> BucketError:
    """What is raised where a request is answered with `fault`."""
    with faulty_s3({"any": fault}) as server:
        return failure(lambda: Bucket(server.address, ONCE).put_bytes("a", b"content"))


# --- what a real server says ------------------------------------------------------------------


@pytest.mark.s3
def test_a_wrong_access_key(s3_server: S3Server) -> None:
    address = replace(s3_server.address("bucket"), access_key="tenant:other")

    error = failure(lambda: Bucket(address).get_bytes("a"))

    assert type(error) is WrongAccessKey
    assert "CLOUDRU_S3_ACCESS_KEY" in error.detail and "tenant_id:key_id" in error.detail


@pytest.mark.s3
def test_a_wrong_secret_key(s3_server: S3Server) -> None:
    address = replace(s3_server.address("bucket"), secret_key="not-the-secret-of-this-key")

    error = failure(lambda: Bucket(address).put_bytes("a", b""))

    assert type(error) is WrongSecretKey
    assert "CLOUDRU_S3_SECRET_KEY" in error.detail
    assert address.secret_key not in error.detail


@pytest.mark.s3
def test_an_upload_of_a_file_has_the_same_errors(s3_server: S3Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    address = replace(s3_server.address("bucket"), access_key="tenant:other")

    error = failure(lambda: Bucket(address).put_file("a", tmp_path / "file"))

    assert type(error) is WrongAccessKey


@pytest.mark.s3
def test_https_where_the_server_speaks_none(s3_server: S3Server) -> None:
    address = replace(s3_server.address("b1"), endpoint=f"https://127.0.0.1:{s3_server.port}")

    error = failure(lambda: Bucket(address, ONCE).get_bytes("a"))

    assert type(error) is BucketUnreachable
    assert "must begin with http://" in error.detail


# --- no answer ----------------------------------------------------------------------------------


def asked_at(endpoint: str) -> BucketError:
    """What is raised where the settings name `endpoint`."""
    address = BucketAddress(endpoint, "bucket", "tenant:key", "secret-of-nobody")
    return failure(lambda: Bucket(address, ONCE).get_bytes("a"))


def test_nothing_listens() -> None:
    error = asked_at(f"http://127.0.0.1:{free_ports(1)[0]}")

    assert type(error) is BucketUnreachable
    assert "Nothing listens at" in error.detail and "CLOUDRU_S3_ENDPOINT" in error.detail


def test_an_unknown_host_name() -> None:
    error = asked_at("http://no-such-host.invalid")

    assert type(error) is BucketUnreachable
    assert "is not known" in error.detail


def test_a_server_that_hangs() -> None:
    with faulty_s3({"any": Fault(kind="hang")}) as server:
        error = failure(lambda: Bucket(server.address, replace(ONCE, read=0.3)).put_bytes("a", b""))

    assert type(error) is BucketUnreachable
    assert "did not answer in time" in error.detail


def test_a_connection_that_is_cut() -> None:
    error = answered(Fault(kind="reset"))

    assert type(error) is BucketUnreachable
    assert "broke off" in error.detail


def test_an_answer_that_ends_too_soon_leaves_no_file(tmp_path: Path) -> None:
    with faulty_s3({"get": Fault(kind="short")}) as server:
        bucket = Bucket(server.address, ONCE)
        error = failure(lambda: bucket.get_file("a", tmp_path / "out"))
        bytes_error = failure(lambda: bucket.get_bytes("a"))

    assert type(error) is type(bytes_error) is BucketUnreachable
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("endpoint", ["https://", "http://s3 cloud.ru", "http://127.0.0.1:99999"])
def test_an_endpoint_that_is_no_address(endpoint: str) -> None:
    error = asked_at(endpoint)

    assert type(error) is BucketUnreachable
    assert "CLOUDRU_S3_ENDPOINT" in error.detail


@pytest.mark.parametrize(
    "name", ["my bucket", "a/b", "arn:aws:s3:eu-west-1:123456789012:accesspoint/a", "-", "b" * 256]
)
def test_a_name_that_no_bucket_has(name: str) -> None:
    with faulty_s3() as server:
        error = failure(lambda: Bucket(replace(server.address, name=name)).get_bytes("a"))

        assert server.seen == []
    assert type(error) is NoSuchBucket
    assert "CLOUDRU_S3_BUCKET" in error.detail


# --- answers that real servers seldom give -----------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "InvalidAccessKeyId", WrongAccessKey),
        (403, "SignatureDoesNotMatch", WrongSecretKey),
        (403, "RequestTimeTooSkewed", ClockSkew),
        (404, "NoSuchBucket", NoSuchBucket),
        (404, "NoSuchKey", ObjectMissing),
        (403, "AccessDenied", BucketForbidden),
        (403, "SomethingOfAVendor", BucketForbidden),
        (403, "", BucketForbidden),
        (401, "", BucketForbidden),
        (503, "SlowDown", BucketBusy),
        (500, "InternalError", BucketBusy),
        (502, "", BucketBusy),
        (429, "", BucketBusy),
        (403, "QuotaExceeded", BucketFull),
        (507, "", BucketFull),
        (400, "InvalidRequest", BucketRefused),
        (501, "NotImplemented", BucketRefused),
        (405, "", BucketRefused),
    ],
)
def test_every_answer_has_its_name(status: int, code: str, expected: type[BucketError]) -> None:
    assert type(answered(Fault(status, code, "words"))) is expected


def test_an_unknown_error_repeats_the_servers_words() -> None:
    error = answered(Fault(400, "Peculiar", "Two lines\nof\tit."))

    assert "Peculiar Two lines of it." in error.detail


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_page_of_a_web_site_is_no_answer(status: int) -> None:
    error = answered(Fault(status, body="<html><p>This is a <b>site"))

    assert type(error) is BucketRefused
    assert "CLOUDRU_S3_ENDPOINT" in error.detail


@pytest.mark.parametrize("page", ["<html><p>This is a <b>site", "<html><p>A site.</p></html>"])
def test_a_web_page_is_not_mistaken_for_the_list_of_an_empty_bucket(page: str) -> None:
    with faulty_s3({"list": Fault(200, body=page)}) as server:
        error = failure(lambda: list(Bucket(server.address, ONCE).list("")))

    assert "CLOUDRU_S3_ENDPOINT" in error.detail


def test_the_secret_key_is_never_repeated() -> None:
    error = answered(Fault(400, "Peculiar", "You sent secret-of-nobody to us."))

    assert "secret-of-nobody" not in error.detail
    assert "You sent [secret key] to us." in error.detail


@pytest.mark.parametrize(
    ("clock", "words"),
    [(-1200, "20 minutes ahead of"), (3 * 3600, "3 hours behind"), (-200_000, "2 days ahead of")],
)
def test_the_difference_of_the_clocks_is_reported(clock: float, words: str) -> None:
    error = answered(Fault(403, "RequestTimeTooSkewed", clock=clock))

    assert f"The clock of this machine is {words} the clock" in error.detail


def test_a_refusal_without_a_reason_is_that_of_the_clock_where_clocks_differ() -> None:
    assert type(answered(Fault(403, "AccessDenied", clock=3600))) is ClockSkew
    assert type(answered(Fault(403, "AccessDenied", clock=60))) is BucketForbidden


# --- answers without a body --------------------------------------------------------------------


def test_a_refused_head_gets_its_name_from_a_get() -> None:
    with faulty_s3(
        {"head": Fault(403), "get": Fault(403, "InvalidAccessKeyId", "unknown")}
    ) as server:
        error = failure(lambda: Bucket(server.address, ONCE).head("a"))

    assert type(error) is WrongAccessKey


def test_where_only_head_is_refused_a_get_tells_the_facts() -> None:
    with faulty_s3({"head": Fault(403)}) as server:
        server.objects["a"] = b"four"
        facts = Bucket(server.address, ONCE).head("a")

    assert facts is not None and facts.size == 4


def test_a_missing_bucket_is_not_a_missing_object() -> None:
    with faulty_s3({"head": Fault(404), "get": Fault(404, "NoSuchBucket")}) as server:
        error = failure(lambda: Bucket(server.address, ONCE).head("a"))

    assert type(error) is NoSuchBucket
