"""Connect to a mail server, and why that failed as an error that people can act on."""

from __future__ import annotations

import imaplib
import ssl
from dataclasses import dataclass, field

from documents.errors import (
    AddressForbidden,
    FetchFailed,
    MailCertificateRefused,
    MailServerTimeout,
    MailServerUnreachable,
)
from documents.mailbox.client import Client, Connection, make_context
from documents.messages import Message, verbatim
from documents.outside.addresses import find_address


@dataclass(frozen=True)
class MailAccount:
    """`certificate`: of an authority that is trusted beside this machine's own, PEM."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    certificate: str = ""


def connect(account: MailAccount) -> Connection:
    """An encrypted connection to the account's server, before the log-in. Waits for the network.

    Raises AddressForbidden, MailServerUnreachable, MailServerTimeout, MailCertificateRefused.
    """
    host, port = account.host, account.port
    try:
        address = find_address(host, port)
    except AddressForbidden:
        raise
    except FetchFailed as error:
        raise MailServerUnreachable(error.message) from None
    try:
        return Connection(Client(host, port, address, make_context(account.certificate)))
    except ssl.SSLCertVerificationError as error:
        raise MailCertificateRefused(
            Message(
                "The certificate of {host} is not accepted ({reason}). Name the host as its "
                "certificate does, or give the certificate of your own authority.",
                host=host,
                reason=verbatim(error.verify_message or "unknown"),
            )
        ) from None
    except TimeoutError:
        raise timed_out(host) from None
    except ssl.SSLError as error:
        raise MailServerUnreachable(
            Message(
                "{host}, port {port}, does not speak TLS ({reason}). IMAP over TLS is mostly on "
                "port 993.",
                host=host,
                port=port,
                reason=verbatim(error.reason or "unknown"),
            )
        ) from None
    except (imaplib.IMAP4.error, OSError, EOFError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
        raise MailServerUnreachable(
            Message(
                "The mail server {host}, port {port}, can’t be reached ({reason}). Check both; it "
                "is tried again by itself.",
                host=host,
                port=port,
                reason=verbatim(reason),
            )
        ) from None


def timed_out(host: str) -> MailServerTimeout:
    return MailServerTimeout(
        Message("The mail server {host} did not answer in time. It is asked again.", host=host)
    )
