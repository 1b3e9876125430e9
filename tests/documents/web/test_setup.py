"""The administrator's first log-in: a password, what is configured, a sample, a colleague."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from documents.actions.bootstrap import ensure_first_team_and_admin
from documents.bucket.health import BucketState, watch
from documents.bucket.settings import BucketAddress
from documents.models import (
    ArchiveIdentity,
    Document,
    ReviewStatus,
    Team,
    User,
    WorkerProcess,
)
from documents.models.identity import identity
from documents.models.worker import EngineState
from documents.web import setup_checks
from documents.web.setup_checks import find_memory, run_checks
from tests.documents.admin.conftest import browser_of
from tests.factories import PASSWORD, make_document, make_ocr_worker, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

STEPS = (
    "Choose a password of your own",
    "Name of the team",
    "Upload the sample",
    "Invite a person",
)


@pytest.fixture
def generated() -> str:
    """The password of the first administrator, who has not logged in yet."""
    identity()
    made = ensure_first_team_and_admin(None)
    assert made is not None
    return made


@pytest.fixture
def client(generated: str) -> Client:
    """The browser of the first administrator, logged in with the generated password."""
    client = Client(headers={"accept-language": "en"})
    answer = client.post("/login/", {"username": "admin", "password": generated, "next": "/x/"})
    assert answer["Location"] == "/setup/"
    return client


def shown(client: Client) -> str:
    answer = client.get("/setup/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_asks_for_a_password_a_document_and_a_colleague(client: Client) -> None:
    page = shown(client)

    for step in STEPS:
        assert step in page


def test_with_another_password_one_stays_logged_in_and_lands_where_one_wanted(
    client: Client, generated: str
) -> None:
    values = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    page = client.post("/setup/password/", values, follow=True).content.decode()
    assert "The new password is set" in page
    assert "Choose a password" not in page

    again = Client()
    assert again.post("/login/", {"username": "admin", "password": generated}).status_code == 200
    answer = again.post("/login/", {"username": "admin", "password": PASSWORD, "next": "/team/"})
    assert answer["Location"] == "/team/"


@pytest.mark.parametrize("values", [("short", "short"), (PASSWORD, "another"), ("", "")])
def test_a_bad_password_is_refused_with_the_reason(client: Client, values: tuple[str, str]) -> None:
    answer = client.post(
        "/setup/password/", {"new_password1": values[0], "new_password2": values[1]}
    )

    assert answer.status_code == 400
    assert 'class="error"' in answer.content.decode()
    assert User.objects.get().has_generated_password


def test_a_chosen_password_is_not_replaced_here(db: None) -> None:
    root = make_user("root", is_superuser=True)
    client = browser_of(root)

    values = {"new_password1": "another long secret", "new_password2": "another long secret"}
    client.post("/setup/password/", values)

    assert User.objects.get(pk=root.pk).check_password(PASSWORD)


def test_the_first_team_gets_the_name_that_its_people_use(client: Client) -> None:
    assert 'value="Main"' in shown(client)

    page = client.post("/setup/team/", {"name": "Бухгалтерия"}, follow=True).content.decode()

    assert Team.objects.get().name == "Бухгалтерия"
    assert 'value="Бухгалтерия"' in page
    page = client.post("/setup/team/", {"name": " "}, follow=True).content.decode()
    assert "A team needs a name." in page


def test_until_somebody_logs_in_the_first_page_says_where_the_password_is(generated: str) -> None:
    browser = Client(headers={"accept-language": "en"})
    assert "log in as <strong>admin</strong>" in browser.get("/login/").content.decode()

    browser.post("/login/", {"username": "admin", "password": generated})

    assert "This archive is new" not in Client().get("/login/").content.decode()


def test_an_inbox_is_not_called_done_before_the_first_document(client: Client, media: Path) -> None:
    assert "No documents yet" in client.get("/").content.decode()

    make_document(Team.objects.get(), review_status=ReviewStatus.APPROVED)

    assert "All done" in client.get("/").content.decode()


def test_the_sample_is_uploaded_once_and_can_be_opened(client: Client, media: Path) -> None:
    for _ in range(2):
        page = client.post("/setup/sample/", follow=True).content.decode()

    document = Document.objects.get()
    assert (document.mime_type, document.team) == ("application/pdf", Team.objects.get())
    assert f'href="/documents/{document.id}/"' in page
    assert list(media.rglob("sample.pdf"))


def test_when_all_is_done_it_is_put_away_and_offered_no_more(client: Client) -> None:
    values = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    client.post("/setup/password/", values)
    make_document(Team.objects.get())
    make_user(team=Team.objects.get())
    page = shown(client)
    assert "Done</button>" in page and 'href="/setup/"' in page

    answer = client.post("/setup/end/", follow=True)

    assert answer.redirect_chain == [("/", 302)]
    assert 'href="/setup/"' not in answer.content.decode()
    assert ArchiveIdentity.objects.get().set_up_at is not None


def test_others_see_nothing_of_it(browser: Client, generated: str) -> None:
    assert browser.get("/setup/").status_code == 403
    for step in ("password", "team", "sample", "end"):
        assert browser.post(f"/setup/{step}/").status_code == 403
    assert 'href="/setup/"' not in browser.get("/").content.decode()


# --- what is configured -----------------------------------------------------------------------


def states() -> dict[str, str]:
    return {str(check.name): check.state for check in run_checks()}


def test_an_engine_is_starting_loading_absent_or_ready(db: None) -> None:
    assert states()["Reading"] == "busy"
    worker = make_ocr_worker(engine="tesseract", engine_state=EngineState.LOADING)
    assert states()["Reading"] == "busy"
    for state, word in ((EngineState.ABSENT, "bad"), (EngineState.READY, "ok")):
        WorkerProcess.objects.filter(pk=worker.pk).update(engine_state=state, engine_detail="No X.")
        assert states()["Reading"] == word
    WorkerProcess.objects.update(kind="background", heartbeat_at=timezone.now())
    assert states()["Reading"] == "bad"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Russian and English"), ("ru", "русский и английский")]
)
def test_the_languages_are_named_in_words(db: None, language: str, words: str) -> None:
    make_ocr_worker(engine="tesseract", engine_state=EngineState.READY)
    with override(language):
        [check] = [check for check in run_checks() if check.name == "Reading"]
        assert words in check.found


def test_without_a_bucket_it_says_that_there_is_one_copy_only(db: None) -> None:
    [check] = [check for check in run_checks() if check.name == "Copy in a bucket"]

    assert check.state == "warn"
    assert "CLOUDRU_S3_" in check.advice[0]


def test_documents_that_are_not_in_the_bucket_yet_are_counted(
    db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OCRSITE_BUCKET = BucketAddress("http://127.0.0.1:9", "archive", "key", "secret")
    monkeypatch.setattr(watch, "state", lambda: BucketState("configured"))
    make_document(make_team())

    [check] = [check for check in run_checks() if check.name == "Copy in a bucket"]

    assert check.state == "ok" and "1 document is not in the bucket yet" in check.found


def test_the_limit_of_a_container_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(setup_checks, "_LIMITS", (str(tmp_path / "none"), str(limit)))
    limit.write_text("max\n")
    assert find_memory() > 10**9
    limit.write_text("1000000000\n")
    assert find_memory() == 10**9
    assert states()["Memory"] == "warn"


def test_every_text_of_a_check_is_a_message(db: None) -> None:
    for check in run_checks():
        for text in (check.name, check.found, *check.advice):
            assert hasattr(text, "translated")
