"""Whose files a browser may bring: the tray sends them to the API with the session."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from documents.files import upload_staging
from documents.files.storage import archive
from documents.models import Document, User
from tests.documents.admin.conftest import browser_of

pytestmark = pytest.mark.any_database

UPLOAD = "/api/v1/documents/"


def pdf(name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\n" + name.encode())


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> list[upload_staging.StagedFile]:
    """Every file that is begun on the disk for an upload."""
    begun: list[upload_staging.StagedFile] = []
    begin = upload_staging.StagedFile.__init__

    def noted(self: upload_staging.StagedFile) -> None:
        begin(self)
        begun.append(self)

    monkeypatch.setattr(upload_staging.StagedFile, "__init__", noted)
    return begun


@pytest.mark.parametrize("path", [UPLOAD, "/login/", "/documents/download/"])
def test_a_strangers_file_is_not_kept(
    path: str, db: None, staged: list[upload_staging.StagedFile]
) -> None:
    Client().post(path, {"username": "x", "file": pdf("a.pdf")})

    assert staged == []


def test_another_site_can_not_upload(reviewer: User) -> None:
    strict = browser_of(reviewer)
    strict.handler.enforce_csrf_checks = True

    answer = strict.post(UPLOAD, {"file": pdf("a.pdf")})

    assert answer.status_code == 403
    assert not Document.objects.exists()
    assert list(archive().staging.iterdir()) == []


def test_the_page_itself_can(reviewer: User) -> None:
    strict = browser_of(reviewer)
    strict.handler.enforce_csrf_checks = True
    strict.get(reverse("web:inbox"))

    answer = strict.post(
        UPLOAD,
        {"file": pdf("a.pdf")},
        headers={"x-csrftoken": strict.cookies["csrftoken"].value},
    )

    assert answer.status_code == 201
    assert Document.objects.count() == 1


def test_the_old_page_for_uploads_leads_to_the_inbox(reviewer: User) -> None:
    reviewer.is_staff = True
    reviewer.save()

    answer = browser_of(reviewer).get("/admin/documents/document/upload/")

    assert (answer.status_code, answer["Location"]) == (302, "/")
