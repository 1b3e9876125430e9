"""Whatever is wrong with a mail server is a state that people see, with what to do next."""

from __future__ import annotations

import datetime
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from documents.actions.manage_source import change_source, make_source
from documents.actions.manage_source import test_source as ask_for_test
from documents.actions.run_source import run_next_source
from documents.errors import InvalidRequest, NotFound
from documents.mailbox import client
from documents.models import Document, Source, User
from tests.authority import make_authority
from tests.documents.sources.conftest import letter, run
from tests.factories import make_team
from tests.imap import PASSWORD, ImapServer

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

Mailbox = Callable[..., Source]


def pause(source: Source) -> datetime.timedelta:
    return source.next_run_at - timezone.now()


def test_a_refused_log_in_is_said_and_not_tried_often(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    imap.password = "another one since yesterday"
    source = run(mailbox(), manager)

    assert source.error_code == "mail-login-refused"
    assert "archive@example.com" in source.error_detail
    assert PASSWORD not in source.error_detail
    assert pause(source) > datetime.timedelta(minutes=30), "accounts are locked by many tries"
    assert source.last_success_at is None

    imap.password = "a plain one"
    change_source(source.id, actor=manager, password="a plain one")
    run(source, manager)
    assert source.error_code == ""


def test_a_certificate_of_somebody_else_is_refused(
    imap: ImapServer, mailbox: Mailbox, manager: User, tmp_path: Path
) -> None:
    stranger = make_authority(tmp_path)
    for certificate in ("", stranger.file.read_text()):
        source = run(mailbox(certificate=certificate, name=f"{len(certificate)}"), manager)
        assert source.error_code == "mail-certificate-refused"
    assert imap.said == [], "nothing was sent to it, the password least of all"


def test_a_server_that_takes_no_connection_or_speaks_no_tls(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    source = run(mailbox(port=port), manager)
    assert source.error_code == "mail-server-unreachable"
    assert pause(source) < datetime.timedelta(minutes=5)

    with socket.create_server(("127.0.0.1", 0)) as plain:

        def greet() -> None:
            connection, _ = plain.accept()
            connection.sendall(b"* OK in the clear\r\n" + b"x" * 100)
            connection.close()

        threading.Thread(target=greet, daemon=True).start()
        source = run(mailbox(port=plain.getsockname()[1], name="plain"), manager)
    assert source.error_code == "mail-server-unreachable"
    assert "TLS" in source.error_detail


def test_a_server_that_falls_silent_or_trickles_is_left(
    imap: ImapServer, mailbox: Mailbox, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = mailbox()
    monkeypatch.setattr(client, "WHOLE", 0.5)
    monkeypatch.setattr(client, "SILENCE", 2.0)
    imap.silent.set()
    run(source, manager)
    assert source.error_code == "mail-server-timeout"


def test_an_answer_without_end_costs_no_memory(
    imap: ImapServer, mailbox: Mailbox, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MOST_ANSWER", 3000)
    imap.inbox.add(letter("Large", number="1", text="x" * 5000))
    source = run(mailbox(), manager)
    assert source.error_code == "mail-server-closed"


def test_closed_in_the_middle_it_goes_on_and_gives_up_one_message_at_most(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    for number in ("1", "2", "3"):
        imap.inbox.add(letter(f"Letter {number}", number=number))
    source = mailbox()
    imap.close_after = [10]
    run(source, manager)
    assert source.error_code == "mail-server-closed"
    run(source, manager)
    assert (source.error_code, source.taken) == ("", 3)

    imap.inbox.add(letter("The server dies of it", number="4"))
    imap.inbox.add(letter("After it", number="5"))
    imap.close_after = [0, 5, 10]
    for _ in range(4):
        run(source, manager)
    assert {item.name: item.status for item in source.items.order_by("-id")[:2]} == {
        "The server dies of it": "failed", "After it": "taken",
    }  # fmt: skip
    assert Document.objects.count() == 4


def test_a_folder_that_is_not_there(imap: ImapServer, mailbox: Mailbox, manager: User) -> None:
    source = run(mailbox(folders=["INBOX", "Счета"]), manager)
    assert source.error_code == "mail-folder-missing"
    assert "Счета" in source.error_detail


def test_hosts_of_this_network_are_called_only_where_it_is_allowed(
    imap: ImapServer, mailbox: Mailbox, manager: User, settings: Any
) -> None:
    source = mailbox()
    settings.OCRSITE_CALL_ALLOWED = ()
    run(source, manager)
    assert source.error_code == "address-forbidden"
    assert imap.said == []
    with pytest.raises(InvalidRequest, match="OCRSITE_CALL_ALLOWED"):
        mailbox(name="again")


def test_the_connection_is_tested_by_a_worker(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    imap.inbox.add(letter("One", number="1"))
    source = mailbox()
    change_source(source.id, actor=manager, enabled=False)
    ask_for_test(source.id, actor=manager)
    assert run_next_source(lambda: False)
    source.refresh_from_db()
    assert source.checked is not None
    assert (source.checked["found"], source.check_wanted) == (1, False)
    assert not Document.objects.exists(), "a test takes nothing"
    assert run_next_source(lambda: False) is False, "it is paused"

    imap.password = "changed"
    ask_for_test(source.id, actor=manager)
    run_next_source(lambda: False)
    source.refresh_from_db()
    assert source.checked is not None
    assert source.checked["error_code"] == "mail-login-refused"


def test_the_password_is_nowhere_in_the_clear_and_goes_to_no_other_server(
    imap: ImapServer, mailbox: Mailbox, manager: User, settings: Any, capsys: Any
) -> None:
    source = run(mailbox(), manager)
    assert PASSWORD not in str(Source.objects.values().get())
    assert PASSWORD not in capsys.readouterr().out

    for changed in (
        {"host": "mail.example.com"},
        {"port": 994},
        {"user": "x"},
        {"certificate": ""},
    ):
        with pytest.raises(InvalidRequest) as refused:
            change_source(source.id, actor=manager, options=changed)
        assert list(refused.value.fields) == ["password"]
    change_source(source.id, actor=manager, options={"folders": ["INBOX"]})

    settings.SECRET_KEY = "another key, after a move to another machine"
    run(source, manager)
    assert source.error_code == "password-unreadable"


def test_a_password_that_is_no_ascii_is_sent_as_it_is(
    imap: ImapServer, manager: User, mailbox: Mailbox
) -> None:
    assert not PASSWORD.isascii()
    assert run(mailbox(), manager).error_code == ""
    imap.password = "plain ones are sent by LOGIN"
    source = mailbox(name="plain")
    change_source(source.id, actor=manager, password=imap.password)
    assert run(source, manager).error_code == ""


def test_sources_are_made_by_managers_of_all_their_teams(
    imap: ImapServer, mailbox: Mailbox, manager: User
) -> None:
    other = make_team("Others")
    rule = {"sender": "a", "team": str(other.id), "tags": []}
    with pytest.raises(NotFound, match="no team"):
        mailbox(rules=[rule])
    with pytest.raises(NotFound, match="no team"):
        make_source("mailbox", actor=manager, team_id=other.id, name="x", options={})
