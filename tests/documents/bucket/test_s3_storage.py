"""The requests to the bucket, and what can't change them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from documents.bucket.errors import BucketBusy, BucketUnreachable
from documents.bucket.store import Bucket
from tests.s3_faults import Fault, FaultyS3, Seen, faulty_s3

#: Differ from one request to the next, or say only what program asks.
_OWN = {"x-amz-date", "authorization", "amz-sdk-invocation-id", "user-agent"}

NONSENSE = {
    "AWS_ACCESS_KEY_ID": "of-another",
    "AWS_SECRET_ACCESS_KEY": "of-another",
    "AWS_SESSION_TOKEN": "of-another",
    "AWS_S3_ACCESS_KEY_ID": "of-another",
    "AWS_S3_SECRET_ACCESS_KEY": "of-another",
    "AWS_S3_SESSION_PROFILE": "nonsense",
    "AWS_PROFILE": "nonsense",
    "AWS_REGION": "mars-1",
    "AWS_DEFAULT_REGION": "mars-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
    "AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported",
    "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_supported",
    "AWS_MAX_ATTEMPTS": "nonsense",
    "AWS_RETRY_MODE": "nonsense",
    "AWS_DEFAULTS_MODE": "nonsense",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "nonsense",
    "AWS_S3_USE_ARN_REGION": "true",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "nonsense",
    "AWS_AUTH_SCHEME_PREFERENCE": "nonsense",
    "AWS_SIGV4A_SIGNING_REGION_SET": "nonsense",
    "AWS_CA_BUNDLE": "/nonsense",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/nonsense",
    "AWS_DATA_PATH": "/nonsense",
    "BOTO_CONFIG": "/nonsense",
}


def requests_of(server: FaultyS3, path: Path) -> list[Seen]:
    """Every kind of request, as the server saw them."""
    server.seen.clear()
    bucket = Bucket(server.address)
    path.write_bytes(b"content")
    bucket.put_file("ё/a b", path)
    bucket.put_bytes("c", b"content")
    bucket.head("c")
    bucket.get_bytes("c")
    list(bucket.list("c"))
    bucket.delete("c")
    return list(server.seen)


def test_requests_are_signed_for_the_region_with_their_content(tmp_path: Path) -> None:
    with faulty_s3() as server:
        seen = requests_of(server, tmp_path / "file")

    operations = [request.operation for request in seen]
    assert operations == ["put", "put", "head", "get", "list", "delete"]
    for request in seen:
        signature = request.headers["authorization"]
        assert signature.startswith("AWS4-HMAC-SHA256 Credential=tenant:key/")
        assert "/ru-central-1/s3/aws4_request" in signature
        assert request.path.startswith("/bucket"), "the bucket is in the path, not in the host"
    for request in seen[:2]:
        content = hashlib.sha256(b"content").hexdigest()
        assert request.headers["x-amz-content-sha256"] == content


def test_no_checksums_are_sent_that_vendors_refuse(tmp_path: Path) -> None:
    with faulty_s3() as server:
        seen = requests_of(server, tmp_path / "file")

    for request in seen:
        assert [name for name in request.headers if "checksum" in name or "trailer" in name] == []
        assert "aws-chunked" not in request.headers.get("content-encoding", "")


def test_no_other_variable_and_no_file_has_an_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faulty_s3() as server:
        before = requests_of(server, tmp_path / "file")
        for name, text in NONSENSE.items():
            monkeypatch.setenv(name, text)
        (tmp_path / ".aws").mkdir()
        for file in ("config", "credentials"):
            (tmp_path / ".aws" / file).write_text("this is [no configuration\n= at all")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / ".aws" / "config"))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / ".aws" / "credentials"))

        after = requests_of(server, tmp_path / "file")

    def said(seen: list[Seen]) -> list[object]:
        return [
            (s.operation, s.path, {k: v for k, v in s.headers.items() if k not in _OWN})
            for s in seen
        ]

    assert said(after) == said(before)
    for request in after:
        assert "Credential=tenant:key/" in request.headers["authorization"]
        assert "/ru-central-1/" in request.headers["authorization"]


def test_a_busy_server_is_asked_twice() -> None:
    with faulty_s3({"put": Fault(503, "SlowDown", times=1)}) as server:
        Bucket(server.address).put_bytes("a", b"content")

        assert server.objects == {"a": b"content"}

    with faulty_s3({"put": Fault(503, "SlowDown")}) as server:
        with pytest.raises(BucketBusy):
            Bucket(server.address).put_bytes("a", b"content")

        assert len(server.seen) == 2


def test_nothing_is_sent_before_the_first_call() -> None:
    with faulty_s3() as server:
        Bucket(server.address)

        assert server.seen == []


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that only itself vouches for, with its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    path = tmp_path / "certificate.pem"
    subprocess.run(
        [
            openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(path),
        ],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    text = path.read_text()
    if "CERTIFICATE" not in text or "PRIVATE KEY" not in text:
        pytest.skip("openssl overwrote one with the other")
    return path


def test_an_untrusted_certificate_is_refused(certificate: Path) -> None:
    with faulty_s3(certificate=certificate) as server:
        with pytest.raises(BucketUnreachable, match=r"certificate of https://.* is not trusted"):
            Bucket(server.address).put_bytes("a", b"")

        assert server.objects == {}


def test_the_machines_authorities_are_trusted(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with faulty_s3(certificate=certificate) as server:
        Bucket(server.address).put_bytes("a", b"content")

        assert server.objects == {"a": b"content"}
