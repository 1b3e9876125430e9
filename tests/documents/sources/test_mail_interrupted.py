"""Each message of a mailbox is taken once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from documents.actions import take_item as take_item_module
from documents.actions import take_mail
from documents.actions.manage_source import retry_items
from documents.actions.run_source import end_source_leases, run_next_source
from documents.actions.source_run import SourceRun
from documents.actions.upload import upload
from documents.errors import StorageFull
from documents.models import Document, Source, User
from tests.documents.sources.conftest import letter, run
from tests.imap import ImapServer

pytestmark = pytest.mark.django_db

Mailbox = Callable[..., Source]


def outcome(source: Source) -> dict[str, str]:
    """By subject: what became of it, with the code of its error."""
    return {
        item.name: f"{item.status} {item.error_code}".strip()
        for item in source.items.order_by("id")
    }


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
