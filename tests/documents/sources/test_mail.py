"""Each message of a mailbox becomes one document."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from documents.actions import take_item as take_item_module
from documents.actions.take_item import prune_items
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, ItemStatus, Origin, OriginKind, Source, User
from tests.documents.sources.conftest import letter, run
from tests.factories import make_team
from tests.imap import Folder, ImapServer

pytestmark = pytest.mark.django_db

Mailbox = Callable[..., Source]


def subjects() -> list[str]:
    return sorted(document.title for document in Document.objects.all())


def test_messages_are_taken_as_they_are_and_each_once(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    raw = letter("Счёт № 7: за/март", "Анна <anna@example.com>", "1")
    imap.inbox.add(raw)
    imap.inbox.add(letter("No number of its own"))
    source = mailbox(tags=["mail"])

    run(source, manager)
    imap.inbox.add(letter("Счёт № 7, again", number="1"))
    imap.inbox.add(letter("Another", number="2"))
    run(source, manager)
    run(source, manager)

    assert subjects() == ["Another", "No number of its own", "Счёт № 7: за/март"]
    document = Document.objects.get(title__startswith="Счёт")
    assert document.origin == Origin(OriginKind.MAIL, "Invoices", "<1@example.com>")
    assert [tag.name for tag in document.tags.all()] == ["mail"]
    assert document.filename == "Счёт № 7 за март.eml"
    key = original_key(document.id, document.filename)
    assert archive().path(key).read_bytes() == raw
    assert (source.taken, source.refused, source.failed) == (3, 0, 0)
    assert source.last_success_at is not None
    assert source.items.get(document=document).sender == "Анна <anna@example.com>"


def test_the_first_rule_that_fits_names_team_and_tags(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    legal = make_team("Legal")
    legal.memberships.create(user=manager, role="manager")
    imap.folders["Входящие договоры"] = Folder()
    imap.folders["Входящие договоры"].add(letter("Lease", number="1"))
    imap.inbox.add(letter("ДОГОВОР поставки", "b@supplier.example", "2"))
    imap.inbox.add(letter("Bill", "b@supplier.example", "3"))
    imap.inbox.add(letter("Hello", "c@else.example", "4"))
    source = mailbox(
        folders=["INBOX", "Входящие договоры"],
        rules=[
            {"folder": "входящие договоры", "team": str(legal.id), "tags": ["lease"]},
            {"subject": "договор", "sender": "*@supplier", "team": str(legal.id), "tags": []},
            {"sender": "supplier.example", "team": str(source_team(manager)), "tags": ["bill"]},
        ],
    )

    run(source, manager)

    found = {
        document.title: (document.team.name, [tag.name for tag in document.tags.all()])
        for document in Document.objects.all()
    }
    assert found == {
        "Lease": ("Legal", ["lease"]),
        "ДОГОВОР поставки": ("Legal", []),
        "Bill": ("Sales", ["bill"]),
        "Hello": ("Sales", []),
    }


def source_team(manager: User) -> Any:
    return manager.memberships.get(team__name="Sales").team_id


@pytest.mark.parametrize("without", [(), ("MOVE",), ("MOVE", "UIDPLUS")])
def test_afterwards_messages_are_moved_into_a_folder_that_is_made(
    imap: ImapServer, mailbox: Mailbox, manager: User, without: tuple[str, ...]
) -> None:
    imap.without = set(without)
    imap.inbox.add(letter("One", number="1"))

    run(mailbox(afterwards="move", move_to="Архив"), manager)

    (moved,) = [folder for name, folder in imap.folders.items() if name != "INBOX"]
    assert [each.header("Subject") for each in moved.messages] == ["One"]
    left = [each.flags for each in imap.inbox.messages]
    assert left == ([{"\\Seen", "\\Deleted"}] if "UIDPLUS" in without else [])


def test_afterwards_messages_are_marked_as_seen_and_else_left_alone(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    one = imap.inbox.add(letter("One", number="1"))
    left = mailbox(name="left alone")
    run(left, manager)
    assert one.flags == set()
    assert left.taken == 1

    run(mailbox(afterwards="seen"), manager)
    assert one.flags == {"\\Seen"}


def test_what_cannot_be_moved_is_taken_all_the_same_and_said(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    imap.refused = {"UID MOVE", "CREATE"}
    for number in ("1", "2"):
        imap.inbox.add(letter(f"Letter {number}", number=number))

    source = run(mailbox(afterwards="move", move_to="Done"), manager)

    assert source.taken == 2
    assert source.error_code == "mail-server-refused"
    assert source.last_success_at is not None


def test_new_numbers_of_the_server_double_nothing(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    for number in ("1", "2", ""):
        imap.inbox.add(letter(f"Letter {number}", number=number))
    source = run(mailbox(), manager)
    imap.inbox.renumber()
    imap.inbox.add(letter("New", number="3"))

    run(source, manager)

    assert source.taken == Document.objects.count() == 4
    assert source.cursor["INBOX"] == {"validity": 2, "uid": 4}


def test_older_messages_are_left_where_a_day_is_given(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    imap.inbox.add(letter("Old", number="1"), datetime.date(2025, 1, 5))
    imap.inbox.add(letter("New", number="2"), datetime.date(2026, 1, 5))
    run(mailbox(since="2026-01-05"), manager)
    assert subjects() == ["New"]


def test_damaged_messages_are_messages(imap: ImapServer, mailbox: Mailbox, manager: User) -> None:
    for raw in (
        b"Subject: =?utf-8?B?%%%?= \xff\xfe\r\nMessage-ID: \x00<broken\r\n\r\nText of the first",
        b"Content-Type: multipart/mixed; boundary=x\r\nMessage-ID: <7@x>\r\n\r\n--y\r\nno end",
        b"no head at all",
        b"\r\n\r\nonly text",
    ):
        imap.inbox.add(raw)
    source = run(mailbox(), manager)
    assert source.items.exclude(status__in=(ItemStatus.TAKEN, ItemStatus.REFUSED)).count() == 0
    assert source.items.count() == 4
    assert source.error_code == ""


def test_only_the_last_items_are_kept_and_none_is_taken_twice(
    imap: ImapServer, mailbox: Mailbox, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take_item_module, "MOST_ITEMS", 2)
    for number in range(4):
        imap.inbox.add(letter(f"Letter {number}", number=str(number)))
    source = run(mailbox(), manager)

    prune_items()
    imap.inbox.renumber()
    run(source, manager)

    assert source.items.count() == 2
    assert source.taken == Document.objects.count() == 4
