"""The files in a message or mailbox, in the child: attachments, messages, what Outlook packs up.

Loaded only where containers are opened (`containers`).
"""

from __future__ import annotations

import contextlib
import mmap
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, Union

from documents.errors import DamagedFile, LimitExceeded
from documents.messages import Message
from ocr_worker.mail.mbox import Mailbox
from ocr_worker.mail.message import Message as Mail
from ocr_worker.mail.message import read_cms, read_mime
from ocr_worker.mail.mime import Data
from ocr_worker.mail.outlook import read_outlook
from ocr_worker.mail.tnef import read_tnef

from .member_paths import clean_name
from .piecewise import PieceReader

Opened = Union[Mail, Mailbox]  # noqa: UP007 - evaluated on Python 3.10 too

#: What the readers raise for a file that can't be followed.
FAILURES = (OSError, ValueError, LookupError, struct.error, AttributeError, TypeError)


class MailMembers:
    """The attachments of the message in `stream`, or the messages of the mailbox, numbered from 0.

    Raises ReadingError.
    """

    def __init__(self, stream: BinaryIO, mime_type: str) -> None:
        self._stream = stream
        with readable():
            self._opened = open_mail(stream, mime_type)
        self._reader = PieceReader(self._blocks)

    def close(self) -> None:
        """Nothing is open but the stream, which is the caller's."""

    def describe(self, index: int) -> dict[str, Any] | None:
        """As `ArchiveMembers.describe`; `note`: what an attachment is that is no document."""
        with readable():
            if isinstance(self._opened, Mailbox):
                place = self._opened.place(index)
                if place is None:
                    return None
                name, note = self._opened.name(index), ""
                size: int | None = self._opened.size(index)
            elif index < len(self._opened.attachments):
                found = self._opened.attachments[index]
                name, size, note = found.name, found.size, found.note
            else:
                return None
        return {
            "path": clean_name(name) or f"attachment-{index + 1}",
            "size": size,
            "is_file": True,
            "encrypted": False,
            "note": note,
        }

    def read(self, index: int, offset: int, size: int) -> bytes:
        """As `ArchiveMembers.read`."""
        with readable():
            return self._reader.read(index, offset, size)

    def facts(self) -> dict[str, Any]:
        """What the head of the message says; every value is text, `date` ISO 8601 or ""."""
        assert isinstance(self._opened, Mail)
        message = self._opened
        return {
            "message_id": message.message_id,
            "sender": message.sender,
            "to": message.to,
            "cc": message.cc,
            "subject": message.subject,
            "date": message.date.isoformat() if message.date else "",
            "notes": message.notes,
        }

    def _blocks(self, index: int) -> Iterator[bytes]:
        if isinstance(self._opened, Mailbox):
            return self._opened.blocks(index)
        return self._opened.attachments[index].blocks()


def open_mail(stream: BinaryIO, mime_type: str) -> Opened:
    """The message or mailbox in `stream`. Raises OSError, ValueError, LookupError, struct.error."""
    if mime_type == "application/vnd.ms-outlook":
        stream.seek(0)
        return read_outlook(stream)
    data = _map(stream)
    if mime_type == "application/mbox":
        return Mailbox(data)
    if mime_type == "application/ms-tnef":
        return read_tnef(bytes(data))
    if mime_type == "application/pkcs7-mime":
        return read_cms(bytes(data))
    return read_mime(data)


def _map(stream: BinaryIO) -> Data:
    try:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError:  # it has no bytes
        return b""


@contextlib.contextmanager
def readable() -> Iterator[None]:
    """What the readers of mail raise becomes DamagedFile or LimitExceeded, with what to do next."""
    try:
        yield
    except MemoryError:
        raise LimitExceeded(
            Message(
                "The message needs more memory than one may have. "
                "Split off its attachments and upload them by themselves."
            )
        ) from None
    except FAILURES as error:
        problem = f"{type(error).__name__}: {error}"[:200]
        raise DamagedFile(
            Message(
                "The message is damaged: {problem}. "
                "Save it again in the mail program and upload that.",
                problem=problem,
            )
        ) from None
