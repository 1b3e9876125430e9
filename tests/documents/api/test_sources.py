"""Sources in the API: made, changed, asked and deleted; what they brought; never a password."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.actions.report_folder import note_folder
from documents.actions.take_item import ItemFacts, note_item
from documents.files.allowed_prefixes import AllowedPrefix
from documents.models import AuditEntry, ItemStatus, Role, Source, Team, User
from tests.documents.api.conftest import client_of, problem_of
from tests.factories import make_document, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

URL = "/api/v1/sources/"
MAILBOX = {"host": "imap.example.com", "user": "archive", "password": "s3cret-of-the-mailbox"}


@pytest.fixture
def manager(team: Team) -> User:
    return make_user(team=team, role=Role.MANAGER)


@pytest.fixture
def managing(manager: User) -> APIClient:
    return client_of(manager)


def make(api: APIClient, team: Team, **fields: Any) -> dict[str, Any]:
    body = {"name": "Invoices", "team": str(team.id), "mailbox": MAILBOX, **fields}
    answer = api.post(URL, body, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_a_mailbox_is_made_changed_and_deleted_and_the_audit_says_so(
    managing: APIClient, team: Team
) -> None:
    rule = {"sender": "*@supplier.example", "team": str(team.id), "tags": ["bill"]}
    made = make(managing, team, tags=["mail"], mailbox={**MAILBOX, "rules": [rule]})
    assert (made["kind"], made["active"], made["checking"]) == ("mailbox", True, True)
    assert made["mailbox"]["folders"] == ["INBOX"]
    assert made["mailbox"]["rules"] == [{**rule, "subject": "", "folder": ""}]
    assert made["bucket"] is made["folder"] is made["error"] is None

    url = made["links"]["self"]
    changed = managing.patch(
        url, {"active": False, "name": "Bills", "mailbox": {"since": "2026-11-01"}}, format="json"
    ).json()
    assert (changed["active"], changed["name"]) == (False, "Bills")
    assert changed["mailbox"]["since"] == "2026-11-01"
    assert changed["mailbox"]["rules"] == made["mailbox"]["rules"]
    assert changed["links"]["documents"].endswith(
        "?origin=mail&origin_name=Bills&origin_name=Invoices"
    )
    assert [each["id"] for each in managing.get(URL).json()["results"]] == [made["id"]]
    assert managing.delete(url).status_code == 204
    assert managing.get(url).status_code == 404

    entries = AuditEntry.objects.order_by("id").values_list("what", "data")
    assert [what for what, _data in entries] == [
        "source.made", "source.changed", "source.stopped", "source.deleted",
    ]  # fmt: skip
    assert {data["place"] for _what, data in entries} == {"imap.example.com"}
    assert MAILBOX["password"] not in str(list(entries))


def test_no_answer_has_the_password(managing: APIClient, team: Team) -> None:
    made = make(managing, team)
    answers = [
        managing.get(URL),
        managing.get(made["links"]["self"]),
        managing.patch(made["links"]["self"], {"mailbox": {"password": "x"}}, format="json"),
    ]
    source = Source.objects.get()
    for answer in answers:
        assert b"password" not in answer.content
        assert MAILBOX["password"].encode() not in answer.content
        assert source.secret.encode() not in answer.content


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"mailbox": {**MAILBOX, "host": "no host"}}, "mailbox.host"),
        ({"mailbox": {**MAILBOX, "host": "127.0.0.1"}}, "mailbox.host"),
        ({"mailbox": {**MAILBOX, "user": "a\r\nb LOGIN"}}, "mailbox.user"),
        ({"mailbox": {**MAILBOX, "port": 0}}, "mailbox.port"),
        ({"mailbox": {**MAILBOX, "certificate": "none"}}, "mailbox.certificate"),
        ({"mailbox": {**MAILBOX, "afterwards": "move"}}, "mailbox.move_to"),
        ({"mailbox": {**MAILBOX, "afterwards": "burn"}}, "mailbox.afterwards"),
        ({"mailbox": {**MAILBOX, "folders": ["a\nb"]}}, None),
        ({"mailbox": {**MAILBOX, "rules": [{"tags": [], "team": "x"}]}}, "mailbox.rules.0.team"),
        ({"mailbox": {"host": "imap.example.com", "user": "u"}}, "mailbox.password"),
        ({"name": "  "}, "name"),
        ({"every_seconds": 1}, "every_seconds"),
        ({"mailbox": {**MAILBOX, "pasword": "x"}}, "mailbox.pasword"),
        ({"bucket": {"prefix": "in/"}}, "mailbox"),
    ],
)
def test_what_makes_no_sense_is_named(
    managing: APIClient, team: Team, fields: dict[str, Any], wrong: str | None
) -> None:
    body = {"name": "Mail", "team": str(team.id), "mailbox": MAILBOX, **fields}
    answer = managing.post(URL, body, format="json")
    if wrong is None:
        assert answer.json()["mailbox"]["folders"] == ["a b"]
    else:
        assert list(problem_of(answer, 400)["errors"]) == [wrong]


def test_a_rule_needs_something_to_look_for_and_names_are_given_once(
    managing: APIClient, team: Team
) -> None:
    make(managing, team)
    again = {"name": "Invoices", "team": str(team.id), "mailbox": MAILBOX}
    assert "name" in problem_of(managing.post(URL, again, format="json"), 400)["errors"]
    empty = {**MAILBOX, "rules": [{"team": str(team.id)}]}
    answer = managing.post(URL, {**again, "name": "x", "mailbox": empty}, format="json")
    assert "mailbox.rules.0" in problem_of(answer, 400)["errors"]


def test_a_prefix_of_the_bucket(managing: APIClient, team: Team, settings: Any) -> None:
    body = {
        "name": "Scans",
        "team": str(team.id),
        "bucket": {"prefix": "in", "results": ["pdf", "json"], "afterwards": "move"},
    }
    assert managing.post(URL, body, format="json").status_code == 403
    settings.OCRSITE_BATCH_PREFIXES = (AllowedPrefix("in/"),)
    made = managing.post(URL, body, format="json").json()
    assert made["bucket"] == {"prefix": "in/", "afterwards": "move", "results": ["json", "pdf"]}
    wrong = managing.patch(made["links"]["self"], {"mailbox": {"port": 1}}, format="json")
    assert "mailbox" in problem_of(wrong, 400)["errors"]


def test_items_are_listed_and_tried_again(managing: APIClient, team: Team) -> None:
    made = make(managing, team)
    source = Source.objects.get()
    Source.objects.filter(pk=source.pk).update(next_run_at="2099-01-01T00:00Z")
    for number, status in enumerate(("taken", "refused", "failed", "failed")):
        item = note_item(source, ItemFacts(str(number), f"Letter {number}"))
        item.status, item.document = ItemStatus(status), None
        if status == "taken":
            item.document = make_document(team)
        item.save()

    items = managing.get(made["links"]["items"] + "?status=failed").json()["results"]
    assert [each["name"] for each in items] == ["Letter 3", "Letter 2"]
    url = made["links"]["self"] + "retry/"
    ids = {"ids": [items[0]["id"]]}
    assert managing.post(url, ids, format="json").json() == {"count": 1}
    assert managing.post(url, {}, format="json").json() == {"count": 2}
    assert managing.get(made["links"]["self"]).json()["counts"]["waiting"] == 3
    assert list(Source.objects.to_run()) == [source], "it is asked at once"


def test_the_watched_folder_is_for_administrators_who_may_pause_it(
    managing: APIClient, team: Team, tmp_path: Any
) -> None:
    source = note_folder(tmp_path / "inbox", keep=True)
    url = f"{URL}{source.id}/"
    assert managing.get(url).status_code == 404
    assert managing.get(URL).json()["results"] == []

    administrator = client_of(make_user(is_superuser=True))
    found = administrator.get(url).json()
    assert found["folder"] == {"path": str(tmp_path / "inbox"), "keep": True}
    assert administrator.patch(url, {"active": False}, format="json").json()["active"] is False
    assert administrator.patch(url, {"name": "x"}, format="json").status_code == 400
    assert administrator.delete(url).status_code == 400
