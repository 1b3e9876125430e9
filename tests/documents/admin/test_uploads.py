"""The upload page and what it does without a script; with one, the API takes the files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from documents.files import upload_staging
from documents.files.storage import archive
from documents.models import Document, Role, Team, User
from tests.documents.admin.conftest import browser_of
from tests.factories import make_team, make_user

Url = Callable[..., str]


def pdf(name: str, mark: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\n" + name.encode() + mark)


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


def test_many_files_are_taken_at_once(
    browser: Client, reviewer: User, team: Team, url: Url
) -> None:
    files = [pdf(f"scan {number}.pdf") for number in range(5)]

    answer = browser.post(
        url("upload"), {"files": files, "tags": "scans, 2024", "ocr": "always"}, follow=True
    )

    assert Document.objects.count() == 5
    document = Document.objects.get(filename="scan 3.pdf")
    assert (document.team, document.created_by, document.ocr) == (team, reviewer, "always")
    assert {tag.name for tag in document.tags.all()} == {"scans", "2024"}
    assert answer.content.decode().count("Uploaded: <a") == 5


def test_each_file_has_its_own_outcome(browser: Client, team: Team, url: Url) -> None:
    browser.post(url("upload"), {"files": [pdf("known.pdf")]})

    answer = browser.post(
        url("upload"),
        {"files": [pdf("known.pdf"), SimpleUploadedFile("a.txt", b"words"), pdf("new.pdf")]},
        follow=True,
    )

    page = answer.content.decode()
    assert "Already in the archive: <a" in page
    assert "This one looks like a text file" in page
    assert Document.objects.count() == 2
    assert list(archive().staging.iterdir()) == []


def test_a_file_that_is_too_large_is_refused_with_the_limit(
    browser: Client, team: Team, url: Url, settings: object
) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 2**20  # type: ignore[attr-defined]

    answer = browser.post(url("upload"), {"files": [pdf("big.pdf", b"x" * 2**20)]}, follow=True)

    assert "larger than 1 MB" in answer.content.decode()
    assert list(archive().staging.iterdir()) == []


def test_no_file_is_asked_for_again(browser: Client, url: Url) -> None:
    answer = browser.post(url("upload"), {"tags": ""}, follow=True)

    assert "Choose at least one file." in answer.content.decode()


def test_who_is_in_several_teams_chooses_one(team: Team, url: Url) -> None:
    second = make_team("Second")
    user = make_user(team=team, is_staff=True)
    user.memberships.create(team=second, role=Role.REVIEWER, is_default=True)
    user.memberships.create(team=make_team("Read only"), role=Role.READER)
    client = browser_of(user)

    page = client.get(url("upload")).content.decode()
    client.post(url("upload"), {"files": [pdf("a.pdf")], "team": str(team.id)})

    assert f'value="{second.id}" selected' in page
    assert str(team.id) in page
    assert "Read only" not in page
    assert Document.objects.get().team == team


def in_two_teams(team: Team, **fields: object) -> User:
    """A reviewer in both; `fields` are those of the second membership."""
    user = make_user(team=team, is_staff=True)
    user.memberships.create(team=make_team("Second"), **{"role": Role.REVIEWER, **fields})
    return user


def test_no_team_is_guessed_where_there_are_several(team: Team, url: Url) -> None:
    page = browser_of(in_two_teams(team)).get(url("upload")).content.decode()

    select = page.partition('id="team"')[2].partition("</select>")[0]
    assert select.startswith(" required>")
    assert '<option value="">Choose a team</option>' in select
    assert "selected" not in select


def test_a_default_team_in_which_one_only_reads_is_no_place_for_uploads(
    team: Team, url: Url
) -> None:
    user = in_two_teams(team)
    reads = make_team("Read only")
    user.memberships.create(team=reads, role=Role.READER, is_default=True)

    page = browser_of(user).get(url("upload")).content.decode()

    assert '<option value="">Choose a team</option>' in page
    assert "Read only" not in page


def test_the_only_team_in_which_one_may_upload_needs_no_choice(team: Team, url: Url) -> None:
    user = in_two_teams(team, role=Role.READER, is_default=True)

    page = browser_of(user).get(url("upload")).content.decode()

    assert f'<input type="hidden" name="team" value="{team.id}">' in page


def test_a_file_without_a_team_is_refused_where_there_are_several(team: Team, url: Url) -> None:
    answer = browser_of(in_two_teams(team)).post(
        url("upload"), {"files": [pdf("a.pdf")], "team": ""}, follow=True
    )

    assert not Document.objects.exists()
    assert "You are in several teams" in answer.content.decode()


@pytest.mark.parametrize("named", ["nonsense", "0c51e000-0000-4000-8000-00000000dead"])
def test_a_team_that_is_not_theirs_is_refused(named: str, browser: Client, url: Url) -> None:
    browser.post(url("upload"), {"files": [pdf("a.pdf")], "team": named})

    assert not Document.objects.exists()


def test_an_anonymous_body_is_not_read(
    db: None, url: Url, staged: list[upload_staging.StagedFile]
) -> None:
    answer = Client().post(url("upload"), {"files": [pdf("a.pdf")]})

    assert answer.status_code == 302
    assert "login" in answer.headers["Location"]
    assert staged == []


def test_a_strangers_file_is_not_kept_on_its_way_to_any_other_form(
    db: None, staged: list[upload_staging.StagedFile]
) -> None:
    Client().post(reverse("log-in"), {"username": "x", "files": [pdf("a.pdf")]})

    assert staged == []


def test_the_body_of_someone_who_may_not_upload_is_not_read(
    reader_browser: Client, url: Url, staged: list[upload_staging.StagedFile]
) -> None:
    answer = reader_browser.post(url("upload"), {"files": [pdf("a.pdf")]}, follow=True)

    assert staged == []
    assert "None of your teams lets you upload." in answer.content.decode()


def test_another_site_can_not_upload(reviewer: User, url: Url) -> None:
    strict = browser_of(reviewer)
    strict.handler.enforce_csrf_checks = True

    answer = strict.post(url("upload"), {"files": [pdf("a.pdf")]})

    assert answer.status_code == 403
    assert not Document.objects.exists()
    assert list(archive().staging.iterdir()) == []


def test_the_page_itself_can(reviewer: User, url: Url) -> None:
    strict = browser_of(reviewer)
    strict.handler.enforce_csrf_checks = True
    token = strict.get(url("upload")).context["csrf_token"]

    strict.post(url("upload"), {"files": [pdf("a.pdf")], "csrfmiddlewaretoken": str(token)})

    assert Document.objects.count() == 1
