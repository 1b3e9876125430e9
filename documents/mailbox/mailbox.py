"""Folders and messages of a mailbox, and every failure as an error that people can act on."""

from __future__ import annotations

import contextlib
import datetime
import imaplib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from imap_tools.errors import MailboxFolderSelectError, UnexpectedCommandStatusError
from imap_tools.utils import encode_folder

from documents.errors import (
    ArchiveError,
    MailFolderMissing,
    MailLoginRefused,
    MailServerClosed,
    MailServerRefused,
)
from documents.mailbox.client import Connection
from documents.mailbox.connect import MailAccount, connect, timed_out
from documents.mailbox.headers import Head, read_head
from documents.messages import Message, verbatim

#: Bytes of a message that are asked for at once, and of its head.
PIECE, MOST_HEAD = 2**20, 256 * 1024
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class MessageFacts:
    """`size` in bytes, as the server says it."""

    uid: int
    size: int
    head: Head


@contextlib.contextmanager
def open_mailbox(account: MailAccount) -> Iterator[Mailbox]:
    """Connect and log in; log out at the end. Waits for the network.

    Raises AddressForbidden, MailServerUnreachable, MailServerTimeout, MailServerClosed,
    MailCertificateRefused, MailLoginRefused.
    """
    mailbox = Mailbox(connect(account), account)
    try:
        mailbox.log_in()
        yield mailbox
    finally:
        mailbox.close()


