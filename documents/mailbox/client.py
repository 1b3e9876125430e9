"""The connection to a mail server: to one checked address, with a verified certificate, and within
limits of time and memory, whatever the server sends."""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
import threading
from collections.abc import Iterator

from imap_tools.mailbox import BaseMailBox

#: Seconds: of silence, and for one command with its answer.
SILENCE, WHOLE = 30.0, 90.0
#: Bytes of the answer to one command: a list of 2 million messages, or a piece of one.
MOST_ANSWER = 32 * 2**20


class Client(imaplib.IMAP4_SSL):
    """`address`: what `host` resolved to. `overdue`: the connection was ended because a command
    took too long."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext) -> None:
        self._address = address
        self._received = 0
        self.overdue = False
        super().__init__(host, port, ssl_context=context, timeout=SILENCE)

    def _create_socket(self, timeout: float | None) -> ssl.SSLSocket:
        plain = socket.create_connection((self._address, self.port), timeout)
        try:
            secure: ssl.SSLSocket = self.ssl_context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        return secure

    def read(self, size: int) -> bytes:
        self._count(size)
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._count(len(line))
        return line

    @contextlib.contextmanager
    def limited(self) -> Iterator[None]:
        """Around one command: past its time the connection is ended."""
        self._received = 0
        timer = threading.Timer(WHOLE, self._break_off)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _count(self, size: int) -> None:
        self._received += size
        if self._received > MOST_ANSWER:
            raise self.abort("the answer is too long")

    def _break_off(self) -> None:
        self.overdue = True
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


class Connection(BaseMailBox):
    """imap-tools' mailbox over a `Client`."""

    client: Client

    def __init__(self, client: Client) -> None:
        self._made = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._made


def make_context(certificate: str) -> ssl.SSLContext:
    """Certificates are verified: by the authorities of this machine, and `certificate` (PEM, "" for
    none). Raises ssl.SSLError, ValueError where that is none."""
    context = ssl.create_default_context()
    if certificate:
        context.load_verify_locations(cadata=certificate)
        # Private authorities often lack what Python 3.13 wants of public ones.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
