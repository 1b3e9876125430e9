"""Outlook's message files (.msg): MS-OXMSG, a compound file (MS-CFB) of MAPI properties."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import BinaryIO

import olefile

from .charsets import decode
from .headers import Header, clean
from .message import (
    DRAFT,
    Attachment,
    Body,
    Message,
    find_message_id,
    name_message,
    suit_pictures,
)
from .rtf import decompress_rtf, text_of_rtf
from .write import write_message

#: Properties: MS-OXPROPS.
_SUBJECT, _SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0037, 0x0C1A, 0x0C1F, 0x5D01
_REPRESENTING_NAME, _REPRESENTING_ADDRESS, _REPRESENTING_SMTP = 0x0042, 0x0065, 0x5D02
_TO, _CC, _HEADERS, _MESSAGE_ID = 0x0E04, 0x0E03, 0x007D, 0x1035
_BODY, _HTML, _RTF = 0x1000, 0x1013, 0x1009
_SENT, _DELIVERED, _CHANGED, _CREATED = 0x0039, 0x0E06, 0x3008, 0x3007
_CODEPAGE, _INTERNET_CODEPAGE, _LOCALE, _FLAGS = 0x3FFD, 0x3FDE, 0x3FF1, 0x0E07
_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _MIME_TYPE = 0x3707, 0x3704, 0x3001, 0x370E
_CONTENT_ID, _FILE = 0x3712, 0x3701

_UNICODE, _TEXT, _OCTETS, _STORAGE = 0x001F, 0x001E, 0x0102, 0x000D
_TIME, _NUMBER = 0x0040, 0x0003
#: Attachments, and messages in messages, of one file.
_MOST_ATTACHMENTS, _MOST_DEEP = 5_000, 10
_BODY_BYTES = 8 * 2**20
#: 100 ns since 1601.
_EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)

#: Of `_FLAGS` (MS-OXCMSG 2.2.1.6): it was never sent.
_UNSENT = 0x08

#: Names of code pages that are no encoding of Python's by "cp" and the number.
_PAGES = {20866: "koi8-r", 21866: "koi8-u", 65001: "utf-8", 65000: "utf-7", 20127: "ascii",
          874: "tis-620", 932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5",
          50220: "iso2022-jp", 50222: "iso2022-jp", 51932: "euc-jp", 54936: "gb18030",
          **{28590 + part: f"iso8859-{part}" for part in (*range(1, 10), 13, 15)}}  # fmt: skip
#: Code pages of Windows by the low ten bits of a locale (MS-LCID 2.2); Chinese has two.
_PAGES_OF_LANGUAGES = {
    language: page
    for page, languages in {
        874: (0x1E,), 932: (0x11,), 936: (0x04,), 949: (0x12,), 1253: (0x08,), 1254: (0x1F,),
        1250: (0x05, 0x0E, 0x15, 0x18, 0x1A, 0x1B, 0x1C, 0x24), 1255: (0x0D,), 1256: (0x01, 0x29),
        1251: (0x02, 0x19, 0x22, 0x23, 0x2F, 0x3F, 0x40), 1257: (0x25, 0x26, 0x27),
    }.items()
    for language in languages
}  # fmt: skip
_TRADITIONAL_CHINESE = (0x0404, 0x0C04, 0x1404)


def read_outlook(stream: BinaryIO) -> Message:
    """Raises OSError, ValueError, LookupError, struct.error where it can't be followed."""
    return _Storage(olefile.OleFileIO(stream), ()).read_message(32, 0)


