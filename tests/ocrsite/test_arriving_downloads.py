"""A served site sends what only its bucket has: whole or broken off, in little memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from documents.bucket.store import Bucket
from documents.files.keys import original_key
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, free_port, running
from tests.s3 import S3Server

pytestmark = [pytest.mark.chaos, pytest.mark.s3, pytest.mark.slow, pytest.mark.timeout(300)]

MIB = 2**20
CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * (64 * MIB // 256)


@pytest.fixture(scope="module")
def bucket(s3_server: S3Server) -> Bucket:
    return Bucket(s3_server.address(s3_server.new_bucket()))


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server, bucket: Bucket
) -> Iterator[Site]:
    with running(
        tmp_path_factory.mktemp("arriving") / "data",
        port=free_port(),
        OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD,
        OCRSITE_WORKERS="1",
        **s3_server.variables(bucket.address.name),
    ) as site:
        site.wait_for_bootstrap()
        site.log_in()
        yield site


def in_the_bucket_alone(site: Site, content: bytes) -> Path:
    """Where on the disk the original of a document was, that is mirrored and gone from there."""
    answer = site.upload("large.pdf", content)
    assert answer.status_code == 201, answer.text
    document_id = answer.json()["id"]
    key = original_key(document_id, "large.pdf")

    def settled() -> bool:
        # Until then its background tasks would fetch the file again.
        found = site.document(document_id)
        return bool(found["status"] == "failed" and found["storage"] == "mirrored")

    eventually(settled, 60, "a document that can't be read, in the bucket")
    path = site.data_dir / "media" / key
    path.unlink()
    return path


def url(path: Path) -> str:
    return f"/api/v1/documents/{path.parent.parent.name}/original/"


def peak(site: Site) -> int:
    """The most memory (bytes) that a process of the web has had since `forget_peak`."""

    def of(process: psutil.Process) -> int:
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) * 1024 if found else 0

    return max(of(process) for process in webs(site))


def forget_peak(site: Site) -> None:
    for process in webs(site):
        Path(f"/proc/{process.pid}/clear_refs").write_text("5", encoding="ascii")


def webs(site: Site) -> list[psutil.Process]:
    return [p for p in site.processes() if "ocrsite.front.server" in " ".join(p.cmdline())]


def test_a_large_file_comes_whole_in_little_memory_and_stays(site: Site) -> None:
    path = in_the_bucket_alone(site, CONTENT)
    forget_peak(site)
    before = peak(site)

    answer = site.call(url(path), stream=True)
    found = hashlib.sha256()
    for piece in answer.iter_content(MIB):
        found.update(piece)

    assert found.digest() == hashlib.sha256(CONTENT).digest()
    assert peak(site) - before < 40 * MIB
    assert path.stat().st_size == len(CONTENT)


def test_a_damaged_copy_ends_in_a_broken_connection(site: Site, bucket: Bucket) -> None:
    content = CONTENT[: 8 * MIB]
    path = in_the_bucket_alone(site, content)
    key = path.relative_to(site.data_dir / "media").as_posix()
    bucket.put_bytes(key, content[:-1] + b"!")

    answer = site.call(url(path), stream=True)

    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(content))
    with pytest.raises(requests.exceptions.RequestException):
        answer.content  # noqa: B018
    assert "download_aborted" in site.log
    assert not path.exists()
    assert site.get("/health").status_code == 200
