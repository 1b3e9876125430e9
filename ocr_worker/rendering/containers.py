"""What opens each kind of container, loaded before the jail closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from .archive_library import load_libarchive, open_archive
from .pdf_members import PdfMembers

if TYPE_CHECKING:
    from .mail_members import MailMembers

#: MIME types of messages and of what holds them, and of those that are one message.
MESSAGES = ("message/rfc822", "application/vnd.ms-outlook", "application/pkcs7-mime")
_MAIL = (*MESSAGES, "application/mbox", "application/ms-tnef")

_mail: type[MailMembers] | None = None


class Members(Protocol):
    """The files in a container, numbered from 0."""

    def describe(self, index: int) -> dict[str, Any] | None: ...

    def read(self, index: int, offset: int, size: int) -> bytes: ...

    def close(self) -> None: ...


def load_containers() -> None:
    """Load what is needed for archives and mail; a child that only draws pages goes without."""
    global _mail
    from . import mail_members

    _mail = mail_members.MailMembers
    load_libarchive()


def open_container(stream: BinaryIO, mime_type: str, password: str = "") -> Members:
    """`password`: of an archive. Raises ReadingError, EngineUnavailable."""
    if mime_type == "application/pdf":
        return PdfMembers(stream)
    if mime_type in _MAIL:
        return open_message(stream, mime_type)
    return open_archive(stream, mime_type, password)


def open_message(stream: BinaryIO, mime_type: str) -> MailMembers:
    """Raises ReadingError."""
    assert _mail is not None, "the child was not started for containers"
    return _mail(stream, mime_type)
