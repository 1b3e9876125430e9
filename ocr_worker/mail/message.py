"""A message in one shape, whatever file it came in: head, bodies, pictures in them, attachments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from . import smime
from .charsets import decode
from .headers import Header, clean
from .mime import Data, Part, parse

#: Bytes of a body, and of the pictures in it, that are shown.
BODY_BYTES, PICTURE_BYTES = 8 * 2**20, 32 * 2**20
_SIGNED_BYTES = 200 * 2**20
_NAME_LENGTH = 120

#: What an attachment is that is no document; what the pages say of the message.
SIGNATURE, ENCRYPTED, CUT, DRAFT = "signature", "encrypted", "cut", "draft"

_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/bmp", "image/pjpeg", "image/jpg")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature",
               "application/pgp-signature")  # fmt: skip
_CMS = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SHOWN_AS_TEXT = ("text/plain", "text/html", "message/delivery-status", "text/rfc822-headers",
                  "message/disposition-notification", "text/enriched")  # fmt: skip
_SUFFIXES = {
    "application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif",
    "image/tiff": ".tif", "application/zip": ".zip", "text/calendar": ".ics", "text/csv": ".csv",
    "application/msword": ".doc", "text/html": ".html", "text/plain": ".txt",
}  # fmt: skip
_CID = re.compile(r"""cid:([^"'\s>)]+)""", re.IGNORECASE)


@dataclass(frozen=True)
class Attachment:
    """`size`: bytes, None where it is not known before it is decoded. `note`: SIGNATURE, ENCRYPTED
    or ""."""

    name: str
    size: int | None
    blocks: Callable[[], Iterator[bytes]]
    note: str = ""


@dataclass(frozen=True)
class Body:
    text: str
    is_html: bool


@dataclass(frozen=True)
class Picture:
    mime_type: str
    data: bytes


@dataclass
class Message:
    """`pictures`: those that bodies show, by Content-ID. `notes`: ENCRYPTED, CUT, DRAFT.
    `date` of a draft: when it was written."""

    sender: str = ""
    to: str = ""
    cc: str = ""
    subject: str = ""
    date: datetime | None = None
    message_id: str = ""
    bodies: list[Body] = field(default_factory=list)
    pictures: dict[str, Picture] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_mime(data: Data) -> Message:
    """The RFC 5322 message in `data`; whatever is wrong with it, something comes of it."""
    if data[:5] == b"From ":  # as it stood in a mailbox
        line_end = data.find(b"\n")
        root = parse(data, line_end + 1 if line_end >= 0 else len(data))
    else:
        root = parse(data)
    message = Message()
    read_head(message, root.header)
    _Reading(message).read(root)
    return message


def read_head(message: Message, header: Header) -> None:
    """Set what the header says of the message as a whole."""
    message.sender = header.text("from") or header.text("sender")
    message.to = header.text("to")
    message.cc = header.text("cc")
    message.subject = header.text("subject")
    message.date = header.date()
    message.message_id = find_message_id(header)


def find_message_id(header: Header) -> str:
    """The Message-ID without its brackets; "" for none."""
    text = header.text("message-id")
    inner = re.search(r"<([^<>\s]+)>", text)
    return inner[1] if inner else text.strip("<> ")


def read_cms(data: bytes) -> Message:
    """A file of S/MIME by itself: what is signed, or that it is encrypted."""
    inner = smime.unwrap(data)
    if inner is not None:
        return read_mime(inner)
    return Message(notes=[ENCRYPTED] if smime.is_encrypted(data) else [])


def suit_pictures(message: Message, candidates: list[tuple[str, str, Attachment]]) -> None:
    """Of `candidates` (Content-ID, MIME type, attachment) those become pictures that a body shows;
    the others stay attachments, in their order."""
    shown = {
        name.lower() for body in message.bodies if body.is_html for name in _CID.findall(body.text)
    }
    room = PICTURE_BYTES
    for cid, mime_type, attachment in candidates:
        if cid and cid.lower() in shown and mime_type in _PICTURES and room > 0:
            data = _read(attachment, room)
            room -= len(data)
            message.pictures[cid.lower()] = Picture(mime_type, data)
        else:
            message.attachments.append(attachment)


def _read(attachment: Attachment, most: int) -> bytes:
    pieces, size = [], 0
    for block in attachment.blocks():
        pieces.append(block)
        size += len(block)
        if size > most:
            return b""
    return b"".join(pieces)


class _Reading:
    def __init__(self, message: Message) -> None:
        self._message = message
        self._found: list[tuple[str, str, Attachment]] = []

    def read(self, root: Part) -> None:
        if root.is_cut:
            self._message.notes.append(CUT)
        self._walk(root)
        suit_pictures(self._message, self._found)

    def _walk(self, part: Part) -> None:
        if part.kind == "multipart/alternative" and part.children:
            self._walk_alternatives(part.children)
        elif part.kind == "multipart/encrypted" and part.children:
            self._message.notes.append(ENCRYPTED)
            for leaf in part.leaves():
                self._attach(leaf, ENCRYPTED)
        elif part.children:
            for child in part.children:
                self._walk(child)
        elif part.kind in _CMS:
            self._unwrap(part)
        elif part.kind in _SIGNATURES:
            self._attach(part, SIGNATURE)
        elif _is_body(part):
            self._add_body(part)
        elif part.end > part.start or part.name:
            self._attach(part)

    def _walk_alternatives(self, children: list[Part]) -> None:
        """The best of them is the body; what is no text (an invitation) comes along."""
        best = children[-1]
        for wanted in ("text/plain", "text/html"):
            for child in children:
                if any(_is_body(each) and each.kind == wanted for each in child.leaves()):
                    best = child
        before = len(self._message.bodies)
        self._walk(best)
        if not any(body.text.strip() for body in self._message.bodies[before:]):
            for child in children:
                if child is not best and child.kind == "text/plain":
                    self._walk(child)
        for child in children:
            if child is not best:
                for leaf in child.leaves():
                    if not _is_body(leaf):
                        self._walk(leaf)

    def _unwrap(self, part: Part) -> None:
        data = part.read(_SIGNED_BYTES)
        inner = smime.unwrap(data)
        if inner is not None:
            self._walk(parse(inner))
            return
        is_encrypted = smime.is_encrypted(data)
        if is_encrypted:
            self._message.notes.append(ENCRYPTED)
        self._attach(part, ENCRYPTED if is_encrypted else "")

    def _add_body(self, part: Part) -> None:
        data = part.read(BODY_BYTES)
        text = decode(data, part.header.parameter("content-type", "charset"))
        self._message.bodies.append(Body(text, part.kind in ("text/html", "text/enriched")))

    def _attach(self, part: Part, note: str = "") -> None:
        cid = part.header.text("content-id").strip("<> ")
        name = part.name or self._name(part)
        found = Attachment(name, part.size, part.blocks, note)
        self._found.append((cid, part.kind, found))

    def _name(self, part: Part) -> str:
        number = len(self._found) + 1
        if part.kind == "message/rfc822":
            inner = Header(part.read(64 * 1024).replace(b"\r\n", b"\n").split(b"\n\n", 1)[0])
            return name_message(inner.text("subject"), number)
        return f"attachment-{number}{_SUFFIXES.get(part.kind, '')}"


def name_message(subject: str, number: int) -> str:
    """The file name of a message in another, or in a mailbox."""
    text = clean(re.sub(r'[\\/:*?"<>|]', " ", subject))[:_NAME_LENGTH].strip(" .")
    return f"{text or f'message-{number}'}.eml"


def _is_body(part: Part) -> bool:
    return (
        not part.children and part.kind in _SHOWN_AS_TEXT and not part.is_attached and not part.name
    )
