"""A mail server on loopback, and the sources that ask it."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from documents.actions.manage_source import make_source, run_now
from documents.actions.run_source import run_next_source
from documents.models import Role, Source, Team, User
from tests.authority import Authority, make_authority
from tests.factories import make_team, make_user
from tests.imap import PASSWORD, USER, ImapServer, running_imap


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def imap(authority: Authority, settings: Any) -> Iterator[ImapServer]:
    settings.OCRSITE_CALL_ALLOWED = (ipaddress.ip_network("127.0.0.1/32"),)
    with running_imap(authority) as server:
        yield server


@pytest.fixture
def team(db: None) -> Team:
    return make_team("Sales")


@pytest.fixture
def manager(team: Team) -> User:
    return make_user(team=team, role=Role.MANAGER)


@pytest.fixture
def mailbox(
    imap: ImapServer, authority: Authority, manager: User, team: Team
) -> Callable[..., Source]:
    """Makes a source that asks the server; options may be given."""

    def make(**options: Any) -> Source:
        common = {name: options.pop(name) for name in ("name", "tags") if name in options}
        given = {
            "host": "127.0.0.1",
            "port": imap.port,
            "user": USER,
            "certificate": Path(authority.file).read_text(),
            **options,
        }
        source = make_source(
            "mailbox",
            actor=manager,
            team_id=team.id,
            password=PASSWORD,
            options=given,
            **{"name": "Invoices", **common},
        )
        Source.objects.filter(pk=source.pk).update(check_wanted=False)
        return source

    return make


def letter(
    subject: str, sender: str = "anna@example.com", number: str = "", text: str = ""
) -> bytes:
    """`number`: of its Message-ID, "" for none."""
    message = EmailMessage()
    message["From"], message["Subject"] = sender, subject
    if number:
        message["Message-ID"] = f"<{number}@example.com>"
    message.set_content(text or f"The text of {subject}")
    return message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def run(source: Source, manager: User) -> Source:
    """As a worker does when somebody has asked for it."""
    run_now(source.id, actor=manager)
    for _ in range(2):  # a changed one is tested first
        run_next_source(lambda: False)
    source.refresh_from_db()
    return source
