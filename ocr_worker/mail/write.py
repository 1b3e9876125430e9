"""An Outlook message that lies in another, as an RFC 5322 message of its own."""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from email.utils import format_datetime

from .message import Attachment, Message

_BOUNDARY = "=_the_parts_of_this_message_="
_RELATED = "=_what_the_text_shows_="
#: Bytes that make whole lines of 76 characters.
_LINES = 57 * 1024


def write_message(message: Message) -> Iterator[bytes]:
    """The bytes of the message, piece by piece."""
    yield from _write_head(message)
    yield _lines(f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"', "")
    if message.pictures:
        kind = f'Content-Type: multipart/related; boundary="{_RELATED}"'
        yield _lines("", f"--{_BOUNDARY}", kind, "")
    boundary = _RELATED if message.pictures else _BOUNDARY
    for body in message.bodies:
        kind = "html" if body.is_html else "plain"
        yield _lines("", f"--{boundary}", f"Content-Type: text/{kind}; charset=utf-8")
        yield from _write_data(iter((body.text.encode("utf-8", "replace"),)))
    for cid, picture in message.pictures.items():
        yield _lines("", f"--{boundary}", f"Content-Type: {picture.mime_type}")
        yield _lines(f"Content-ID: <{cid}>", "Content-Disposition: inline")
        yield from _write_data(iter((picture.data,)))
    if message.pictures:
        yield _lines("", f"--{_RELATED}--")
    for attachment in message.attachments:
        yield _lines("", f"--{_BOUNDARY}")
        yield from _write_attachment(attachment)
    yield _lines("", f"--{_BOUNDARY}--")


def _write_head(message: Message) -> Iterator[bytes]:
    fields = {
        "From": message.sender, "To": message.to, "Cc": message.cc, "Subject": message.subject,
    }  # fmt: skip
    for name, value in fields.items():
        if value:
            yield _lines(f"{name}: {_encode(value)}")
    if message.date is not None:
        yield _lines(f"Date: {format_datetime(message.date)}")
    if message.message_id:
        yield _lines(f"Message-ID: <{_encode(message.message_id)}>")
    yield _lines("MIME-Version: 1.0")


def _write_attachment(attachment: Attachment) -> Iterator[bytes]:
    name = _encode(attachment.name)
    kind = "message/rfc822" if attachment.name.endswith(".eml") else "application/octet-stream"
    yield _lines(f'Content-Type: {kind}; name="{name}"')
    yield _lines(f'Content-Disposition: attachment; filename="{name}"')
    yield from _write_data(attachment.blocks())


def _write_data(blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield _lines("Content-Transfer-Encoding: base64", "")
    rest = b""
    for block in blocks:
        data = rest + block
        whole = len(data) - len(data) % _LINES
        rest = data[whole:]
        for place in range(0, whole, 57):
            yield binascii.b2a_base64(data[place : place + 57])
    for place in range(0, len(rest), 57):
        yield binascii.b2a_base64(rest[place : place + 57])


def _encode(value: str) -> str:
    """On one line, as encoded words of 30 letters where it is not plain ASCII."""
    if value.isascii() and '"' not in value:
        return value
    pieces = (value[place : place + 30].encode() for place in range(0, len(value), 30))
    return " ".join(f"=?utf-8?b?{binascii.b2a_base64(each, newline=False).decode()}?="
                    for each in pieces)  # fmt: skip


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
