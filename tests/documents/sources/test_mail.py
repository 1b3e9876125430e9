"""Each message of a mailbox becomes one document, whatever happens on the way."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from documents.actions import take_item as take_item_module
from documents.actions import take_mail
from documents.actions.manage_source import retry_items
from documents.actions.run_source import end_source_leases, run_next_source
from documents.actions.source_run import SourceRun
from documents.actions.take_item import prune_items
from documents.actions.upload import upload
from documents.errors import StorageFull
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, ItemStatus, Origin, OriginKind, Source, User
from tests.documents.sources.conftest import letter, run
from tests.factories import make_team
from tests.imap import Folder, ImapServer

pytestmark = pytest.mark.django_db

Mailbox = Callable[..., Source]


def outcome(source: Source) -> dict[str, str]:
    """By subject: what became of it, with the code of its error."""
    return {
        item.name: f"{item.status} {item.error_code}".strip()
        for item in source.items.order_by("id")
    }


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


@pytest.mark.parametrize("afterwards", ["leave", "move"])
def test_killed_anywhere_each_message_makes_one_document(
    imap: ImapServer, mailbox: Mailbox, manager: User, afterwards: str
) -> None:
    """Killed before and after every write and command of the run; then another process goes on."""
    for number in range(4):
        imap.inbox.add(letter(f"Letter {number}", number=str(number) if number else ""))
    source = mailbox(afterwards=afterwards, move_to="Done")
    steps = [
        (take_mail, "upload"),
        (take_mail, "note_item"),
        (take_item_module, "_settle"),
        (take_mail, "_finish"),
        (SourceRun, "save_cursor"),
    ]
    for owner, name in steps:
        for after in (False, True):
            with mock.patch.object(
                owner, name, autospec=True, side_effect=_dying(owner, name, after)
            ):
                try:
                    run(source, manager)
                except KeyboardInterrupt:
                    end_source_leases()

    run(source, manager)

    assert Document.objects.count() == source.taken == 4
    assert set(outcome(source).values()) == {"taken"}
    assert bool(imap.inbox.messages) is (afterwards == "leave")


def _dying(owner: Any, name: str, after: bool) -> Callable[..., Any]:
    real = getattr(owner, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if after:
            real(*args, **kwargs)
        raise KeyboardInterrupt

    return dying


def test_a_source_is_one_process_s_and_a_slower_one_records_nothing(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    imap.inbox.add(letter("One", number="1"))
    source = mailbox()
    real = upload

    def upload_slowly(*args: Any, **kwargs: Any) -> Any:
        done = real(*args, **kwargs)
        assert run_next_source(lambda: False) is False, "nobody else asks it meanwhile"
        if Document.objects.count() == 1 and not source.items.filter(status="taken"):
            Source.lease.revoke_all(Source.objects.filter(pk=source.pk))
            with mock.patch.object(take_mail, "upload", real):
                assert run_next_source(lambda: False), "the lease has ended: another goes on"
        return done

    with mock.patch.object(take_mail, "upload", upload_slowly):
        run(source, manager)

    source.refresh_from_db()
    assert (Document.objects.count(), source.taken) == (1, 1)


def test_what_is_refused_says_why_and_can_be_tried_again(
    imap: ImapServer, mailbox: Mailbox, manager: User, settings: Any
) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 2000
    imap.inbox.add(letter("Large", number="1", text="x" * 3000))
    imap.inbox.add(letter("Large, without a number", text="x" * 3000))
    imap.inbox.add(letter("Small", number="2"))
    source = run(mailbox(afterwards="seen"), manager)
    assert outcome(source) == {
        "Large": "refused file-too-large",
        "Large, without a number": "refused file-too-large",
        "Small": "taken",
    }
    assert [each.flags for each in imap.inbox.messages] == [set(), set(), {"\\Seen"}]
    assert source.error_code == ""

    settings.OCRSITE_MAX_UPLOAD_BYTES = 100_000
    assert retry_items(source.id, actor=manager) == 2
    run(source, manager)

    assert set(outcome(source).values()) == {"taken"}
    assert Document.objects.count() == 3


def test_a_server_that_tells_small_sizes_is_not_believed(
    imap: ImapServer, mailbox: Mailbox, manager: User, settings: Any
) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 2000
    imap.size_told = 10
    imap.inbox.add(letter("Large", text="x" * 3000))
    source = run(mailbox(), manager)
    assert outcome(source) == {"Large": "refused file-too-large"}
    assert source.error_code == ""


def test_a_full_disk_refuses_nothing(imap: ImapServer, mailbox: Mailbox, manager: User) -> None:
    imap.inbox.add(letter("One", number="1"))
    source = mailbox()
    with mock.patch.object(take_mail, "upload", side_effect=StorageFull):
        for _ in range(5):
            run(source, manager)
    assert outcome(source) == {"One": "waiting storage-full"}
    assert source.error_code == "storage-full"

    run(source, manager)
    assert outcome(source) == {"One": "taken"}
    assert source.error_code == ""


def test_what_always_fails_is_given_up_and_the_rest_goes_on(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    imap.inbox.add(letter("Bad", number="1"))
    imap.inbox.add(letter("Good", number="2"))
    source = mailbox()
    real = upload

    def fail_on_bad(actor: None, staged: Any, name: str, **rest: Any) -> Any:
        if name == "Bad.eml":
            raise RuntimeError("nobody knows")
        return real(actor, staged, name, **rest)

    with mock.patch.object(take_mail, "upload", fail_on_bad):
        for _ in range(4):
            run(source, manager)
    assert outcome(source) == {"Bad": "failed intake-failed", "Good": "taken"}
    assert (source.taken, source.failed) == (1, 1)

    imap.inbox.messages.pop(0)
    retry_items(source.id, actor=manager)
    run(source, manager)
    assert outcome(source)["Bad"] == "failed source-item-gone"


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
