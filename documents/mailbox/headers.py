"""What the head of a message says. Whoever wrote the message chose every byte of it."""

from __future__ import annotations

import contextlib
import hashlib
import re
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser

import structlog

log = structlog.get_logger(__name__)

#: Characters of a line that are kept, and from which they are decoded.
MOST_CHARACTERS = 500
_MOST_ENCODED = 8000
_BAD = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True)
class Head:
    """`message_id` with its angle brackets; "" where the message has none."""

    message_id: str
    sender: str
    subject: str

    @property
    def identity(self) -> str:
        """What tells the message from others, "" where its content must."""
        if not self.message_id:
            return ""
        return hashlib.sha256(b"message-id " + self.message_id.encode()).hexdigest()


def read_head(content: bytes) -> Head:
    """`content`: the head, or its beginning. What can't be understood is left out."""
    try:
        message = BytesParser().parsebytes(content, headersonly=True)
    except Exception:  # the parser promises none, and has had some
        log.warning("mail_head_not_parsed", exc_info=True)
        return Head("", "", "")
    return Head(_read(message, "Message-ID"), _read(message, "From"), _read(message, "Subject"))


def _read(message: Message, name: str) -> str:
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    text = _decode_bytes(str(raw)[:_MOST_ENCODED])
    # Half of the damaged ones can be read as they are.
    with contextlib.suppress(Exception):
        text = str(make_header(decode_header(text)))
    return _BAD.sub(" ", text).strip()[:MOST_CHARACTERS]


def _decode_bytes(text: str) -> str:
    """Of bytes that were not encoded as they must be: mostly UTF-8, else Cyrillic of Windows."""
    if text.isascii():
        return text
    content = text.encode("utf-8", "surrogateescape")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1251", "replace")