class Mailbox:
    """An open one. Every method waits for the network and raises MailServerTimeout,
    MailServerClosed, MailServerRefused."""

    def __init__(self, connection: Connection, account: MailAccount) -> None:
        self._connection, self._account = connection, account
        self._client = connection.client
        self._abilities: set[str] = set()

    def log_in(self) -> None:
        """Raises MailLoginRefused."""
        account = self._account
        in_ascii = (account.user + account.password).isascii()
        log_in = self._connection.login if in_ascii else self._connection.login_utf8
        try:
            with self.mapped_aborts(), self._client.limited():
                log_in(account.user, account.password, None)
        except (UnexpectedCommandStatusError, imaplib.IMAP4.error):
            # Its words may hold what was sent.
            raise MailLoginRefused(
                Message(
                    "The mail server {host} refused the log-in of {user}. Check the user and the "
                    "password; many providers want a password that is made for programs.",
                    host=account.host,
                    user=account.user,
                )
            ) from None

        with self.mapped(), self._client.limited():
            # Many servers say what they can only to those whom they know.
            _kind, words = self._client.capability()
        said = b" ".join(word for word in words if isinstance(word, bytes))
        self._abilities = set(said.decode("ascii", "replace").upper().split())

    def close(self) -> None:
        with contextlib.suppress(Exception), self._client.limited():
            self._client.logout()
        with contextlib.suppress(Exception):
            self._client.shutdown()

    def select(self, folder: str, *, writable: bool) -> int:
        """Open the folder; the number that says whether its UIDs are still those of before
        (UIDVALIDITY, 0 where the server has none). Raises MailFolderMissing."""
        with self.mapped(), self._client.limited():
            try:
                self._connection.folder.set(folder, readonly=not writable)
            except (MailboxFolderSelectError, imaplib.IMAP4.readonly):
                raise MailFolderMissing(
                    Message("The mailbox has no folder {folder} that can be opened.", folder=folder)
                ) from None
            _kind, found = self._client.response("UIDVALIDITY")
        number = found[0] if found else None
        return int(number) if isinstance(number, bytes) and number.isdigit() else 0

    def list_uids(self, first: int, since: datetime.date | None) -> list[int]:
        """The UIDs of the folder's messages from `first` on, which arrived on `since` or later, in
        order."""
        wanted = f"UID {max(first, 1)}:*"
        if since is not None:
            wanted += f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year:04}"
        # "5:*" means the last one too where that is 3.
        return sorted(uid for uid in self._search(wanted) if uid >= first)

    def find_uid(self, message_id: str) -> int | None:
        """The newest message with this Message-ID in the folder."""
        if not message_id.isascii() or not message_id.isprintable():
            return None
        quoted = message_id.replace("\\", "\\\\").replace('"', '\\"')
        return max(self._search(f'HEADER Message-ID "{quoted}"'), default=None)

    def get_facts(self, uid: int) -> MessageFacts | None:
        """None where the message has gone."""
        found = self._fetch(uid, f"(UID RFC822.SIZE BODY.PEEK[HEADER]<0.{MOST_HEAD}>)")
        if found is None:
            return None
        about, content = found
        size = _SIZE.search(about)
        return MessageFacts(uid, int(size[1]) if size else 0, read_head(content))

    def read(self, uid: int) -> Iterator[bytes]:
        """The message as it is, in pieces. It is not marked as seen."""
        offset = 0
        while True:
            found = self._fetch(uid, f"(UID BODY.PEEK[]<{offset}.{PIECE}>)")
            piece = found[1] if found else b""
            if piece:
                yield piece
            if len(piece) < PIECE:
                return
            offset += len(piece)

    def mark_seen(self, uid: int) -> None:
        self._command("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def move(self, uid: int, folder: str) -> None:
        """Into `folder`, which is made where it is missing."""
        target = encode_folder(folder).decode("ascii")
        verb = "MOVE" if "MOVE" in self._abilities else "COPY"
        try:
            self._command(verb, str(uid), target)
        except MailServerRefused:
            with self.mapped(), self._client.limited():
                self._client._simple_command("CREATE", target)
            self._command(verb, str(uid), target)
        if verb == "COPY":
            self._command("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen \Deleted)")
            # Without UIDPLUS a message could only go with all others that somebody has deleted.
            if "UIDPLUS" in self._abilities:
                self._command("EXPUNGE", str(uid))

    def _search(self, wanted: str) -> list[int]:
        answer = self._command("SEARCH", wanted)
        words = b" ".join(each for each in answer if isinstance(each, bytes)).split()
        return [int(word) for word in words if word.isdigit()]

    def _fetch(self, uid: int, parts: str) -> tuple[bytes, bytes] | None:
        """What the answer says about the message, and the content that it holds."""
        answer = self._command("FETCH", str(uid), parts)
        about, content, is_ours = b"", b"", False
        for each in answer:
            said, literal = each if isinstance(each, tuple) else (each or b"", b"")
            is_ours = is_ours or uid in {int(found) for found in _UID.findall(said)}
            about += said + b" "
            content += literal
        return (about, content) if is_ours else None

    def _command(self, name: str, *arguments: str) -> list[bytes | tuple[bytes, bytes] | None]:
        with self.mapped(), self._client.limited():
            kind, answer = self._client.uid(name, *arguments)
            if kind != "OK":
                raise self._refused(name, answer)
        return list(answer)

    def _refused(self, command: str, answer: object) -> MailServerRefused:
        words = answer[0] if isinstance(answer, list) and answer else b""
        said = words.decode("utf-8", "replace")[:200] if isinstance(words, bytes) else ""
        return MailServerRefused(
            Message(
                "The mail server refused {command}: {answer}",
                command=command,
                answer=verbatim(said),
            )
        )

    @contextlib.contextmanager
    def mapped_aborts(self) -> Iterator[None]:
        """As `mapped`, but for what the server refuses."""
        try:
            yield
        except (imaplib.IMAP4.abort, OSError, EOFError) as error:
            raise self._map(error) from error

    @contextlib.contextmanager
    def mapped(self) -> Iterator[None]:
        """Raise the error that names what went wrong with the server in the block."""
        try:
            yield
        except ArchiveError:
            raise
        except (imaplib.IMAP4.error, OSError, EOFError) as error:
            raise self._map(error) from error

    def _map(self, error: Exception) -> ArchiveError:
        host = self._account.host
        if self._client.overdue or isinstance(error, TimeoutError):
            return timed_out(host)
        if isinstance(error, imaplib.IMAP4.error) and not isinstance(error, imaplib.IMAP4.abort):
            return MailServerRefused(
                Message("The mail server {host} refused a command.", host=host)
            )
        return MailServerClosed(
            Message(
                "The mail server {host} broke the connection off. It is asked again, and goes on "
                "where it was.",
                host=host,
            )
        )
