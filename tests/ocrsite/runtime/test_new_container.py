"""A container is disposable: what one archived, the next one has, from the bucket alone.

One story in real processes: a site is killed and its disk is gone; a second one begins with an
empty data directory; it stops, starts without its bucket, and a third one begins beside it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from documents.bucket.store import Bucket
from tests.chaos.letters import letters
from tests.ocrsite.litestream_runs import objects, restored_rows
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, free_port, running
from tests.s3 import S3Server, S3Unavailable

# The first test's time is that of all the others' beginning, too.
pytestmark = [
    pytest.mark.long,
    pytest.mark.chaos,
    pytest.mark.s3,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

CORRECTED = "What a person made of it"


@dataclass
class Archive:
    """What was put into it, and how to come back to it."""

    directory: Path
    server: S3Server
    bucket: Bucket
    variables: dict[str, str]
    documents: dict[str, bytes] = field(default_factory=dict)
    corrected: str = ""
    token: str = ""
    browser: requests.Session = field(default_factory=requests.Session)
    first_replica: str = ""

    def site(self, name: str) -> contextlib.AbstractContextManager[Site]:
        return running(
            self.directory / name, port=free_port(), OCRSITE_WORKERS="1", **self.variables
        )

    def in_the_bucket(self, sql: str) -> bool:
        found = restored_rows(self.bucket, self.directory, sql)
        return bool(found and found[0][0])

    def replica_of(self, name: str) -> str:
        return (self.directory / name / "replica" / "id").read_text()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """A site took documents in, people worked with it, and then all of it was gone."""
    if os.environ.get("OCRSITE_TEST_DATABASE_URL"):
        pytest.skip("a PostgreSQL is not lost with a container")
    server = S3Server()
    try:
        server.start()
    except S3Unavailable as error:
        server.stop()
        pytest.skip(str(error))
    name = server.new_bucket()
    variables = {**server.variables(name), "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD}
    archive = Archive(
        tmp_path_factory.mktemp("containers"), server, Bucket(server.address(name)), variables
    )
    try:
        with archive.site("first") as site:
            site.wait_for_bootstrap(60)
            _work_with(site, archive)
            archive.first_replica = archive.replica_of("first")
        # Left: every process was ended by SIGKILL.
        shutil.rmtree(archive.directory / "first")
        archive.variables["OCRSITE_ADMIN_PASSWORD"] = "another one, given later"
        yield archive
    finally:
        server.stop()


def _work_with(site: Site, archive: Archive) -> None:
    site.log_in()
    archive.token = str(site.session.headers["Authorization"])
    # Of the kind that needs no recognition: quick.
    for letter in [letter for letter in letters(8) if letter.name.startswith("digital")]:
        answer = site.upload(letter.name, letter.content)
        assert answer.status_code == 201, answer.text
        archive.documents[answer.json()["id"]] = letter.content

    def every(name: str) -> set[object]:
        return {site.document(document_id)[name] for document_id in archive.documents}

    eventually(lambda: every("status") == {"ready"}, 60, "results")
    archive.corrected = next(iter(archive.documents))
    path = f"/api/v1/documents/{archive.corrected}/pages/1/"
    page = site.call(path).json()
    block = page["blocks"][0]["id"]
    change = {"blocks": [{"id": block, "text": CORRECTED}], "revision": page["revision"]}
    assert site.call(f"{path}text/", "PUT", json=change).status_code == 200
    assert site.call(f"/api/v1/documents/{archive.corrected}/approve/", "POST").ok
    _log_in_by_browser(site, archive.browser, ADMIN_PASSWORD)
    assert archive.browser.get(site.url("/admin/"), allow_redirects=False).status_code == 200
    sql = f"SELECT count(*) FROM django_session WHERE session_key = '{_session(archive)}'"
    eventually(lambda: archive.in_the_bucket(sql), 30, "the session in the bucket")
    eventually(lambda: every("storage") == {"mirrored"}, 200, "documents in the bucket")


def _session(archive: Archive) -> str:
    return str(archive.browser.cookies["sessionid"])


def _log_in_by_browser(site: Site, browser: requests.Session, password: str) -> int:
    browser.get(site.url("/login/"), timeout=60)
    data = {
        "username": "admin",
        "password": password,
        "csrfmiddlewaretoken": browser.cookies["csrftoken"],
    }
    answer = browser.post(site.url("/login/"), data=data, timeout=60, allow_redirects=False)
    return answer.status_code


@pytest.fixture(scope="module")
def second(archive: Archive) -> Iterator[Site]:
    """A container that began with an empty data directory."""
    with archive.site("second") as site:
        site.wait_for_bootstrap(60)
        yield site


def test_a_new_container_has_every_document_with_its_text_and_its_review(
    archive: Archive, second: Site
) -> None:
    second.session.headers["Authorization"] = archive.token

    for document_id in archive.documents:
        document = second.document(document_id)
        assert (document["status"], document["pages_done"]) == ("ready", 2)
        text = second.call(f"/api/v1/documents/{document_id}/result.txt")
        assert text.status_code == 200
        assert "Letter" in text.text
        pages = second.call(f"/api/v1/documents/{document_id}/pages/").json()
        assert len(pages["results"] if isinstance(pages, dict) else pages) == 2
    page = second.call(f"/api/v1/documents/{archive.corrected}/pages/1/").json()
    assert CORRECTED in page["text"]
    assert second.document(archive.corrected)["review_status"] == "approved"


def test_it_gives_back_every_original_byte_by_byte(archive: Archive, second: Site) -> None:
    second.session.headers["Authorization"] = archive.token

    for document_id, content in archive.documents.items():
        answer = second.call(f"/api/v1/documents/{document_id}/original/")
        assert answer.content == content


def test_tokens_sessions_and_passwords_of_before_are_good(archive: Archive, second: Site) -> None:
    by_token = second.get("/api/v1/documents/", headers={"Authorization": archive.token})
    by_session = archive.browser.get(second.url("/admin/"), allow_redirects=False)

    assert by_token.status_code == 200
    assert by_session.status_code == 200, "not sent to the log-in"
    assert _log_in_by_browser(second, requests.Session(), ADMIN_PASSWORD) == 302
    assert '"password"' not in second.log, "no administrator was made"
    assert not (second.data_dir / "secrets" / "secret_key").exists()


def test_it_writes_to_a_replica_of_its_own(archive: Archive, second: Site) -> None:
    own = archive.replica_of("second")

    assert own != archive.first_replica
    assert not (second.data_dir / "first-start-unfinished").exists()
    eventually(lambda: objects(archive.bucket, uuid.UUID(own)), 20, "its own replica")


@pytest.fixture(scope="module")
def stopped(archive: Archive, second: Site) -> Archive:
    """The second container was asked to stop right after a commit."""
    own = uuid.UUID(archive.replica_of("second"))
    eventually(lambda: objects(archive.bucket, own), 20, "its own replica")
    second.rows("CREATE TABLE IF NOT EXISTS last_words (word TEXT)")
    second.rows("INSERT INTO last_words VALUES ('said')")
    second.stop(within=10)
    return archive


def test_a_commit_right_before_a_stop_is_in_the_bucket_within_ten_seconds(
    stopped: Archive, second: Site
) -> None:
    assert stopped.in_the_bucket("SELECT count(*) FROM last_words")
    assert not second.processes()


@pytest.fixture(scope="module")
def without_bucket(stopped: Archive, second: Site) -> tuple[Archive, Site]:
    """The second container again, on the disk it has; nothing answers where its bucket was."""
    stopped.server.kill()
    second.start()
    second.wait_for_bootstrap(60)
    return stopped, second


def test_a_data_directory_that_is_there_starts_without_its_bucket(
    without_bucket: tuple[Archive, Site],
) -> None:
    archive, site = without_bucket

    site.session.headers["Authorization"] = archive.token
    listed = site.call("/api/v1/documents/").json()["results"]

    assert {document["id"] for document in listed} == archive.documents.keys()


def test_an_empty_one_waits_for_the_bucket_says_so_and_then_has_it_all(
    without_bucket: tuple[Archive, Site],
) -> None:
    archive, beside = without_bucket
    with archive.site("third") as site:

        def waits() -> dict[str, Any] | None:
            found = site.health() or {}
            told = [line for line in found.get("warnings", []) if "waits for the bucket" in line]
            return found if told else None

        found = eventually(waits, 40, "the reason in /health")
        refused = site.get("/api/v1/documents/")

        assert (found["status"], found["database"]) == ("starting", "starting")
        assert any("Nothing listens at" in line for line in found["warnings"])
        assert refused.status_code == 503
        assert site.get("/health/ready").status_code == 503
        assert not (site.data_dir / "db.sqlite3").exists(), "nothing was begun"

        archive.server.start()
        site.wait_for_bootstrap(60)
        site.session.headers["Authorization"] = archive.token
        listed = site.call("/api/v1/documents/").json()["results"]
        assert {document["id"] for document in listed} == archive.documents.keys()
        assert not [line for line in site.get("/health").json()["warnings"] if "waits" in line]

        # Both containers run now, as in a rolling update.
        assert beside.process.poll() is None
        own = archive.replica_of("third")
        assert own != archive.replica_of("second")
        eventually(lambda: objects(archive.bucket, uuid.UUID(own)), 20, "its own replica")
