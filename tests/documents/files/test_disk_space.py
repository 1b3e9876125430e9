"""A disk that fills: uploads stop at the reserve, and what is in the archive works to the end."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from documents.actions.correct import correct
from documents.errors import StorageFull
from documents.files import disk_space
from documents.files.disk_space import DiskSpace, describe_shortage
from documents.files.storage import archive
from documents.files.upload_staging import StagedFile, stage
from documents.models import Document, Role, User
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_team, make_user

MB = 2**20
PDF = b"%PDF-1.4 some file"


def set_disk(monkeypatch: pytest.MonkeyPatch, *, total: int, free: int) -> None:
    """Let the system say that the archive's file system is of this size (bytes)."""
    found = SimpleNamespace(f_frsize=1, f_blocks=total, f_bavail=free)
    monkeypatch.setattr(os, "statvfs", lambda path: found)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    """40 MB of 1,000 are left: less than the reserve."""
    set_disk(monkeypatch, total=1000 * MB, free=40 * MB)


@pytest.fixture
def reviewer(db: None) -> User:
    return make_user(team=make_team(), role=Role.REVIEWER, is_staff=True)


@pytest.mark.parametrize(
    ("total", "reserve"), [(1000 * MB, 50 * MB), (10**12, 10**9), (20 * 10**9, 10**9)]
)
def test_the_reserve_is_a_share_of_the_disk_and_at_most_one_gb(total: int, reserve: int) -> None:
    assert DiskSpace(total=total, free=total).reserve == reserve


def test_an_upload_is_refused_where_only_the_reserve_is_left(full: None, media: Path) -> None:
    with pytest.raises(StorageFull, match="nearly full"):
        stage([PDF])

    assert list(archive().staging.iterdir()) == []


def test_an_upload_that_would_reach_the_reserve_is_refused_and_removed_on_its_way(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chunks() -> Iterator[bytes]:
        for left in range(54, 40, -1):
            set_disk(monkeypatch, total=1000 * MB, free=left * MB)
            yield b"a" * MB

    with pytest.raises(StorageFull):
        stage(chunks())

    assert list(archive().staging.iterdir()) == []


def test_a_disk_of_unknown_size_refuses_nothing(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_disk(monkeypatch, total=0, free=0)

    assert stage([PDF]).size == len(PDF)
    assert describe_shortage(disk_space.measure(media)) is None


def test_the_api_answers_507_and_says_that_the_rest_works(full: None, reviewer: User) -> None:
    api = APIClient()
    api.force_authenticate(reviewer)

    answer = api.post(
        "/api/v1/documents/", {"file": SimpleUploadedFile("a.pdf", PDF)}, format="multipart"
    )

    assert answer.status_code == 507
    assert answer.json()["code"] == "storage-full"
    assert "can be read, corrected and found" in answer.json()["detail"]
    assert answer.headers["Retry-After"]
    assert not Document.objects.exists()


def test_a_file_sent_to_a_page_that_takes_none_is_refused_with_the_same_words(
    full: None, reviewer: User
) -> None:
    document = make_document(reviewer.memberships.get().team, pages=["text"])

    answer = browser_of(reviewer).post(
        reverse("admin:documents_document_verb", args=[document.id, "approve"]),
        {"version": "", "file": SimpleUploadedFile("a.pdf", PDF)},
    )

    assert answer.status_code == 507
    assert answer.headers["Retry-After"]
    assert "can be read, corrected and found" in answer.content.decode()


def test_log_in_reading_correction_and_search_work_on_the_reserve(
    full: None, reviewer: User, client: Client
) -> None:
    document = make_document(reviewer.memberships.get().team, pages=["old text"])

    correct(document.id, 1, {"b0": "new text"}, revision=0, actor=reviewer)
    archive().write(f"documents/{document.id}/result.txt", b"new text")

    browser = browser_of(reviewer)
    assert browser.get(reverse("web:document", args=[document.id])).status_code == 200
    page = browser.get(reverse("api:page", args=[document.id, 1]))
    assert "new text" in page.content.decode()
    assert archive().path(f"documents/{document.id}/result.txt").read_bytes() == b"new text"


@pytest.mark.parametrize(
    ("free", "said"),
    [(500, None), (80, "nearly full: 30 MB are left"), (50, "is full: uploads are refused")],
)
def test_an_administrator_is_warned_before_and_at_the_limit(
    free: int, said: str | None, monkeypatch: pytest.MonkeyPatch, media: Path, settings: Any
) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 20 * MB
    set_disk(monkeypatch, total=1000 * MB, free=free * MB)

    warning = describe_shortage(disk_space.measure(media))

    assert (warning is None) if said is None else (warning is not None and said in warning)


def test_a_warning_stands_on_the_first_page(full: None, reviewer: User) -> None:
    page = browser_of(reviewer).get(reverse("admin:index")).content.decode()

    assert "The storage is full: uploads are refused" in page


def test_a_small_real_disk_is_filled_by_uploads_up_to_its_reserve_only(
    tmp_path: Path, settings: Any
) -> None:
    """On a file system of 16 MB of its own, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this user may not mount a file system")
    try:
        settings.MEDIA_ROOT = disk / "media"
        kept: list[StagedFile] = []
        with contextlib.suppress(StorageFull):
            while len(kept) < 16:
                kept.append(stage([os.urandom(256 * 1024) for _ in range(4)]))
        # 15 of 16 MB: one more would have left less than the reserve of 0.8 MB.
        assert len(kept) == 15
        assert disk_space.measure(disk).free > 0.8 * MB
        archive().write("documents/a/result.txt", b"a" * (MB // 2))  # the rest still works
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
