"""/sources/: managers add mailboxes and inboxes in the bucket, and see what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from documents.actions.report_folder import note_folder
from documents.actions.take_item import ItemFacts, note_item
from documents.errors import FileTooLarge, MailLoginRefused
from documents.mailbox.sealed import unseal
from documents.models import ItemStatus, OriginKind, Role, Source, Team
from documents.models.stored_error import error_fields
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

FORM = {
    "name": "Счета",
    "host": "imap.example.com",
    "port": "993",
    "user": "archive@example.com",
    "password": " with spaces ",
    "folders": "INBOX, INBOX/Счета",
    "since": "2026-11-01",
    "every_seconds": "300",
    "afterwards": "seen",
    "tags": "mail, bills",
    "rules-TOTAL_FORMS": "2",
    "rules-INITIAL_FORMS": "0",
    "rules-0-sender": "anna",
    "rules-0-tags": "anna",
}


@pytest.fixture
def team(db: None) -> Team:
    return make_team("Accounts")


@pytest.fixture
def browser(team: Team) -> Client:
    client = Client(headers={"accept-language": "ru"})
    client.force_login(
        make_user(team=team, role=Role.MANAGER),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


def add(browser: Client, team: Team, **fields: str) -> Any:
    form = {**FORM, "rules-0-team": str(team.id), "rules-1-team": str(team.id), **fields}
    return browser.post("/sources/new/mailbox/", form)


def test_a_mailbox_is_added_shown_and_changed(browser: Client, team: Team) -> None:
    assert "Источников нет" in text(browser.get("/sources/"))
    assert "Добавить почтовый ящик" in text(browser.get("/sources/new/mailbox/"))
    made = add(browser, team)
    source = Source.objects.get()
    assert made["Location"] == f"/sources/{source.id}/"
    assert source.options["folders"] == ["INBOX", "INBOX/Счета"]
    (rule,) = source.options["rules"]
    assert (rule["sender"], rule["tags"], rule["team"]) == ("anna", ["anna"], str(team.id))
    assert unseal(source.secret) == " with spaces "
    page = text(browser.get(made["Location"]))
    assert "imap.example.com" in page
    assert "Подключение проверяется" in page

    form = text(browser.get(f"{made['Location']}change/"))
    assert "with spaces" not in form
    assert 'value="anna"' in form
    changed = {**FORM, "password": "", "name": "Bills", "rules-0-sender": ""}
    assert browser.post(f"{made['Location']}change/", changed).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.options["rules"]) == ("Bills", [])
    assert unseal(source.secret) == " with spaces ", "an empty field leaves it as it is"


def test_what_is_wrong_stands_beside_its_field(browser: Client, team: Team) -> None:
    refused = add(browser, team, host="localhost", password="")
    assert refused.status_code == 400
    assert "OCRSITE_CALL_ALLOWED" in text(refused)
    assert "id_host_error_1" in text(refused)
    nothing = add(browser, team, name="")
    assert nothing.status_code == 400
    assert not Source.objects.exists()


def test_errors_and_refusals_are_said_in_the_reader_s_language(browser: Client, team: Team) -> None:
    add(browser, team)
    source = Source.objects.get()
    Source.objects.update(check_wanted=False, **error_fields(MailLoginRefused()))
    item = note_item(source, ItemFacts("1", "Большое письмо", sender="anna@example.com"))
    item.status = ItemStatus.REFUSED
    item.set_error(FileTooLarge())
    item.save()

    page = text(browser.get(f"/sources/{source.id}/"))
    assert "Почтовый сервер отказал во входе." in page
    assert "Большое письмо" in page
    assert "Файл больше" in page
    assert "не работает" in text(browser.get("/sources/"))
    assert "Большое письмо" not in text(browser.get(f"/sources/{source.id}/?status=taken"))

    browser.post(f"/sources/{source.id}/retry/", {"item": str(item.pk)})
    item.refresh_from_db()
    assert item.status == ItemStatus.WAITING


def test_a_document_leads_to_its_source_and_back(browser: Client, team: Team) -> None:
    add(browser, team)
    source = Source.objects.get()
    document = make_document(
        team, filename="came.pdf", origin_kind=OriginKind.MAIL, origin_name=source.name
    )
    make_document(team, filename="uploaded.pdf")
    Source.objects.update(name="Renamed", former_names=[source.name])

    assert f'href="/sources/{source.id}/"' in text(browser.get(f"/documents/{document.id}/"))
    page = text(browser.get(f"/sources/{source.id}/"))
    address = page.partition('href="/documents/?origin=')[2].partition('"')[0].replace("&amp;", "&")
    listed = text(browser.get(f"/documents/?origin={address}"))
    assert "came" in listed
    assert "uploaded" not in listed


def test_the_folder_is_shown_with_what_its_folders_mean(browser: Client, tmp_path: Any) -> None:
    folder = note_folder(tmp_path / "inbox", keep=True)
    assert str(tmp_path) not in text(browser.get("/sources/"))
    browser.force_login(
        make_user(is_superuser=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert str(tmp_path) in text(browser.get("/sources/"))
    page = text(browser.get(f"/sources/{folder.id}/"))
    assert f"{tmp_path}/inbox/Accounts/" in page
    assert "команда «Accounts»" in page
    browser.post(f"/sources/{folder.id}/switch/", {"active": "off"})
    folder.refresh_from_db()
    assert not folder.enabled


def test_only_managers_are_led_there(browser: Client, team: Team) -> None:
    assert 'href="/sources/"' in text(browser.get("/trash/"))
    reader = Client()
    reader.force_login(
        make_user(team=team, role=Role.READER),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    assert 'href="/sources/"' not in text(reader.get("/trash/"))