class _Storage:
    """One storage of the file: a message, or an attachment."""

    def __init__(self, file: olefile.OleFileIO, path: tuple[str, ...]) -> None:
        self._file, self._path = file, path
        self._fixed: dict[int, bytes] = {}
        self._pages = ("", "")

    def read_message(self, properties_head: int, depth: int) -> Message:
        self._read_fixed(properties_head)
        internet = self._page(_INTERNET_CODEPAGE)
        self._pages = (self._page(_CODEPAGE) or self._page_of_locale() or internet, internet)
        message = Message()
        header = Header(self.text(_HEADERS).encode("utf-8", "replace"))
        message.subject = clean(self.text(_SUBJECT))
        message.sender = self._sender() or header.text("from")
        message.to = clean(self.text(_TO)) or header.text("to")
        message.cc = clean(self.text(_CC)) or header.text("cc")
        given = self.text(_MESSAGE_ID)
        message.message_id = clean(given).strip("<> ") or find_message_id(header)
        message.date = header.date() or self._time(_SENT) or self._time(_DELIVERED)
        if message.date is None and not message.sender and self._number(_FLAGS) & _UNSENT:
            # Nobody has sent it yet: who wrote it is not in the file, when it was written is.
            message.notes.append(DRAFT)
            message.date = self._time(_CHANGED) or self._time(_CREATED)
        body = self._body()
        if body is not None:
            message.bodies.append(body)
        suit_pictures(message, list(self._attachments(depth)))
        return message

    def text(self, number: int) -> str:
        data = self._stream(number, _UNICODE)
        if data is not None:
            return data.decode("utf-16-le", "replace").rstrip("\0")
        data = self._stream(number, _TEXT)
        return "" if data is None else decode(data.rstrip(b"\0"), self._pages[0])

    def _sender(self) -> str:
        for name, smtp, address in (
            (_REPRESENTING_NAME, _REPRESENTING_SMTP, _REPRESENTING_ADDRESS),
            (_SENDER_NAME, _SENDER_SMTP, _SENDER_ADDRESS),
        ):
            shown, mail = clean(self.text(name)), clean(self.text(smtp) or self.text(address))
            if mail.startswith("/"):  # a place in the directory of an Exchange server
                mail = "" if shown else mail
            if shown or mail:
                return f"{shown} <{mail}>" if "@" in mail and shown != mail else shown or mail
        return ""

    def _body(self) -> Body | None:
        html = self._stream(_HTML, _OCTETS)
        if html is not None and html.strip():
            return Body(decode(html[:_BODY_BYTES], self._pages[1]), True)
        text = self.text(_HTML)
        if text.strip():
            return Body(text[:_BODY_BYTES], True)
        text = self.text(_BODY)
        if text.strip():
            return Body(text.replace("\r\n", "\n")[:_BODY_BYTES], False)
        rtf = self._stream(_RTF, _OCTETS)
        return None if rtf is None else Body(text_of_rtf(decompress_rtf(rtf)), False)

    def _attachments(self, depth: int) -> Iterator[tuple[str, str, Attachment]]:
        seen: set[str] = set()
        for path in self._file.listdir(streams=True, storages=False):
            place = len(self._path)
            if len(path) <= place + 1 or tuple(path[:place]) != self._path:
                continue
            name = path[place]
            if name in seen or not name.lower().startswith("__attach_version1.0_"):
                continue
            seen.add(name)
            if len(seen) > _MOST_ATTACHMENTS:
                return
            storage = _Storage(self._file, (*self._path, name))
            storage._pages = self._pages
            yield storage._as_attachment(len(seen), depth)

    def _as_attachment(self, number: int, depth: int) -> tuple[str, str, Attachment]:
        name = clean(self.text(_LONG_NAME) or self.text(_SHORT_NAME) or self.text(_DISPLAY_NAME))
        inner = (*self._path, _name(_FILE, _STORAGE))
        if self._file.exists("/".join((*inner, "__properties_version1.0"))):
            found = self._embedded(inner, number, depth)
        else:
            path = "/".join((*self._path, _name(_FILE, _OCTETS)))
            size = self._file.get_size(path) if self._file.exists(path) else 0
            found = Attachment(
                name or f"attachment-{number}", size, partial(_stream_blocks, self._file, path)
            )
        cid = clean(self.text(_CONTENT_ID)).strip("<> ")
        return cid, self.text(_MIME_TYPE).strip().lower() or _guess_picture(name), found

    def _embedded(self, path: tuple[str, ...], number: int, depth: int) -> Attachment:
        """A message that lies in this one."""
        if depth >= _MOST_DEEP:
            return Attachment(f"message-{number}.eml", 0, partial(iter, ()))
        storage = _Storage(self._file, path)
        subject = storage.text(_SUBJECT)

        def blocks() -> Iterator[bytes]:
            return write_message(storage.read_message(24, depth + 1))

        return Attachment(name_message(subject, number), None, blocks)

    def _stream(self, number: int, kind: int) -> bytes | None:
        path = "/".join((*self._path, _name(number, kind)))
        if not self._file.exists(path):
            return None
        return bytes(self._file.openstream(path).read())

    def _read_fixed(self, head: int) -> None:
        path = "/".join((*self._path, "__properties_version1.0"))
        if not self._file.exists(path):
            return
        data = self._file.openstream(path).read()
        for place in range(head, len(data) - 15, 16):
            kind, number = struct.unpack_from("<HH", data, place)
            if kind in (_TIME, _NUMBER):
                self._fixed[number] = data[place + 8 : place + 16]

    def _number(self, number: int) -> int:
        return int.from_bytes(self._fixed.get(number, b"")[:4], "little")

    def _page(self, number: int) -> str:
        return _name_page(self._number(number))

    def _page_of_locale(self) -> str:
        locale = self._number(_LOCALE)
        if locale in _TRADITIONAL_CHINESE:
            return _name_page(950)
        return _name_page(_PAGES_OF_LANGUAGES.get(locale & 0x3FF, 1252)) if locale else ""

    def _time(self, number: int) -> datetime | None:
        value = int.from_bytes(self._fixed.get(number, b""), "little")
        try:
            return _EPOCH + timedelta(microseconds=value // 10) if value else None
        except OverflowError:
            return None


def _name_page(number: int) -> str:
    return _PAGES.get(number, f"cp{number}" if number else "")


def _name(number: int, kind: int) -> str:
    return f"__substg1.0_{number:04X}{kind:04X}"


def _stream_blocks(file: olefile.OleFileIO, path: str) -> Iterator[bytes]:
    if not file.exists(path):
        return
    stream = file.openstream(path)
    while block := stream.read(2**20):
        yield block


def _guess_picture(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return {"png": "image/png", "gif": "image/gif", "bmp": "image/bmp", "jpg": "image/jpeg",
            "jpeg": "image/jpeg"}.get(suffix, "")  # fmt: skip
